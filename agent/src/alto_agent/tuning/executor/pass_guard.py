"""A lack of memory in the middle of a pass of a sharded backbone, without leaving the other ranks alone.

All ranks gather the weights layer by layer, in the same order. A rank that gave up in the middle would leave
the others waiting for it. So it drops what it holds of the pass, joins the gathers that are left without
computing anything, and only then says that memory was lacking. Nothing of a spoiled pass is used.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import torch
from torch import nn
from torch.distributed.fsdp import FSDPModule

from alto_agent.tuning.executor.active_pass import active_pass
from alto_agent.tuning.executor.lack_of_memory import is_lack_of_memory

_T = TypeVar("_T")
_Kept = tuple[torch.Tensor, torch.Tensor]


class PassGuard:
    """Of one rank. It watches the layers that were given to `watch`, one pass after the other."""

    def __init__(self) -> None:
        self.anchor = torch.zeros((), requires_grad=True)
        self._problem: str | None = None
        self._kept: dict[nn.Module, _Kept] = {}

    def watch(self, layer: nn.Module) -> None:
        """From now on a lack of memory in `layer`, called with hidden states, spoils the pass."""
        kind = type(layer)
        # The name stays: others recognise layers by it.
        layer.__class__ = type(kind.__name__, (_Watched, kind), {})
        cast(_Watched, layer).pass_guard = self

    def begin(self) -> None:
        """A pass begins; nothing is wrong with it yet."""
        self._problem = None
        self._kept.clear()

    def check(self) -> None:
        """The pass has ended on all ranks. Raises `torch.OutOfMemoryError` where it was spoiled here."""
        if self._problem is not None:
            raise torch.OutOfMemoryError(self._problem)

    def attempt(self, call: Callable[[], _T], layer: nn.Module | None = None) -> _T | None:
        """What `call` gives; `None` in a spoiled pass, where only the gather of `layer` is joined."""
        if self._problem is None:
            try:
                return call()
            except RuntimeError as error:
                if not is_lack_of_memory(error):
                    raise
                problem = str(error)
            # Outside of the handler, whose traceback holds what the layer had computed.
            self._problem = problem
            self._kept.clear()
            if torch.cuda.is_available():
                torch.cuda.empty_cache()
        if isinstance(layer, FSDPModule):
            # Nothing happens where this layer's weights had been gathered already.
            layer.unshard()
            layer.reshard()
        return None

    def forward(
        self, layer: nn.Module, given: torch.Tensor, call: Callable[[], torch.Tensor]
    ) -> torch.Tensor:
        """`call` of the layer on `given`, with a graph of its own that waits for `backward`."""

        def compute() -> torch.Tensor:
            with torch.enable_grad():
                output = call()
            self._kept[layer] = (given, output)
            return output.detach()

        output = self.attempt(compute, layer)
        return given.detach() if output is None else output

    def backward(self, layer: nn.Module, gradient: torch.Tensor) -> torch.Tensor | None:
        """The gradient of the layer's input; `None` where the pass is spoiled."""
        given, output = self._kept.pop(layer, (None, None))

        def compute() -> torch.Tensor | None:
            assert output is not None
            torch.autograd.backward(output, gradient)
            return None if given is None else given.grad

        return self.attempt(compute, layer)


class _Watched(nn.Module):
    """Mixed into a layer's class. `pass_guard` is the guard."""

    pass_guard: PassGuard

    def __call__(self, hidden: torch.Tensor, *arguments: Any, **named: Any) -> torch.Tensor:
        """As the layer's own."""
        original = super().__call__
        if active_pass() is None:
            return cast(torch.Tensor, original(hidden, *arguments, **named))
        if torch.is_grad_enabled():
            given = hidden.detach().requires_grad_(hidden.requires_grad)

            def call() -> torch.Tensor:
                return cast(torch.Tensor, original(given, *arguments, **named))

            return cast(torch.Tensor, _WatchedPass.apply(hidden, self.pass_guard.anchor, self, given, call))
        found = self.pass_guard.attempt(lambda: original(hidden, *arguments, **named), self)
        return hidden if found is None else cast(torch.Tensor, found)


class _WatchedPass(torch.autograd.Function):
    """One layer as one node of the graph. `anchor` makes every rank come back to every layer."""

    @staticmethod
    def forward(  # noqa: PLR0917 (autograd's signature)
        ctx: Any,
        hidden: torch.Tensor,
        anchor: torch.Tensor,
        layer: _Watched,
        given: torch.Tensor,
        call: Callable[[], torch.Tensor],
    ) -> torch.Tensor:
        ctx.layer = layer
        return layer.pass_guard.forward(layer, given, call)

    @staticmethod
    def backward(ctx: Any, *gradients: torch.Tensor) -> tuple[Any, ...]:
        layer: _Watched = ctx.layer
        found = layer.pass_guard.backward(layer, gradients[0])
        if ctx.needs_input_grad[0] and found is None:
            found = gradients[0]
        return found, None, None, None, None
