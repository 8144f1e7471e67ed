"""What the benchmark runs on, and how much memory it takes."""

from __future__ import annotations

import os
import platform
import threading
import time
from pathlib import Path

import psutil
import torch


class PeakMemory:
    """Peak device memory, or on the CPU the growth of the process since this object was made."""

    def __init__(self, device: str) -> None:
        self._cuda = device == "cuda"
        self._process = psutil.Process()
        self._before = self._process.memory_info().rss
        self._running = False
        self._peak = 0

    def start(self) -> None:
        """Begins to watch."""
        if self._cuda:
            torch.cuda.reset_peak_memory_stats()
            return
        self._running = True
        self._thread = threading.Thread(target=self._watch)
        self._thread.start()

    def _watch(self) -> None:
        while self._running:
            self._peak = max(self._peak, self._process.memory_info().rss - self._before)
            time.sleep(0.005)

    def stop(self) -> int:
        """The most bytes since `start`."""
        if self._cuda:
            return torch.cuda.max_memory_allocated()
        self._running = False
        self._thread.join()
        return self._peak


def device_words(device: str) -> str:
    """Device, cores and memory in words."""
    if device == "cuda":
        return torch.cuda.get_device_name()
    memory = psutil.virtual_memory().total / 2**30
    return (
        f"{_processor()}, {os.cpu_count()} cores, {memory:.0f} GiB, torch {torch.__version__} "
        f"({torch.backends.cpu.get_cpu_capability()})"
    )


def _processor() -> str:
    facts = Path("/proc/cpuinfo")
    lines = facts.read_text(encoding="utf-8").splitlines() if facts.exists() else []
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()
