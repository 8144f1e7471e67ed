"""What a run brings to its rank, counted from its rows."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from alto_agent.tuning.data.load_run_data import PairRows
from alto_agent.tuning.data.token_table import TokenRows
from alto_agent.tuning.executor.spec import AdapterSpec, PreferenceRow, Row, RunData


def tokens_a_step(spec: AdapterSpec, data: RunData) -> int:
    """Tokens of a mean batch, at least 1."""
    return max(1, round(spec.batch_size * float(_lengths(data).mean()))) if len(data.train) else 1


def longest_batch(spec: AdapterSpec, data: RunData) -> int:
    """Tokens of a batch of the longest rows."""
    return spec.batch_size * int(_lengths(data).max(initial=0))


def _lengths(data: RunData) -> NDArray[np.int64]:
    if isinstance(data.train, TokenRows | PairRows):
        return data.train.lengths()
    return np.array([_row_tokens(row) for row in data.train], dtype=np.int64)


def _row_tokens(row: Row | PreferenceRow) -> int:
    parts = (row.chosen, row.rejected) if isinstance(row, PreferenceRow) else (row,)
    return sum(len(part.input_ids) for part in parts)
