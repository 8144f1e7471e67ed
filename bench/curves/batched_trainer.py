"""Trains many LoRA runs of one batch size at once, alone on their own data: small and plain, for recordings.

Each run has its own loss, gradient clipping, AdamW moments, rate and data order, so its curve is the one it
would have alone. Ranks differ: the rank axis is padded with zeros, which stay zero.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from alto_agent.tuning.executor.spec import IGNORED_LABEL, AdapterSpec, Row
from torch import Tensor


@dataclass(frozen=True)
class Point:
    """One evaluation of a run: losses are NaN or infinite where the run diverged."""

    step: int
    samples: int
    train_loss: float
    val_loss: float


def rate_at(spec: AdapterSpec, step: int) -> float:
    """The learning rate of optimizer step `step`, from 0."""
    done = step / spec.total_steps
    if spec.lr_scheduler == "linear":
        return spec.learning_rate * (1 - done)
    if spec.lr_scheduler == "cosine":
        return spec.learning_rate * 0.5 * (1 + math.cos(math.pi * done))
    return spec.learning_rate


def sample_order(rows: int, seed: int) -> Iterator[int]:
    """Row indices, one shuffled epoch after the other."""
    generator = torch.Generator().manual_seed(seed)
    while True:
        yield from torch.randperm(rows, generator=generator).tolist()


def _batch(rows: Sequence[Row]) -> tuple[Tensor, Tensor]:
    longest = max(len(row.input_ids) for row in rows)
    ids = torch.zeros(len(rows), longest, dtype=torch.long)
    labels = torch.full((len(rows), longest), IGNORED_LABEL)
    for i, row in enumerate(rows):
        ids[i, : len(row.input_ids)] = torch.as_tensor(row.input_ids)
        labels[i, : len(row.labels)] = torch.as_tensor(row.labels)
    return ids, labels


class BatchedTrainer:
    """Runs of one batch size and one number of steps on one frozen model."""

    def __init__(self, model_folder: Path, specs: Sequence[AdapterSpec]) -> None:
        from transformers import AutoModelForCausalLM

        self.specs = list(specs)
        self.runs = len(self.specs)
        self.model: Any = AutoModelForCausalLM.from_pretrained(model_folder).requires_grad_(False)
        head = self.model.get_output_embeddings()
        linears = [m for m in self.model.modules() if isinstance(m, torch.nn.Linear) and m is not head]
        rank = max(spec.rank for spec in self.specs)
        size = sum(rank * (m.in_features + m.out_features) for m in linears)
        self.weights, self.gradients = torch.zeros(self.runs, size), torch.zeros(self.runs, size)
        self.first_moments, self.second_moments = torch.zeros(self.runs, size), torch.zeros(self.runs, size)
        self.scale = torch.tensor([spec.scaling for spec in self.specs])[:, None, None]
        generators = [torch.Generator().manual_seed(spec.seed) for spec in self.specs]
        at = 0
        for module in linears:
            a, at = self._leaf(at, module.in_features, rank)
            b, at = self._leaf(at, rank, module.out_features)
            bound = 1 / math.sqrt(module.in_features)
            for i, spec in enumerate(self.specs):
                a.data[i, :, : spec.rank].uniform_(-bound, bound, generator=generators[i])
            module.forward = self._forward(module, a, b)

    def _leaf(self, at: int, rows: int, columns: int) -> tuple[Tensor, int]:
        end = at + rows * columns
        leaf = self.weights[:, at:end].view(self.runs, rows, columns).requires_grad_()
        leaf.grad = self.gradients[:, at:end].view(self.runs, rows, columns)
        return leaf, end

    def _forward(self, module: torch.nn.Linear, a: Tensor, b: Tensor) -> Callable[[Tensor], Tensor]:
        def forward(x: Tensor) -> Tensor:
            base = torch.nn.functional.linear(x, module.weight, module.bias)
            by_run = x.reshape(self.runs, -1, x.shape[-1])
            return base + (torch.bmm(torch.bmm(by_run, a) * self.scale, b)).view_as(base)

        return forward

    def _losses(self, ids: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
        """Sum of token losses and number of trained tokens, each [runs]; ids are [runs * rows, length]."""
        hidden = self.model.model(input_ids=ids, use_cache=False).last_hidden_state[:, :-1]
        target = labels[:, 1:]
        trained = target != IGNORED_LABEL
        run = (
            torch.arange(self.runs)
            .repeat_interleave(ids.shape[0] // self.runs)[:, None]
            .expand_as(target)[trained]
        )
        logits = self.model.lm_head(hidden[trained])
        losses = torch.nn.functional.cross_entropy(logits, target[trained], reduction="none")
        sums = torch.zeros(self.runs).index_add(0, run, losses)
        return sums, torch.bincount(run, minlength=self.runs)

    def _step(self, step: int, batches: Sequence[Sequence[Row]]) -> Tensor:
        """One optimizer step of every run; returns their mean token losses."""
        ids, labels = _batch([row for rows in batches for row in rows])
        sums, counts = self._losses(ids, labels)
        losses = sums / counts
        self.gradients.zero_()
        losses.sum().backward()
        norms = self.gradients.norm(dim=1)
        self.gradients.mul_((1.0 / (norms + 1e-6)).clamp(max=1.0)[:, None])
        count = torch.tensor(float(step + 1))
        for i, spec in enumerate(self.specs):
            torch._fused_adamw_(
                [self.weights[i].detach()],
                [self.gradients[i]],
                [self.first_moments[i]],
                [self.second_moments[i]],
                [],
                [count.clone()],
                lr=rate_at(spec, step),
                beta1=0.9,
                beta2=0.999,
                weight_decay=spec.weight_decay,
                eps=1e-8,
                amsgrad=False,
                maximize=False,
            )
        return losses.detach()

    @torch.no_grad()
    def _evaluate(self, rows: Sequence[Row], chunk: int) -> Tensor:
        sums, counts = torch.zeros(self.runs), torch.zeros(self.runs)
        for start in range(0, len(rows), chunk):
            ids, labels = _batch(rows[start : start + chunk])
            part = self._losses(ids.repeat(self.runs, 1), labels.repeat(self.runs, 1))
            sums, counts = sums + part[0], counts + part[1]
        return sums / counts

    def train(self, train: Sequence[Row], validation: Sequence[Row], evaluations: int) -> list[list[Point]]:
        """The curve of every run, evaluated at equal shares of its steps."""
        size, steps = self.specs[0].batch_size, self.specs[0].total_steps
        orders = [sample_order(len(train), spec.seed) for spec in self.specs]
        marks = {round(e * steps / evaluations) for e in range(1, evaluations + 1)}
        curves: list[list[Point]] = [[] for _ in self.specs]
        since: list[Tensor] = []
        by_length = sorted(validation, key=lambda row: len(row.input_ids))
        for step in range(steps):
            since.append(self._step(step, [[train[next(order)] for _ in range(size)] for order in orders]))
            if step + 1 in marks:
                mean, val = torch.stack(since).mean(0), self._evaluate(by_length, 16)
                for i, curve in enumerate(curves):
                    curve.append(Point(step + 1, (step + 1) * size, mean[i].item(), val[i].item()))
                since.clear()
        return curves
