"""Reading a run's rows: the next batch, checked, as flat token arrays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from alto_agent.tuning.executor.data_order import DataOrder
from alto_agent.tuning.executor.spec import IGNORED_LABEL, AdapterSpec, PreferenceRow, Row, RunData

Ids = NDArray[np.int64]


class BadRowError(ValueError):
    """A row that cannot be trained on; the message is one sentence for the person."""


@dataclass(frozen=True)
class TokenSequence:
    """One sequence of tokens with the next token's label at each position (-100 where not trained)."""

    input_ids: Ids
    next_labels: Ids
    trained: int


@dataclass(frozen=True)
class Sample:
    """One sample: a sequence, or for DPO the chosen and the rejected one."""

    key: str
    """`<split>:<row number>`"""
    sequences: tuple[TokenSequence, ...]
    tokens: int


class BatchReader:
    """A run's rows by number, converted and checked when they are first read."""

    def __init__(self, spec: AdapterSpec, data: RunData, vocabulary: int, max_length: int | None) -> None:
        if len(data.train) == 0:
            raise ValueError(f"run {spec.run_id}: the data set has no training rows")
        self._spec = spec
        self._rows: dict[str, Sequence[Row] | Sequence[PreferenceRow]] = {
            "train": data.train,
            "validation": data.validation,
        }
        self._read: dict[str, Sample] = {}
        self._vocabulary = vocabulary
        self._max_length = max_length
        self._longest: int | None = None
        self._order = DataOrder(spec.seed, len(data.train))

    @property
    def validation_rows(self) -> int:
        """How many rows an evaluation reads."""
        return len(self._rows["validation"])

    def longest_batch(self) -> int:
        """Tokens of a batch of the longest training rows."""
        if self._longest is None:
            self._longest = max(_row_tokens(row) for row in self._rows["train"])
        return self._longest * self._spec.batch_size

    def batch(self, cursor: int) -> list[Sample]:
        """The samples of the step that starts after `cursor` samples. Raises BadRowError."""
        numbers = self._order.batch(cursor, self._spec.batch_size)
        samples = [self.sample("train", number) for number in numbers]
        if not any(sequence.trained for sample in samples for sequence in sample.sequences):
            rows = ", ".join(str(number) for number in numbers)
            raise BadRowError(
                f"no token of training row {rows} counts in the loss; "
                "give it a completion, or raise max_length so that the completion is not cut off"
            )
        return samples

    def sample(self, split: str, number: int) -> Sample:
        """One row of `train` or `validation`. Raises BadRowError."""
        key = f"{split}:{number}"
        found = self._read.get(key)
        if found is None:
            where = f"{'training' if split == 'train' else split} row {number}"
            row = self._rows[split][number]
            sequences = self._sequences(row, where)
            found = Sample(key, sequences, sum(len(one.input_ids) for one in sequences))
            self._read[key] = found
        return found

    def _sequences(self, row: Row | PreferenceRow, where: str) -> tuple[TokenSequence, ...]:
        if self._spec.objective == "dpo":
            if not isinstance(row, PreferenceRow):
                raise BadRowError(f"{where} is one sequence, but DPO needs a chosen and a rejected one")
            return (
                self._sequence(row.chosen, f"{where} (chosen)"),
                self._sequence(row.rejected, f"{where} (rejected)"),
            )
        if not isinstance(row, Row):
            raise BadRowError(f"{where} is a preference pair, which only DPO can train on")
        return (self._sequence(row, where),)

    def _sequence(self, row: Row, where: str) -> TokenSequence:
        try:
            ids: Ids = np.asarray(row.input_ids, dtype=np.int64)
            labels: Ids = np.asarray(row.labels, dtype=np.int64)
        except (TypeError, ValueError, OverflowError) as error:
            raise BadRowError(f"{where} has a token id that is not a whole number") from error
        if ids.ndim != 1 or ids.size == 0:
            raise BadRowError(f"{where} has no tokens")
        if labels.shape != ids.shape:
            raise BadRowError(f"{where} has {ids.size} tokens but {labels.size} labels")
        if self._max_length is not None and ids.size > self._max_length:
            raise BadRowError(
                f"{where} has {ids.size} tokens, more than the {self._max_length} that the model can take"
            )
        if ids.min() < 0 or ids.max() >= self._vocabulary:
            raise BadRowError(f"{where} has a token id outside the vocabulary of {self._vocabulary}")
        if self._spec.objective == "sft-full":
            labels = ids
        counted = labels[labels != IGNORED_LABEL]
        if counted.size and (counted.min() < 0 or counted.max() >= self._vocabulary):
            raise BadRowError(f"{where} has a label outside the vocabulary of {self._vocabulary}")
        following = np.full_like(labels, IGNORED_LABEL)
        following[:-1] = labels[1:]
        return TokenSequence(ids, following, int((following != IGNORED_LABEL).sum()))


def _row_tokens(row: Row | PreferenceRow) -> int:
    if isinstance(row, PreferenceRow):
        return len(row.chosen.input_ids) + len(row.rejected.input_ids)
    return len(row.input_ids)
