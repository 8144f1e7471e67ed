"""NVIDIA's management library, called directly: it is part of the driver, so no package is needed.

Source: the NVML API reference; only functions that every driver of the last ten years has.
"""

from __future__ import annotations

import ctypes
import os
from dataclasses import dataclass


class _Memory(ctypes.Structure):
    _fields_ = (
        ("total", ctypes.c_ulonglong),
        ("free", ctypes.c_ulonglong),
        ("used", ctypes.c_ulonglong),
    )


class _Utilisation(ctypes.Structure):
    _fields_ = (("gpu", ctypes.c_uint), ("memory", ctypes.c_uint))


class _Process(ctypes.Structure):
    _fields_ = (
        ("pid", ctypes.c_uint),
        ("memory", ctypes.c_ulonglong),
        ("gpu_instance", ctypes.c_uint),
        ("compute_instance", ctypes.c_uint),
    )


_MAX_PROCESSES = 256
_UNKNOWN_MEMORY = 2**64 - 1


@dataclass(frozen=True)
class GpuProcess:
    """A process that holds memory of a GPU; its id as the driver knows it."""

    index: int
    pid: int
    memory_bytes: int | None


@dataclass(frozen=True)
class GpuReading:
    """What one GPU says about itself; `None` where it does not tell."""

    index: int
    name: str
    memory_bytes: int
    memory_used_bytes: int | None
    utilisation: float | None
    temperature_c: float | None
    power_w: float | None


class Nvml:
    """An open session with the driver. `Nvml.open()` gives `None` where there is no driver or no GPU."""

    def __init__(self, library: ctypes.CDLL, handles: list[ctypes.c_void_p]) -> None:
        self._library = library
        self._handles = handles

    @classmethod
    def open(cls) -> Nvml | None:
        """Looks for GPUs; heeds `CUDA_VISIBLE_DEVICES` where it lists numbers."""
        try:
            library = ctypes.CDLL("libnvidia-ml.so.1")
        except OSError:
            return None
        count = ctypes.c_uint()
        if library.nvmlInit_v2() != 0 or library.nvmlDeviceGetCount_v2(ctypes.byref(count)) != 0:
            return None
        handles: list[ctypes.c_void_p] = []
        for index in visible_indexes(os.environ.get("CUDA_VISIBLE_DEVICES"), count.value):
            handle = ctypes.c_void_p()
            if library.nvmlDeviceGetHandleByIndex_v2(ctypes.c_uint(index), ctypes.byref(handle)) == 0:
                handles.append(handle)
        return cls(library, handles) if handles else None

    def read(self) -> list[GpuReading]:
        """One reading a GPU, a few hundred microseconds each."""
        return [self._read(index, handle) for index, handle in enumerate(self._handles)]

    def processes(self) -> list[GpuProcess]:
        """Compute processes on the GPUs; none where the driver does not tell."""
        found: list[GpuProcess] = []
        for index, handle in enumerate(self._handles):
            count = ctypes.c_uint(_MAX_PROCESSES)
            rows = (_Process * _MAX_PROCESSES)()
            try:
                ask = self._library.nvmlDeviceGetComputeRunningProcesses_v3
            except AttributeError:
                return []
            if ask(handle, ctypes.byref(count), rows) != 0:
                continue
            for row in rows[: count.value]:
                memory = None if row.memory == _UNKNOWN_MEMORY else row.memory
                found.append(GpuProcess(index=index, pid=row.pid, memory_bytes=memory))
        return found

    def _read(self, index: int, handle: ctypes.c_void_p) -> GpuReading:
        library = self._library
        name = ctypes.create_string_buffer(96)
        memory = _Memory()
        busy = _Utilisation()
        temperature = ctypes.c_uint()
        milliwatts = ctypes.c_uint()
        library.nvmlDeviceGetName(handle, name, ctypes.c_uint(96))
        has_memory = library.nvmlDeviceGetMemoryInfo(handle, ctypes.byref(memory)) == 0
        has_busy = library.nvmlDeviceGetUtilizationRates(handle, ctypes.byref(busy)) == 0
        has_temperature = library.nvmlDeviceGetTemperature(handle, 0, ctypes.byref(temperature)) == 0
        has_power = library.nvmlDeviceGetPowerUsage(handle, ctypes.byref(milliwatts)) == 0
        return GpuReading(
            index=index,
            name=name.value.decode(errors="replace"),
            memory_bytes=memory.total if has_memory else 0,
            memory_used_bytes=memory.used if has_memory else None,
            utilisation=min(busy.gpu, 100) / 100 if has_busy else None,
            temperature_c=float(temperature.value) if has_temperature else None,
            power_w=milliwatts.value / 1000 if has_power else None,
        )


def visible_indexes(variable: str | None, count: int) -> list[int]:
    """Numbers of the GPUs that CUDA programs started by this process would see, in their order."""
    if variable is None:
        return list(range(count))
    listed = [part.strip() for part in variable.split(",")]
    if not all(part.isdigit() for part in listed):
        return list(range(count)) if variable.strip() else []
    return [int(part) for part in listed if int(part) < count]
