"""How a lack of memory shows itself."""

from __future__ import annotations

import torch


def is_lack_of_memory(error: RuntimeError) -> bool:
    """Whether an allocation failed; the CPU's allocator has no error class of its own."""
    return isinstance(error, torch.OutOfMemoryError) or "not enough memory" in str(error)


class NoRoomError(ValueError):
    """A slot for which there was no memory, whatever had been predicted; nothing has changed."""
