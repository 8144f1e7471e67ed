"""Finished pictures and clips as files: the same frames give the same bytes."""

from __future__ import annotations

import base64
import io
import os
import platform
from pathlib import Path

import av
from PIL import Image
from torch import Tensor

_SAME_BYTES = {"x264-params": "asm=SSE4.2"} if platform.machine() in {"x86_64", "AMD64"} else {}
"""x264's AVX-512 code gave equal frames other bytes about once in fifty clips; up to SSE 4.2 it never did."""


def write_png(path: Path, frame: Tensor) -> int:
    """`[H, W, 3]`, uint8. Answers the size in bytes; the file appears complete or not at all."""
    return _publish(path, _png(frame))


def png_base64(frame: Tensor) -> str:
    """A preview as text."""
    return base64.b64encode(_png(frame)).decode()


def write_mp4(path: Path, frames: Tensor, fps: int) -> int:
    """`[T, H, W, 3]`, uint8, as H.264 that browsers play while it loads. Answers the size in bytes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(f".{os.getpid()}.tmp")
    with av.open(unfinished, "w", format="mp4", options={"movflags": "+faststart"}) as container:
        stream = container.add_stream(
            "libx264", rate=fps, options={"crf": "14", "preset": "medium"} | _SAME_BYTES
        )
        _, stream.height, stream.width, _ = frames.shape
        stream.pix_fmt = "yuv420p"
        # With more threads the bytes would depend on the machine.
        stream.thread_count = 1
        for frame in frames.numpy():
            container.mux(stream.encode(av.VideoFrame.from_ndarray(frame, format="rgb24")))
        container.mux(stream.encode())
    size = unfinished.stat().st_size
    unfinished.replace(path)
    return size


def _png(frame: Tensor) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(frame.numpy()).save(buffer, format="png")
    return buffer.getvalue()


def _publish(path: Path, content: bytes) -> int:
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(f".{os.getpid()}.tmp")
    unfinished.write_bytes(content)
    unfinished.replace(path)
    return len(content)
