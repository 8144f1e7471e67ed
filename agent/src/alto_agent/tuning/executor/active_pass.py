"""The pass that the backbone is running now.

The patched layers of a backbone look it up here. It is a plain module variable: recomputation under
gradient checkpointing runs on autograd's own threads, where a context variable would be empty.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from alto_agent.tuning.executor.packed_pass import PackedPass

_active: list[PackedPass] = []


def active_pass() -> PackedPass | None:
    """The innermost pass that runs, or None outside of any."""
    return _active[-1] if _active else None


@contextmanager
def running(packed: PackedPass) -> Generator[None]:
    """Makes `packed` the active pass for its forward and its backward."""
    _active.append(packed)
    try:
        yield
    finally:
        _active.pop()
