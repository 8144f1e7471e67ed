"""Ranks that are led from another node have a lease of their own kind."""

import asyncio
from collections.abc import Callable
from pathlib import Path

from test_output_samples import ORDER

from alto_agent.contracts.generated.messages import DurableEvent, ExecutorEvent, ExecutorPart
from alto_agent.executors.supervisor import Supervisor
from alto_agent.session.lease_clock import lease_clock
from alto_agent.session.leases import LeaseBook

LEASE = 60.0
PART = ExecutorPart(first_rank=1, ranks=2, near=1, meeting="127.0.0.1:9")
"""Its leader never comes."""


async def _until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(120):
        while not condition():
            await asyncio.sleep(0.05)


def test_l26_an_agent_that_can_renew_nothing_ends_ranks_that_are_led_from_another_node(
    tmp_path: Path,
) -> None:
    """[L26] though no run is leased to it."""
    asyncio.run(_fence(tmp_path))


def test_l26_an_address_that_is_not_this_nodes_ends_the_executor_with_a_sentence(tmp_path: Path) -> None:
    """[L26] and not the agent."""
    events: list[DurableEvent] = []
    supervisor = Supervisor(tmp_path, "cpu", LeaseBook(LEASE), events.append, lambda: "192.0.2.1")
    leads = PART.model_copy(update={"first_rank": 0, "meeting": None})
    supervisor.start_executor(ORDER.model_copy(update={"part": leads}))
    (ended,) = events
    assert isinstance(ended, ExecutorEvent)
    assert ended.state == "ended"
    assert "give the agent --address" in (ended.message or "")


async def _fence(folder: Path) -> None:
    events: list[DurableEvent] = []
    supervisor = Supervisor(folder, "cpu", LeaseBook(LEASE), events.append)
    supervisor.start_executor(ORDER.model_copy(update={"part": PART}))
    await _until(supervisor.pids)
    supervisor.enforce_leases(lease_clock())
    await asyncio.sleep(0)
    assert supervisor.executor_ids() == ["x"]
    supervisor.enforce_leases(lease_clock() - LEASE - 1)
    await _until(lambda: not supervisor.executor_ids())
    assert [event.state for event in events if isinstance(event, ExecutorEvent)] == ["ready", "ended"]
