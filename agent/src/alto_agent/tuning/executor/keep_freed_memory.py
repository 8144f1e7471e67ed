"""Memory that a pass frees stays with the process, where the system's allocator can be told so."""

from __future__ import annotations

import ctypes
import platform

_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3
"""glibc's names for what it gives back at the top of the heap, and for what it asks of the kernel alone."""
_KEPT_BYTES = 1 << 30


def keep_freed_memory() -> bool:
    """Answers whether it could; elsewhere than with glibc nothing changes.

    Every pass frees its activations and the next one wants as much. Given back to the kernel in between, they
    return page by page: a tenth of a small step went into page faults. Call it once, early in a process.
    """
    if platform.libc_ver()[0] != "glibc":
        return False
    libc = ctypes.CDLL(None)
    return all(libc.mallopt(what, _KEPT_BYTES) == 1 for what in (_TRIM_THRESHOLD, _MMAP_THRESHOLD))
