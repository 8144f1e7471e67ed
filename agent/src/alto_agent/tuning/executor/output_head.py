"""From the backbone's last hidden states to losses and the gradient that the backward starts from.

The logits of a large vocabulary never exist all at once: the trained positions go through the output layer
in chunks, and each chunk's gradient is formed before the next chunk. Nothing is kept for autograd.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

import torch
from torch import nn

from alto_agent.tuning.executor.frozen_product import frozen_product, frozen_product_back
from alto_agent.tuning.executor.packed_pass import MIN_TOKENS, PackedPass, Span

if TYPE_CHECKING:
    from alto_agent.tuning.executor.run_state import RunState

ReferenceLogProbs = Mapping[str, tuple[float, float]]


class OutputHead:
    """The output layer of a model, its losses and their gradients."""

    def __init__(self, layer: nn.Module, chunk_bytes: int) -> None:
        self._layer: Any = layer
        self.chunk_bytes = chunk_bytes

    def losses(
        self, hidden: torch.Tensor, packed: PackedPass, *, with_gradient: bool
    ) -> tuple[dict[RunState, torch.Tensor], torch.Tensor | None]:
        """Each run's share of its batch's loss (fp64, on the device), and d(sum of losses)/d(hidden).

        `hidden` is `[tokens, width]`. Each run's gradient carries its own loss scale. A run's loss is the
        mean over the trained tokens of its whole batch, or for DPO over the pairs of its whole batch [X2].
        """
        with torch.no_grad():
            gradient = torch.zeros_like(hidden) if with_gradient else None
            result: dict[RunState, torch.Tensor] = {}
            supervised = [span for span in packed.spans if span.piece.run.spec.objective != "dpo"]
            preference = [span for span in packed.spans if span.piece.run.spec.objective == "dpo"]
            if supervised:
                weights = [_even_weights(span) for span in supervised]
                negative = self._through(hidden, packed, supervised, weights, gradient)
                for span, own in zip(supervised, negative, strict=True):
                    result[span.piece.run] = own.double().sum() / span.piece.batch_trained
            if preference:
                negative = self._through(hidden, packed, preference, None, None)
                weights: list[torch.Tensor] = []
                for span, own in zip(preference, negative, strict=True):
                    result[span.piece.run], weight = _preference_loss(span, own)
                    weights.append(weight)
                if gradient is not None:
                    self._through(hidden, packed, preference, weights, gradient)
            return result, gradient

    def sequence_log_probs(self, hidden: torch.Tensor, packed: PackedPass) -> list[torch.Tensor]:
        """For each span the sum of log probabilities of each of its sequences (fp64)."""
        with torch.no_grad():
            negative = self._through(hidden, packed, list(packed.spans), None, None)
            return [-_by_sequence(span, own) for span, own in zip(packed.spans, negative, strict=True)]

    def parts(self, hidden: torch.Tensor, packed: PackedPass) -> list[torch.Tensor]:
        """The terms that each span's loss adds up: its trained tokens, or for DPO its pairs (fp64).

        A term depends on its own sequence only, however rows are spread over passes.
        """
        with torch.no_grad():
            negative = self._through(hidden, packed, list(packed.spans), None, None)
            return [
                _pair_losses(span, own)[0] if span.piece.run.spec.objective == "dpo" else own.double()
                for span, own in zip(packed.spans, negative, strict=True)
            ]

    def logits(self, hidden: torch.Tensor) -> torch.Tensor:
        """The output layer alone, fp32. For few positions only."""
        return cast(torch.Tensor, self._layer(hidden)).float()

    def _through(
        self,
        hidden: torch.Tensor,
        packed: PackedPass,
        spans: list[Span],
        weights: list[torch.Tensor] | None,
        gradient: torch.Tensor | None,
    ) -> list[torch.Tensor]:
        """Negative log likelihoods of the spans' trained positions, in chunks that may cross spans.

        With `gradient` `[tokens, width]`, adds d(sum of weight · nll)/d(hidden) at those positions.
        """
        device = hidden.device
        sizes = [span.starts[-1] - span.starts[0] for span in spans]
        if len(spans) == len(packed.spans):
            positions, labels = packed.trained_positions, packed.trained_labels
        else:
            own = [slice(span.starts[0], span.starts[-1]) for span in spans]
            positions = torch.cat([packed.trained_positions[part] for part in own])
            labels = torch.cat([packed.trained_labels[part] for part in own])
        total = sum(sizes)
        if total == 0:
            return [torch.zeros(0, device=device) for _ in spans]
        filling = -total % MIN_TOKENS
        if filling:
            # Few rows at the end would take another code path in the product, and have other bits.
            positions = torch.cat([positions, positions[-1:].expand(filling)])
            labels = torch.cat([labels, labels[-1:].expand(filling)])
        weight: torch.Tensor | None = None
        if weights is not None and gradient is not None:
            weight = torch.cat([*weights, torch.zeros(filling, device=device)])
        negative: list[torch.Tensor] = []
        size = self._chunk_rows()
        for start in range(0, total + filling, size):
            part = slice(start, start + size)
            own_weight = None if weight is None else weight[part]
            nll, back = self._chunk(hidden.index_select(0, positions[part]), labels[part], own_weight)
            negative.append(nll)
            if back is not None and gradient is not None:
                real = max(0, min(size, total - start))
                gradient.index_copy_(0, positions[start : start + real], back[:real].to(gradient.dtype))
        return list((torch.cat(negative) if len(negative) > 1 else negative[0])[:total].split(sizes))

    def _chunk(
        self, hidden: torch.Tensor, labels: torch.Tensor, weight: torch.Tensor | None
    ) -> tuple[torch.Tensor, torch.Tensor | None]:
        logits = self._logits(hidden).float()
        log_probs = torch.log_softmax(logits, dim=1)
        del logits
        at = labels[:, None]
        nll = log_probs.gather(1, at).neg_()[:, 0]
        if weight is None:
            return nll, None
        slope = log_probs.exp_()
        slope.scatter_add_(1, at, slope.new_full((1, 1), -1.0).expand_as(at))
        # The weight of a position scales its whole row, so it is applied to the narrow side.
        back = frozen_product_back(slope.to(hidden.dtype), self._layer.weight)
        return nll, back.mul_(weight[:, None])

    def _logits(self, hidden: torch.Tensor) -> torch.Tensor:
        if type(self._layer) is nn.Linear:
            return frozen_product(hidden, self._layer.weight, self._layer.bias)
        return cast(torch.Tensor, self._layer(hidden))

    def _chunk_rows(self) -> int:
        rows = self.chunk_bytes // (4 * self._layer.weight.shape[0])
        return max(MIN_TOKENS, rows - rows % MIN_TOKENS)


def _even_weights(span: Span) -> torch.Tensor:
    count = span.starts[-1] - span.starts[0]
    run = span.piece.run
    device = run.stack.parameters.device
    return torch.full((count,), run.loss_scale / span.piece.batch_trained, device=device)


def _by_sequence(span: Span, nll: torch.Tensor) -> torch.Tensor:
    sizes = [end - start for start, end in zip(span.starts, span.starts[1:], strict=False)]
    return torch.stack([part.double().sum() for part in nll.split(sizes)])


def _pair_losses(span: Span, nll: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """The DPO loss (sigmoid form) of each pair, and its margin."""
    run = span.piece.run
    pairs = -_by_sequence(span, nll).view(-1, 2)
    reference = torch.tensor(
        [run.reference_log_probs[sample.key] for sample in span.piece.samples],
        dtype=torch.float64,
        device=nll.device,
    )
    ratios = pairs - reference
    margin = run.spec.dpo_beta * (ratios[:, 0] - ratios[:, 1])
    return -torch.nn.functional.logsigmoid(margin), margin


def _preference_loss(span: Span, nll: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """The piece's share of the DPO loss, and the weight of each trained position in it."""
    run = span.piece.run
    pairs, margin = _pair_losses(span, nll)
    loss = pairs.sum() / span.piece.batch_samples
    # d(loss)/d(nll) is +slope for the chosen answer's tokens and -slope for the rejected one's.
    slope = torch.sigmoid(-margin) * (run.spec.dpo_beta * run.loss_scale / span.piece.batch_samples)
    signed = torch.stack([slope, -slope], dim=1).reshape(-1).float()
    sizes = [end - start for start, end in zip(span.starts, span.starts[1:], strict=False)]
    lengths = torch.tensor(sizes, device=nll.device)
    return loss, signed.repeat_interleave(lengths)
