"""The frozen model that all adapters of an executor share, made ready for flat passes."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar, cast

import torch
from torch import nn
from transformers import PreTrainedModel

from alto_agent.tuning.executor import packed_attention
from alto_agent.tuning.executor.active_pass import running
from alto_agent.tuning.executor.attention_plan import plan_attention
from alto_agent.tuning.executor.frozen_layers import patch_frozen_layers
from alto_agent.tuning.executor.lane import LaneRows
from alto_agent.tuning.executor.lock_step import PassKind
from alto_agent.tuning.executor.lora_linear import PatchedGroup
from alto_agent.tuning.executor.output_head import OutputHead
from alto_agent.tuning.executor.packed_pass import PackedPass
from alto_agent.tuning.executor.pass_guard import PassGuard
from alto_agent.tuning.executor.sites import SiteGroup, find_sites, group_sites

if TYPE_CHECKING:
    from alto_agent.tuning.executor.run_state import RunState

_T = TypeVar("_T")


class Backbone:
    """Runs flat passes over a causal language model of transformers, which it takes over until `close`."""

    def __init__(
        self,
        model: PreTrainedModel,
        *,
        device: torch.device,
        gradient_checkpointing: bool = False,
        logits_bytes: int = 16 << 20,
    ) -> None:
        self.model: Any = model
        self.before_pass: Callable[[PassKind], None] | None = None
        """Set where several ranks share a sharded backbone, as the guard is."""
        self.guard: PassGuard | None = None
        self.device = device
        self.name = type(model).__name__
        self._restore_attention = str(self.model.config._attn_implementation)
        model.requires_grad_(False)
        model.eval()
        self.dtype = next(p.dtype for p in model.parameters() if p.is_floating_point())
        head = cast("nn.Module | None", model.get_output_embeddings())
        base = getattr(model, model.base_model_prefix, None)
        if head is None or base is None or base is model:
            raise ValueError(
                f"{self.name} has no output layer over a base model; use a causal language model"
            )
        self.base: Any = base
        self.head = OutputHead(head, logits_bytes)
        text: Any = model.config.get_text_config()
        self.vocabulary = int(text.vocab_size)
        self.max_length = cast("int | None", getattr(text, "max_position_embeddings", None))
        sample = _example(self.vocabulary, self.device)
        with torch.no_grad():
            wanted = [cast(torch.Tensor, self.model(input_ids=one).logits)[0].float() for one in sample]
        self.sites = find_sites(model)
        if not self.sites:
            raise ValueError(
                f"{self.name} has no linear layer that an adapter can be added to; Llama, Qwen and Mistral "
                "models have"
            )
        self._patches: list[PatchedGroup] = []
        self._frozen: list[nn.Module] = []
        try:
            model.set_attn_implementation(packed_attention.NAME)
            self.groups = self._groups(sample)
            self._patches = [PatchedGroup(group, device) for group in self.groups]
            self._frozen = patch_frozen_layers(model)
            self._check(sample, wanted)
        except BaseException:
            self.close()
            raise
        if gradient_checkpointing:
            self._enable_checkpointing()

    def close(self) -> None:
        """Gives the model back as it was, frozen."""
        for patch in self._patches:
            patch.restore()
        for module in self._frozen:
            vars(module).pop("forward", None)
        self.model.set_attn_implementation(self._restore_attention)

    @contextmanager
    def as_it_was(self) -> Generator[Any]:
        """The model without our layers and attention, for generating text; between two steps only."""
        self.close()
        try:
            yield self.model
        finally:
            self.model.set_attn_implementation(packed_attention.NAME)
            self._patches = [PatchedGroup(group, self.device) for group in self.groups]
            self._frozen = patch_frozen_layers(self.model)

    def run(self, packed: PackedPass, *, gradient_to_embeddings: bool = False) -> torch.Tensor:
        """The last hidden states `[tokens, width]`; call it, and the backward, inside `running(packed)`.

        `gradient_to_embeddings` is for measuring the bare backbone: its backward then goes all the way.
        """
        places = {"position_ids": packed.position_ids, "use_cache": False}
        embedded: torch.Tensor | None = None
        if gradient_to_embeddings or self.guard is not None:
            # Where ranks go together, as little as possible may fail once they have begun.
            with torch.no_grad():
                embedded = cast(torch.Tensor, self.base.get_input_embeddings()(packed.input_ids))
        if gradient_to_embeddings and embedded is not None:
            embedded.requires_grad_()
        if self.before_pass is not None:
            self.before_pass(PassKind.TRAIN if torch.is_grad_enabled() else PassKind.FORWARD)
        if self.guard is not None:
            self.guard.begin()
        if embedded is None:
            output = self.base(input_ids=packed.input_ids, **places)
        else:
            output = self.base(inputs_embeds=embedded, **places)
        if self.guard is not None and not torch.is_grad_enabled():
            self.guard.check()
        return cast(torch.Tensor, output.last_hidden_state)[0]

    def losses(
        self, hidden: torch.Tensor, packed: PackedPass
    ) -> tuple[dict[RunState, torch.Tensor], torch.Tensor]:
        """As `OutputHead.losses` with the gradient that `backward` starts from."""
        found = self._attempt(lambda: self.head.losses(hidden, packed, with_gradient=True))
        gradient = None if found is None else found[1]
        return {} if found is None else found[0], torch.zeros_like(hidden) if gradient is None else gradient

    def backward(self, hidden: torch.Tensor, gradient: torch.Tensor) -> None:
        """Of a pass that trains: gradients are in the slots afterwards."""
        if hidden.requires_grad:
            torch.autograd.backward(hidden, gradient)
        if self.guard is not None:
            self.guard.check()

    def forget_pass(self) -> None:
        """Frees what a pass that did not come to its end has left."""
        for patch in self._patches:
            patch.forget()
        if self.device.type == "cuda":
            torch.cuda.empty_cache()

    def _attempt(self, call: Callable[[], _T]) -> _T | None:
        return call() if self.guard is None else self.guard.attempt(call)

    def bare_pass(self, tokens: int, length: int) -> PackedPass:
        """A pass without adapters over sequences of `length` tokens, `tokens` in all, for measuring."""
        lengths = [length] * (tokens // length)
        return _bare(
            [torch.zeros(1, one, dtype=torch.int64, device=self.device) for one in lengths], self.device
        )

    def _groups(self, sample: list[torch.Tensor]) -> list[SiteGroup]:
        packed = _bare(sample, self.device)

        def once() -> None:
            with running(packed):
                self.run(packed)

        split: list[SiteGroup] = []
        for group in group_sites(self.sites, once):
            plain = all(type(site.module) is nn.Linear for site in group.sites)
            for sites in [group.sites] if plain else [(site,) for site in group.sites]:
                split.append(SiteGroup(len(split), sites, group.in_features))
        return split

    def _check(self, sample: list[torch.Tensor], wanted: list[torch.Tensor]) -> None:
        """A flat pass must give what the model itself gives for each sequence alone."""
        packed = _bare(sample, self.device)
        with torch.no_grad(), running(packed):
            found = self.head.logits(self.run(packed))
        tolerance = 1e-4 if self.dtype == torch.float32 else 0.1
        largest = max(float(one.abs().max()) for one in wanted)
        if not (torch.cat(wanted) - found).abs().max() <= tolerance * max(1.0, largest):
            raise ValueError(
                f"{self.name} computes something else for several sequences in one buffer than for each "
                "alone, so adapters cannot share it; Llama, Qwen and Mistral models can"
            )

    def _enable_checkpointing(self) -> None:
        self.model.gradient_checkpointing_enable(gradient_checkpointing_kwargs={"use_reentrant": False})
        for module in self.model.modules():
            if getattr(module, "gradient_checkpointing", False):
                # Layers look at this flag; their children stay in evaluation mode.
                module.training = True


def _example(vocabulary: int, device: torch.device) -> list[torch.Tensor]:
    generator = torch.Generator().manual_seed(0)
    return [torch.randint(0, vocabulary, (1, length), generator=generator).to(device) for length in (7, 9, 5)]


def _bare(sample: list[torch.Tensor], device: torch.device) -> PackedPass:
    lengths = [one.shape[1] for one in sample]
    positions = torch.cat([torch.arange(length, device=device) for length in lengths])
    nothing = torch.zeros(0, dtype=torch.int64, device=device)
    return PackedPass(
        torch.cat(sample, dim=1),
        positions[None],
        (),
        LaneRows(0, None, None, None),
        plan_attention(lengths, device),
        nothing,
        nothing,
        (),
        sum(lengths),
    )
