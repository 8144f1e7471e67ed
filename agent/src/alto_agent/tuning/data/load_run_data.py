"""A data set made ready for training: tokenised, cut, split."""

from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, overload

import numpy as np
from numpy.typing import NDArray

from alto_agent.tuning.data.encode_row import RowEncoder
from alto_agent.tuning.data.load_rows import load_rows
from alto_agent.tuning.data.row_source import RowSource
from alto_agent.tuning.data.rows import PreferenceText, TextRow
from alto_agent.tuning.data.split import row_key, split
from alto_agent.tuning.data.token_table import TokenRows, TokenTable
from alto_agent.tuning.executor.spec import Objective, PreferenceRow, RunData
from alto_agent.tuning.user_error import UserError

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase


@dataclass(frozen=True)
class LoadedData:
    """`data` for the executor, and what was done to the rows.

    `cut` rows were longer than `max_length`; `left_out_copies` rows equal a held-out row, so they are in
    neither part.
    """

    data: RunData
    rows: int
    cut: int
    left_out_copies: int

    @cached_property
    def longest(self) -> int:
        """Tokens of the longest training row; of a pair, of both its answers."""
        train = self.data.train
        assert isinstance(train, TokenRows | PairRows)
        return int(train.lengths().max())


class PairRows(Sequence[PreferenceRow]):
    """Chosen and rejected answers of the same rows."""

    def __init__(self, chosen: TokenRows, rejected: TokenRows) -> None:
        self._chosen, self._rejected = chosen, rejected

    def __len__(self) -> int:
        return len(self._chosen)

    @overload
    def __getitem__(self, index: int) -> PreferenceRow: ...
    @overload
    def __getitem__(self, index: slice) -> "PairRows": ...
    def __getitem__(self, index: int | slice) -> "PreferenceRow | PairRows":
        if isinstance(index, slice):
            return PairRows(self._chosen[index], self._rejected[index])
        return PreferenceRow(self._chosen[index], self._rejected[index])

    def lengths(self) -> NDArray[np.int64]:
        """Tokens of both answers of each row."""
        return self._chosen.lengths() + self._rejected.lengths()


def load_run_data(
    ref: str,
    tokenizer: "PreTrainedTokenizerBase",
    *,
    base_dir: Path,
    max_length: int,
    objective: Objective = "sft-completion",
    held_out: int | None = None,
    allow_hub: bool = True,
) -> LoadedData:
    """Reads a data set once, as a stream, and makes it ready for all runs of a sweep.

    `held_out` is the number of rows for validation (default: a tenth, from 8 to 512). Rows longer than
    `max_length` tokens are cut at their end and counted. Raises `UserError`: `dataset` for a fault in
    the rows or too few of them, `max_length` where a cut would leave nothing to learn, `held_out` where it is
    too large.
    """
    if max_length < 2:
        raise UserError("max_length", f"max_length is {max_length}; use at least 2 tokens.")
    source = load_rows(ref, base_dir, allow_hub=allow_hub)
    tables = [TokenTable()] if objective != "dpo" else [TokenTable(), TokenTable()]
    keys = array("Q")
    cut = 0
    refusal = _Refusal(source, max_length)
    for number, row, sequences in RowEncoder(tokenizer, source).encode(source.read()):
        _check_shape(row, objective, source.place(number))
        cut += any(len(sequence.ids) > max_length for sequence in sequences)
        for table, sequence in zip(tables, sequences, strict=True):
            trained = [True] * len(sequence.ids) if objective == "sft-full" else sequence.answer
            if not any(trained[1:max_length]):
                refusal.add(number, sequence.prompt_length)
            table.append(sequence.ids[:max_length], trained[:max_length])
        keys.append(row_key(row))
    refusal.check()
    train, validation = _split(np.frombuffer(keys, np.uint64), held_out, source.name)
    parts = [[table.rows(part) for table in tables] for part in (train, validation)]
    if objective == "dpo":
        data = RunData(PairRows(*parts[0]), PairRows(*parts[1]))
    else:
        data = RunData(parts[0][0], parts[1][0])
    return LoadedData(data, len(keys), cut, len(keys) - len(train) - len(validation))


def _split(
    keys: NDArray[np.uint64], held_out: int | None, name: str
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    different = len(np.unique(keys))
    if different < 2:
        raise UserError(
            "dataset",
            f"{name} has only one row that is different from the others; training needs at least 2.",
        )
    if held_out is not None and not 1 <= held_out < different:
        raise UserError(
            "held_out",
            f"held_out is {held_out}; {name} has {different:,} different rows, "
            f"so use 1 to {different - 1:,}.",
        )
    return split(keys, held_out)


def _check_shape(row: TextRow, objective: Objective, place: str) -> None:
    if isinstance(row, PreferenceText) and objective != "dpo":
        raise UserError(
            "dataset", f"{place} is a preference pair, which only the objective dpo can train on."
        )
    if not isinstance(row, PreferenceText) and objective == "dpo":
        raise UserError(
            "dataset", f"{place} has no chosen and rejected answers, which the objective dpo needs."
        )


class _Refusal:
    """Rows whose prompt alone fills `max_length`: counted to the end, so that one message says it all."""

    def __init__(self, source: RowSource, max_length: int) -> None:
        self._source, self._max_length = source, max_length
        self._count, self._first, self._first_prompt, self._longest = 0, 0, 0, 0

    def add(self, number: int, prompt: int) -> None:
        if self._count == 0:
            self._first, self._first_prompt = number, prompt
        self._count += 1
        self._longest = max(self._longest, prompt)

    def check(self) -> None:
        if self._count:
            more = f" ({self._count - 1:,} more rows are like it)" if self._count > 1 else ""
            raise UserError(
                "max_length",
                f"{self._source.place(self._first)} has a prompt of {self._first_prompt:,} tokens, "
                f"so a max_length of {self._max_length:,} would leave nothing of its answer{more}. "
                f"Use more than {self._longest:,} or shorten the row.",
            )
