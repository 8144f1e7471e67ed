"""Calls of rank 0 to the executors of all other ranks, in order."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import torch.distributed as dist

from alto_agent.tuning.executor.parallel_executor import ParallelExecutor
from alto_agent.tuning.executor.spec import RunData


@dataclass(frozen=True)
class _Call:
    method: str
    arguments: tuple[Any, ...]
    named: dict[str, Any]


class RankCalls:
    """On a group of its own, which waits between two calls for as long as it takes."""

    def __init__(self, group: dist.ProcessGroup) -> None:
        self._group = group

    def say(self, method: str, *arguments: Any, **named: Any) -> None:
        """Rank 0: the others make this call now; `rows` and `close` are words of their own."""
        box: list[Any] = [_Call(method, arguments, named)]
        dist.broadcast_object_list(box, src=0, group=self._group)

    def follow(self, executor: ParallelExecutor) -> None:
        """Any other rank: makes the calls until it is told to close."""
        rows: list[RunData] = []
        while True:
            box: list[Any] = [None]
            dist.broadcast_object_list(box, src=0, group=self._group)
            call: _Call = box[0]
            arguments = list(call.arguments)
            match call.method:
                case "rows":
                    rows.append(arguments[0])
                    continue
                case "close":
                    executor.close()
                    return
                case "join":
                    arguments[1] = rows[arguments[1]]
                case _:
                    pass
            # What is wrong with the call, rank 0 finds wrong too, and says so.
            harmless = (Exception,) if call.method == "generate" else (ValueError, OSError)
            with suppress(*harmless):
                getattr(executor, call.method)(*arguments, **call.named)
