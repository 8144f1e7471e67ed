"""Process groups of a diffusion executor, all made at its start, so that a change of degree makes none."""

from __future__ import annotations

from datetime import timedelta
from itertools import combinations
from typing import Literal

import torch
import torch.distributed as dist
from torch.distributed.distributed_c10d import Store

DEGREES = (2, 4, 8)
_TIMEOUT = timedelta(minutes=10)


class RankGroups:
    """This rank, the words that ranks leave for each other, and a group for every set of 2, 4 or 8 ranks."""

    def __init__(self, rank: int, count: int, store: Store | None, kind: Literal["cpu", "cuda"]) -> None:
        """`store` is needed for more than one rank. Every rank must call this; it returns when all have."""
        self.rank = rank
        self.count = count
        self._store = store
        self._groups: dict[tuple[int, ...], dist.ProcessGroup] = {}
        if count == 1:
            return
        backend = "nccl" if kind == "cuda" else "gloo"
        dist.init_process_group(backend, store=store, rank=rank, world_size=count, timeout=_TIMEOUT)
        for degree in DEGREES:
            for ranks in combinations(range(count), degree):
                group = dist.new_group(list(ranks), timeout=_TIMEOUT)
                if isinstance(group, dist.ProcessGroup) and rank in ranks:
                    self._groups[ranks] = group

    def of(self, ranks: list[int]) -> dist.ProcessGroup:
        """The group of these ranks, in any order. Raises `ValueError` where their number is no SP degree."""
        found = self._groups.get(tuple(sorted(ranks)))
        if found is None:
            raise ValueError(f"{len(ranks)} GPUs cannot share a request: the SP degree is 1, 2, 4 or 8.")
        return found

    def say(self, key: str, word: str) -> None:
        """Leaves a word for other ranks."""
        if self._store is not None:
            self._store.set(key, word)

    def hear(self, key: str) -> bytes:
        """Waits for the word."""
        if self._store is None:
            raise ValueError("A rank that is alone has nobody to hear from.")
        self._store.wait([key], timedelta(days=30))
        return self._store.get(key)

    def forget(self, key: str) -> None:
        """Removes a word that everybody has heard."""
        if self._store is not None:
            self._store.delete_key(key)

    def share(self, tensor: torch.Tensor, leader: int, ranks: list[int]) -> None:
        """The leader's values arrive in every rank's tensor of the same shape."""
        dist.broadcast(tensor, leader, group=self.of(ranks))

    def close(self) -> None:
        """Ends the groups."""
        if self.count > 1:
            dist.destroy_process_group()
