"""Keeps the ranks of a sharded backbone together: every pass is run by all of them, or by none.

Each rank's passes gather the whole weights layer by layer, so all ranks must run the same kind of pass at the
same time. Before a pass the ranks vote; those that want none, or another kind, run an empty one beside it.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import IntEnum

import torch
import torch.distributed as dist


class PassKind(IntEnum):
    """What a rank wants to run next. The highest vote goes first."""

    NONE = 0
    FORWARD = 1
    TRAIN = 2


class LockStep:
    """The vote of one process group. `fill` runs an empty pass of a kind."""

    def __init__(self, group: dist.ProcessGroup, fill: Callable[[PassKind], None]) -> None:
        self._group = group
        self._fill = fill
        self._filling = False

    def before(self, kind: PassKind) -> None:
        """Returns when it is this rank's turn to run a pass of `kind`; for NONE, when all are done."""
        if self._filling:
            return
        while True:
            vote = torch.tensor([int(kind)])
            dist.all_reduce(vote, op=dist.ReduceOp.MAX, group=self._group)
            agreed = PassKind(int(vote.item()))
            if agreed == kind:
                return
            self._filling = True
            try:
                self._fill(agreed)
            finally:
                self._filling = False
