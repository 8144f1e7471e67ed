import math
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from alto_agent.contracts.generated.messages import AgentCommand, DurableEvent, EvaluationEvent, Welcome
from alto_agent.session.log import utc_now

COMMAND: TypeAdapter[AgentCommand] = TypeAdapter(AgentCommand)
EVENT: TypeAdapter[DurableEvent] = TypeAdapter(DurableEvent)


def welcome(**changes: Any) -> dict[str, Any]:
    return {
        "type": "welcome",
        "protocol": 1,
        "nodeId": "n",
        "heartbeatSeconds": 2,
        "leaseSeconds": 60,
        "ackedSeq": 0,
        **changes,
    }


def test_a_newer_peer_may_add_fields() -> None:
    message = COMMAND.validate_python(welcome(fieldOfTomorrow=1))
    assert isinstance(message, Welcome)
    assert message.identity is None


@pytest.mark.parametrize(
    "change", [{"type": "unheard-of"}, {"ackedSeq": -1}, {"ackedSeq": "many"}, {"nodeId": None}]
)
def test_what_breaks_the_contract_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        COMMAND.validate_python(welcome(**change))


def test_a_loss_that_was_not_finite_is_null_on_the_wire() -> None:
    event = EvaluationEvent(
        run_id="r",
        attempt=1,
        epoch=1,
        token="attempt_t",
        at=utc_now(),
        step=3,
        samples=6,
        train_loss=math.nan,
        val_loss=None,
        seconds=0.1,
        tokens=10,
    )
    text = event.model_dump_json(by_alias=True)
    assert '"trainLoss":null' in text
    read = EVENT.validate_json(text)
    assert isinstance(read, EvaluationEvent)
    assert read.train_loss is None
