"""A device that is gone: what was on it cannot be saved, and nobody on it is to blame."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager

import torch


class DeviceLostError(RuntimeError):
    """The device of an executor does not answer any more; the message is one sentence for the person."""


@contextmanager
def noticing_device_loss(device: torch.device) -> Generator[None]:
    """Turns the errors that a driver gives for a device that is gone or broken into `DeviceLostError`.

    After such an error every further call on the device fails too, so an executor cannot go on [X20].
    """
    try:
        yield
    except RuntimeError as error:
        if isinstance(error, DeviceLostError) or not is_device_loss(error):
            raise
        first = str(error).strip().split("\n")[0].rstrip(".")
        raise DeviceLostError(
            f"The device {device} does not answer any more ({first}). Its runs go on from their last "
            "checkpoints; look at this node's GPUs with nvidia-smi and dmesg before it is used again."
        ) from error


def is_device_loss(error: RuntimeError) -> bool:
    """Whether torch says that the device itself failed, rather than a lack of memory or a faulty program."""
    if isinstance(error, torch.OutOfMemoryError) or "out of memory" in str(error).lower():
        return False
    return isinstance(error, torch.AcceleratorError) or "CUDA error" in str(error)
