# Triton gives these parameters their types when it compiles a kernel.
# pyright: reportMissingParameterType=false, reportArgumentType=false
"""Triton kernels of the LoRA path: as many launches for forty adapters as for one.

Each program takes one block of tokens, looks up whose tokens they are, and reads that adapter's matrix by its
address, so adapters of different stacks and widths share a launch. Three kernels serve forward and
backward: `shrink` (S = scaling · X Mᵀ), `expand` (Y += S M, added in the store) and `outer` (dM = Sᵀ X).
With `TRITON_INTERPRET=1` they run on the CPU, which is how the tests run them.
"""

from __future__ import annotations

from typing import Any

import triton
import triton.language as tl

BLOCK_TOKENS = 32
_BLOCK_WIDE = 64
_BLOCK_NARROW = 16


@triton.jit
def _shrink(  # noqa: PLR0917
    x, out, addresses, widths, scalings, block_adapter, block_start, block_end,
    inner, out_stride, place, factor,
    tokens: tl.constexpr, wide: tl.constexpr, narrow: tl.constexpr,
):  # fmt: skip
    block = tl.program_id(0)
    adapter = tl.load(block_adapter + block)
    width = tl.load(widths + adapter)
    rows = width * factor
    columns = tl.program_id(1) * narrow + tl.arange(0, narrow)
    if tl.program_id(1) * narrow < rows:
        at = tl.load(block_start + block) + tl.arange(0, tokens)
        real = at < tl.load(block_end + block)
        matrix = tl.load(addresses + adapter).to(tl.pointer_type(x.dtype.element_ty))
        total = tl.zeros((tokens, narrow), dtype=tl.float32)
        for first in range(0, inner, wide):
            k = first + tl.arange(0, wide)
            left = tl.load(
                x + at[:, None] * inner + k[None], mask=real[:, None] & (k[None] < inner), other=0.0
            )
            right = tl.load(
                matrix + columns[None] * inner + k[:, None],
                mask=(columns[None] < rows) & (k[:, None] < inner), other=0.0,
            )  # fmt: skip
            total += tl.dot(left, right, input_precision="ieee")
        total = total * tl.load(scalings + adapter)
        target = out + at[:, None] * out_stride + (place * width + columns)[None]
        tl.store(target, total.to(out.dtype.element_ty), mask=real[:, None] & (columns[None] < rows))


@triton.jit
def _expand(  # noqa: PLR0917
    s, out, addresses, widths, block_adapter, block_start, block_end,
    outer, s_stride, place, factor,
    tokens: tl.constexpr, wide: tl.constexpr, narrow: tl.constexpr,
):  # fmt: skip
    block = tl.program_id(0)
    adapter = tl.load(block_adapter + block)
    width = tl.load(widths + adapter)
    rows = width * factor
    columns = tl.program_id(1) * wide + tl.arange(0, wide)
    at = tl.load(block_start + block) + tl.arange(0, tokens)
    real = at < tl.load(block_end + block)
    matrix = tl.load(addresses + adapter).to(tl.pointer_type(s.dtype.element_ty))
    total = tl.zeros((tokens, wide), dtype=tl.float32)
    for first in range(0, rows, narrow):
        k = first + tl.arange(0, narrow)
        left = tl.load(
            s + at[:, None] * s_stride + (place * width + k)[None],
            mask=real[:, None] & (k[None] < rows), other=0.0,
        )  # fmt: skip
        right = tl.load(
            matrix + k[:, None] * outer + columns[None],
            mask=(k[:, None] < rows) & (columns[None] < outer), other=0.0,
        )  # fmt: skip
        total += tl.dot(left, right, input_precision="ieee")
    inside = real[:, None] & (columns[None] < outer)
    target = out + at[:, None] * outer + columns[None]
    total += tl.load(target, mask=inside, other=0.0).to(tl.float32)
    tl.store(target, total.to(out.dtype.element_ty), mask=inside)


@triton.jit
def _outer(  # noqa: PLR0917
    s, x, addresses, widths, starts, ends,
    inner, s_stride, place, factor, accumulate,
    tokens: tl.constexpr, wide: tl.constexpr, narrow: tl.constexpr,
):  # fmt: skip
    adapter = tl.program_id(0)
    width = tl.load(widths + adapter)
    rows = width * factor
    row = tl.program_id(1) * narrow + tl.arange(0, narrow)
    if tl.program_id(1) * narrow < rows:
        columns = tl.program_id(2) * wide + tl.arange(0, wide)
        total = tl.zeros((narrow, wide), dtype=tl.float32)
        start = tl.load(starts + adapter)
        end = tl.load(ends + adapter)
        for first in range(start, end, tokens):
            at = first + tl.arange(0, tokens)
            left = tl.load(
                s + at[None] * s_stride + (place * width + row)[:, None],
                mask=(at[None] < end) & (row[:, None] < rows), other=0.0,
            )  # fmt: skip
            right = tl.load(
                x + at[:, None] * inner + columns[None],
                mask=(at[:, None] < end) & (columns[None] < inner), other=0.0,
            )  # fmt: skip
            total += tl.dot(left, right, input_precision="ieee")
        matrix = tl.load(addresses + adapter).to(tl.pointer_type(tl.float32))
        inside = (row[:, None] < rows) & (columns[None] < inner)
        target = matrix + row[:, None] * inner + columns[None]
        if accumulate != 0:
            total += tl.load(target, mask=inside, other=0.0)
        tl.store(target, total, mask=inside)


def shrink(x: Any, out: Any, addresses: Any, table: Any, *, place: int, factor: int) -> None:
    """`out[t, place · width + c] = scaling · x[t] · M[c]` for each adapter's `factor · width` rows."""
    grid = (table.blocks, triton.cdiv(table.widest * factor, _BLOCK_NARROW))
    _shrink[grid](
        x, out, addresses, table.widths, table.scalings, table.block_adapter, table.block_start,
        table.block_end, x.shape[1], out.shape[1], place, factor,
        tokens=BLOCK_TOKENS, wide=_BLOCK_WIDE, narrow=_BLOCK_NARROW,
    )  # fmt: skip


def expand(s: Any, out: Any, addresses: Any, table: Any, *, place: int, factor: int) -> None:
    """`out[t] += s[t, place · width :][: factor · width] · M`."""
    grid = (table.blocks, triton.cdiv(out.shape[1], _BLOCK_WIDE))
    _expand[grid](
        s, out, addresses, table.widths, table.block_adapter, table.block_start, table.block_end,
        out.shape[1], s.shape[1], place, factor,
        tokens=BLOCK_TOKENS, wide=_BLOCK_WIDE, narrow=_BLOCK_NARROW,
    )  # fmt: skip


def outer(s: Any, x: Any, addresses: Any, table: Any, *, place: int, factor: int, accumulate: bool) -> None:
    """`M[c] = Σ_t s[t, place · width + c] · x[t]` over each adapter's own tokens, into fp32."""
    grid = (
        table.adapters,
        triton.cdiv(table.widest * factor, _BLOCK_NARROW),
        triton.cdiv(x.shape[1], _BLOCK_WIDE),
    )
    _outer[grid](
        s, x, addresses, table.widths, table.starts, table.ends, x.shape[1], s.shape[1], place, factor,
        int(accumulate), tokens=BLOCK_TOKENS, wide=_BLOCK_WIDE, narrow=_BLOCK_NARROW,
    )  # fmt: skip
