"""The reference: one run trained alone with PEFT and torch's AdamW, as a person would do it by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from peft import LoraConfig, get_peft_model, set_peft_model_state_dict
from torch import nn
from transformers import PreTrainedModel, get_scheduler

from alto_agent.tuning.executor.data_order import DataOrder
from alto_agent.tuning.executor.dropout_mask import dropout_mask
from alto_agent.tuning.executor.spec import AdapterSpec, PreferenceRow, Row, RunData


class _GivenDropout(nn.Module):
    """PEFT's dropout of one layer, with the run's own masks instead of the global generator."""

    def __init__(self, alone: TrainedAlone, site: int) -> None:
        super().__init__()
        self._alone, self._site = [alone], site

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        alone = self._alone[0]
        if not self.training or not alone.masking:
            return x
        real = alone.real  # [batch, longest], True at tokens
        flat = dropout_mask(
            seed=alone.spec.seed,
            step=alone.step_number,
            site=self._site,
            tokens=int(real.sum()),
            width=x.shape[-1],
            probability=alone.spec.dropout,
            device=x.device,
        )
        mask = torch.zeros_like(x)
        mask[real] = flat
        return x * mask


class TrainedAlone:
    """Trains `spec` on a model of its own. `start` are the adapter weights to begin with, by PEFT's names."""

    def __init__(
        self, model: PreTrainedModel, spec: AdapterSpec, data: RunData, start: Mapping[str, torch.Tensor]
    ) -> None:
        self.spec, self._data, self.masking = spec, data, True
        targets = spec.target_modules if isinstance(spec.target_modules, str) else list(spec.target_modules)
        names = [name for name, module in model.named_modules() if isinstance(module, nn.Linear)]
        sites = {name: place for place, name in enumerate(names) if name != "lm_head"}
        config: Any = LoraConfig(
            r=spec.rank,
            lora_alpha=spec.alpha,  # pyright: ignore[reportArgumentType]
            lora_dropout=spec.dropout,
            target_modules=targets,
            task_type="CAUSAL_LM",
        )
        self.model: Any = get_peft_model(model, config)
        weights = {f"base_model.model.{name}": tensor for name, tensor in start.items()}
        result = set_peft_model_state_dict(self.model, weights)
        assert not result.unexpected_keys
        if spec.dropout > 0:
            for name, module in self.model.named_modules():
                drops = getattr(module, "lora_dropout", None)
                if isinstance(drops, nn.ModuleDict):
                    drops["default"] = _GivenDropout(self, sites[name.removeprefix("base_model.model.")])
        self.model.train()
        self.parameters = [p for p in self.model.parameters() if p.requires_grad]
        self.optimizer = torch.optim.AdamW(
            self.parameters,
            lr=spec.learning_rate,
            betas=spec.betas,
            eps=spec.eps,
            weight_decay=spec.weight_decay,
        )
        kind = spec.lr_scheduler
        warmup = -(-spec.total_steps * spec.warmup_ratio // 1)
        if kind == "constant":
            kind = "constant_with_warmup"
        self._scheduler = get_scheduler(
            kind, self.optimizer, num_warmup_steps=int(warmup), num_training_steps=spec.total_steps
        )
        self._order = DataOrder(spec.seed, len(data.train))
        self.step_number = 0
        self.losses: list[float] = []

    def step(self) -> float:
        """One optimizer step; returns its loss."""
        numbers = self._order.batch(self.step_number * self.spec.batch_size, self.spec.batch_size)
        loss = self.loss([self._data.train[number] for number in numbers])
        self.optimizer.zero_grad()
        loss.backward()
        if self.spec.max_grad_norm is not None:
            torch.nn.utils.clip_grad_norm_(self.parameters, self.spec.max_grad_norm)
        self.optimizer.step()
        advance_schedule: Any = self._scheduler.step
        advance_schedule()
        self.step_number += 1
        self.losses.append(loss.item())
        return self.losses[-1]

    def loss(self, rows: Sequence[Row | PreferenceRow]) -> torch.Tensor:
        """The batch's loss as transformers computes it; DPO as its paper writes it."""
        if self.spec.objective == "dpo":
            pairs = [row for row in rows if isinstance(row, PreferenceRow)]
            policy = self._log_probs(pairs)
            with torch.no_grad(), self.model.disable_adapter():
                reference = self._log_probs(pairs)
            ratios = policy - reference
            margin = self.spec.dpo_beta * (ratios[:, 0] - ratios[:, 1])
            return -nn.functional.logsigmoid(margin).mean()
        ids, labels = self._padded([row for row in rows if isinstance(row, Row)])
        return self.model(input_ids=ids, attention_mask=self.real.long(), labels=labels).loss

    def validation_loss(self) -> float:
        """Mean over all trained tokens of the validation rows, one row at a time."""
        self.model.eval()
        total, count = 0.0, 0
        with torch.no_grad():
            for row in self._data.validation:
                trained = 1
                if isinstance(row, Row):
                    labels = row.input_ids if self.spec.objective == "sft-full" else row.labels
                    trained = sum(label != -100 for label in list(labels)[1:])
                total += self.loss([row]).item() * trained
                count += trained
        self.model.train()
        return total / count

    def _log_probs(self, pairs: Sequence[PreferenceRow]) -> torch.Tensor:
        rows = [row for pair in pairs for row in (pair.chosen, pair.rejected)]
        ids, labels = self._padded(rows)
        logits = self.model(input_ids=ids, attention_mask=self.real.long()).logits[:, :-1]
        targets = labels[:, 1:]
        found = logits.log_softmax(-1).gather(2, targets.clamp(min=0)[:, :, None])[:, :, 0]
        return (found * (targets != -100)).sum(1).view(-1, 2)

    def _padded(self, rows: Sequence[Row]) -> tuple[torch.Tensor, torch.Tensor]:
        longest = max(len(row.input_ids) for row in rows)
        ids = torch.zeros(len(rows), longest, dtype=torch.long)
        labels = torch.full((len(rows), longest), -100)
        self.real = torch.zeros(len(rows), longest, dtype=torch.bool)
        for place, row in enumerate(rows):
            size = len(row.input_ids)
            ids[place, :size] = torch.tensor(list(row.input_ids))
            own = row.input_ids if self.spec.objective == "sft-full" else row.labels
            labels[place, :size] = torch.tensor(list(own))
            self.real[place, :size] = True
        return ids, labels
