"""What this node has, and how busy it is."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Literal

import psutil

from alto_agent.contracts.generated.messages import Device, DeviceSample, Stranger
from alto_agent.inventory.nvml import GpuProcess, Nvml

DeviceChoice = Literal["cpu", "auto"]


class Inventory:
    """GPUs where the driver shows some, else pseudo devices of kind `cpu`, one that stands for all cores.

    `cpu_devices`: as so many are the cores shown, each with its share of the memory, to try out executors
    over several devices where there is no GPU.
    """

    def __init__(self, choice: DeviceChoice = "auto", cpu_devices: int = 1) -> None:
        self._cpu_devices = cpu_devices
        self._nvml = Nvml.open() if choice == "auto" else None
        self.cpu_cores = usable_cores()
        self.memory_bytes = memory_limit()
        psutil.cpu_percent()

    def devices(self) -> list[Device]:
        """The devices as the control plane lists them; their indexes are what executors are started with."""
        if self._nvml is None:
            name = f"{cpu_name()}, {self.cpu_cores} cores"
            share = self.memory_bytes // self._cpu_devices
            return [
                Device(index=index, kind="cpu", name=name, memory_bytes=share)
                for index in range(self._cpu_devices)
            ]
        return [
            Device(index=gpu.index, kind="cuda", name=gpu.name, memory_bytes=gpu.memory_bytes)
            for gpu in self._nvml.read()
        ]

    def cpu_utilisation(self) -> float:
        """Share of all cores that was busy since the last call, from 0 to 1."""
        return min(1.0, max(0.0, psutil.cpu_percent() / 100))

    def memory_used_bytes(self) -> int:
        """Main memory that is not available to a new program."""
        memory = psutil.virtual_memory()
        return max(0, memory.total - memory.available)

    def samples(self, cpu_utilisation: float, memory_used_bytes: int) -> list[DeviceSample]:
        """How busy each device is now."""
        if self._nvml is None:
            return [
                DeviceSample(
                    index=index,
                    utilisation=cpu_utilisation,
                    memory_used_bytes=memory_used_bytes // self._cpu_devices,
                    temperature_c=None,
                    power_w=None,
                )
                for index in range(self._cpu_devices)
            ]
        return [
            DeviceSample(
                index=gpu.index,
                utilisation=gpu.utilisation,
                memory_used_bytes=gpu.memory_used_bytes,
                temperature_c=gpu.temperature_c,
                power_w=gpu.power_w,
            )
            for gpu in self._nvml.read()
        ]

    def strangers(self, ours: Collection[int]) -> list[Stranger]:
        """GPU processes that are neither ours nor started by one of ours; `ours` are ids of sessions."""
        if self._nvml is None:
            return []
        return strangers_among(self._nvml.processes(), ours)


def strangers_among(found: Iterable[GpuProcess], ours: Collection[int]) -> list[Stranger]:
    """Those of `found` that belong to no session in `ours` and do not come from this process.

    In a container the driver may name processes by ids of the host. What cannot be looked up here may be
    one of ours then, so it is a stranger only while nothing of ours runs.
    """
    strangers: list[Stranger] = []
    for process in found:
        try:
            known = os.getsid(process.pid) in ours
            known = known or any(
                parent.pid == os.getpid() for parent in psutil.Process(process.pid).parents()
            )
            name = psutil.Process(process.pid).name()
        except (ProcessLookupError, PermissionError, psutil.Error):
            known, name = bool(ours), ""
        if not known:
            strangers.append(
                Stranger(index=process.index, pid=process.pid, name=name, memory_bytes=process.memory_bytes)
            )
    return strangers


def usable_cores() -> int:
    """Cores that this process may run on, which a container may have limited."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def memory_limit() -> int:
    """Main memory in bytes, or the container's limit where that is lower."""
    total = psutil.virtual_memory().total
    for limit in (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory/memory.limit_in_bytes")):
        if limit.exists():
            text = limit.read_text(encoding="ascii").strip()
            if text.isdigit():
                return min(total, int(text))
    return total


def cpu_name() -> str:
    """The processor's own name where the system tells it."""
    info = Path("/proc/cpuinfo")
    if info.exists():
        for line in info.read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return "CPU"
