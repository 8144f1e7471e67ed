"""The order in which a run sees its samples: endless shuffled epochs, from the run's seed [X4]."""

from __future__ import annotations

import torch

from alto_agent.tuning.executor.dropout_mask import mix


class DataOrder:
    """Sample numbers by position in the stream. Batches are full: they go on across the end of an epoch."""

    def __init__(self, seed: int, rows: int) -> None:
        self._seed = seed
        self._rows = rows
        self._epoch = -1
        self._permutation: list[int] = []

    def batch(self, cursor: int, size: int) -> list[int]:
        """The numbers of the `size` rows that follow `cursor` samples."""
        numbers: list[int] = []
        while len(numbers) < size:
            epoch, place = divmod(cursor + len(numbers), self._rows)
            numbers += self._of_epoch(epoch)[place : place + size - len(numbers)]
        return numbers

    def _of_epoch(self, epoch: int) -> list[int]:
        if epoch != self._epoch:
            generator = torch.Generator().manual_seed(mix(self._seed, epoch))
            self._permutation = torch.randperm(self._rows, generator=generator).tolist()
            self._epoch = epoch
        return self._permutation
