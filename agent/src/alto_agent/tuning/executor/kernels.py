"""Ways of computing one grouped product, and what each costs here: `python -m …executor.kernels --table`.

The executor's choice follows this table: one batched product where adapters have equally many tokens (a
lane), a product for each adapter where they have not, and Triton's grouped kernels on CUDA.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Sequence

import torch

from alto_agent.tuning.executor import frozen_product

Method = Callable[[torch.Tensor, torch.Tensor, Sequence[int]], torch.Tensor]


def batched(x: torch.Tensor, a: torch.Tensor, tokens: Sequence[int]) -> torch.Tensor:
    """`[tokens, in]` by `[z, width, in]` to `[tokens, width]`, for equal `tokens` only."""
    return torch.bmm(x.view(len(tokens), tokens[0], -1), a.transpose(1, 2)).view(x.shape[0], -1)


def one_by_one(x: torch.Tensor, a: torch.Tensor, tokens: Sequence[int]) -> torch.Tensor:
    """The same for any `tokens`, with a product for each adapter."""
    return torch.cat([torch.mm(part, own.t()) for part, own in zip(x.split(list(tokens)), a, strict=True)])


def grouped(x: torch.Tensor, a: torch.Tensor, tokens: Sequence[int]) -> torch.Tensor:
    """The same for any `tokens`, with torch's grouped product."""
    ends = torch.tensor(tokens, device=x.device).cumsum(0).to(torch.int32)
    product = torch._grouped_mm  # pyright: ignore[reportPrivateUsage, reportPrivateImportUsage]
    return product(x, a.transpose(1, 2), offs=ends)


def measure(adapters: int, tokens: Sequence[int], width: int, inner: int, device: str) -> dict[str, float]:
    """Microseconds of each method that can do it; the best of twenty."""
    x = torch.randn(sum(tokens), inner, device=device)
    a = torch.randn(adapters, width, inner, device=device)
    methods: dict[str, Method] = {"one by one": one_by_one, "grouped": grouped}
    if len(set(tokens)) == 1:
        methods["batched"] = batched
    found: dict[str, float] = {}
    for name, method in methods.items():
        best = float("inf")
        for _ in range(20):
            start = time.perf_counter()
            method(x, a, tokens)
            if device == "cuda":
                torch.cuda.synchronize()
            best = min(best, time.perf_counter() - start)
        found[name] = round(best * 1e6, 1)
    return found


def measure_frozen(tokens: int, inner: int, outer: int) -> dict[str, float]:
    """Microseconds of a product with a frozen fp32 weight on the CPU, by library; the best of twenty."""
    x, weight = torch.randn(tokens, inner), torch.randn(outer, inner)
    found: dict[str, float] = {}
    for library in frozen_product.LIBRARIES:
        with frozen_product.using(library):
            best = float("inf")
            for _ in range(20):
                start = time.perf_counter()
                frozen_product.frozen_product(x, weight, None)
                best = min(best, time.perf_counter() - start)
        found[library] = round(best * 1e6, 1)
    return found


def main() -> None:
    """Prints the table for this machine."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--table", action="store_true", help="measure and print (the default)")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--adapters", type=int, default=16)
    parser.add_argument("--inner", type=int, default=256)
    arguments = parser.parse_args()
    device = "cuda" if torch.cuda.is_available() else "cpu"
    rows: list[dict[str, object]] = []
    for each in (32, 64, 256):
        unequal = [each + (number % 5 - 2) * each // 8 for number in range(arguments.adapters)]
        for kind, tokens in (("equal", [each] * arguments.adapters), ("unequal", unequal)):
            for width in (4, 8, 16, 64):
                found = measure(arguments.adapters, tokens, width, arguments.inner, device)
                rows.append({"tokens": each, "kind": kind, "width": width, "microseconds": found})
    frozen = measure_frozen(1024, arguments.inner, arguments.inner)
    chosen = frozen_product.chosen_library()
    if arguments.json:
        result = {"device": device, "adapters": arguments.adapters, "rows": rows}
        print(json.dumps(result | {"frozen": frozen, "frozenChosen": chosen}))
        return
    print(
        f"frozen weights, 1,024 tokens, {arguments.inner} by {arguments.inner}: {frozen}, used here: {chosen}"
    )
    print(f"{arguments.adapters} adapters, in {arguments.inner}, {device}; microseconds, * is the best")
    print(
        "tokens  kind     width  " + "".join(f"{name:>12}" for name in ("batched", "grouped", "one by one"))
    )
    for row in rows:
        found = row["microseconds"]
        assert isinstance(found, dict)
        best = min(found.values())
        cells = [
            f"{found[name]:>11}{'*' if found[name] == best else ' '}" if name in found else f"{'-':>12}"
            for name in ("batched", "grouped", "one by one")
        ]
        print(f"{row['tokens']!s:>6}  {row['kind']!s:<7}  {row['width']!s:>5}  " + "".join(cells))


if __name__ == "__main__":
    main()
