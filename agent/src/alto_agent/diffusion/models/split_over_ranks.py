"""Makes a diffusers transformer work on a part of its positions."""

from __future__ import annotations

from typing import Any

from torch import Tensor, nn

from alto_agent.diffusion.parallel.sequence import Sequence, WholeSequence


class CurrentSequence:
    """Which sequence the hooks and attention processors of one model use now."""

    def __init__(self) -> None:
        self.sequence: Sequence = WholeSequence()
        self.total = 0


def split_over_ranks(current: CurrentSequence, first_block: nn.Module, last: nn.Module) -> None:
    """From the input of `first_block` to the output of `last` states are this rank's part of `[B, N, D]`."""

    def enter(_: nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
        if "hidden_states" in kwargs:
            current.total = kwargs["hidden_states"].shape[1]
            return args, kwargs | {"hidden_states": current.sequence.shard(kwargs["hidden_states"])}
        current.total = args[0].shape[1]
        return (current.sequence.shard(args[0]), *args[1:]), kwargs

    def leave(_: nn.Module, __: tuple[Any, ...], output: Tensor) -> Tensor:
        return current.sequence.gather(output, current.total)

    first_block.register_forward_pre_hook(enter, with_kwargs=True)
    last.register_forward_hook(leave)
