"""A few texts of a finished run beside those of the base model, for held-out prompts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from alto_agent.contracts.generated.messages import OutputSampleEvent
from alto_agent.executors.run_in_slot import RunInSlot
from alto_agent.session.log import utc_now
from alto_agent.tuning.executor.slot_executor import SlotExecutor
from alto_agent.tuning.executor.spec import IGNORED_LABEL, PreferenceRow, Row

PROMPTS = 3
MOST_NEW_TOKENS = 48
"""The other runs wait meanwhile."""


class OutputSamples:
    """Texts of the base model are made once for each data set."""

    def __init__(self, tokenizer: Any) -> None:
        self._tokenizer = tokenizer
        self._base: dict[int, list[str]] = {}

    def write(self, executor: SlotExecutor, run: RunInSlot, adapter: Path) -> Iterator[OutputSampleEvent]:
        """One event a prompt, by the adapter in the PEFT folder `adapter`."""
        validation = run.data.data.validation
        rows = [_prompt_and_answer(validation[i]) for i in range(min(PROMPTS, len(validation)))]
        prompts = [prompt for prompt, answer in rows if prompt and answer]
        answers = [answer for prompt, answer in rows if prompt and answer]
        if not prompts:
            return
        length = min(MOST_NEW_TOKENS, max(len(answer) for answer in answers) + 4)
        key = id(run.data)
        if key not in self._base:
            self._base[key] = self._texts(executor.generate(prompts, max_new_tokens=length))
        tuned = self._texts(
            executor.generate(prompts, max_new_tokens=length, adapter=adapter, scaling=run.spec.scaling)
        )
        for prompt, answer, output, base in zip(prompts, answers, tuned, self._base[key], strict=True):
            yield OutputSampleEvent(
                run_id=run.order.run_id,
                attempt=run.order.attempt,
                epoch=run.order.epoch,
                token=run.order.token,
                at=utc_now(),
                step=run.step,
                prompt=self._text(prompt),
                expected=self._text(answer),
                output=output,
                base_output=base,
            )

    def _texts(self, many: list[list[int]]) -> list[str]:
        return [self._text(tokens) for tokens in many]

    def _text(self, tokens: list[int]) -> str:
        return str(self._tokenizer.decode(tokens, skip_special_tokens=True)).strip()


def _prompt_and_answer(row: Row | PreferenceRow) -> tuple[list[int], list[int]]:
    plain = row.chosen if isinstance(row, PreferenceRow) else row
    trained = [int(label) != IGNORED_LABEL for label in plain.labels]
    first = trained.index(True) if True in trained else len(trained)
    ids = [int(token) for token in plain.input_ids]
    return ids[:first], [token for token, is_trained in zip(ids, trained, strict=True) if is_trained]
