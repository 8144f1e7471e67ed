"""Training metrics of one attempt between two reports."""

from __future__ import annotations

import math
import time

from alto_agent.contracts.generated.messages import MetricsEvent, StartRun
from alto_agent.tuning.executor.spec import RunStep


class MetricBuffer:
    """Collects steps column by column; `take` empties it into one event."""

    def __init__(self, order: StartRun) -> None:
        self._order = order
        self._clear()

    def add(self, step: RunStep, seconds: float) -> None:
        """One optimizer step; `seconds` is what the whole macro-step took."""
        self._steps.append(step.step)
        self._samples.append(step.samples)
        self._at.append(time.time())
        self._series["train_loss"].append(_finite(step.train_loss))
        self._series["learning_rate"].append(step.learning_rate)
        self._series["grad_norm"].append(_finite(step.grad_norm))
        self._series["tokens_per_second"].append(step.tokens / seconds if seconds > 0 else None)

    def take(self) -> MetricsEvent | None:
        """Everything since the last call, `None` where there was nothing."""
        if not self._steps:
            return None
        event = MetricsEvent(
            run_id=self._order.run_id,
            attempt=self._order.attempt,
            epoch=self._order.epoch,
            token=self._order.token,
            steps=self._steps,
            samples=self._samples,
            at=self._at,
            series=self._series,
        )
        self._clear()
        return event

    def _clear(self) -> None:
        self._steps: list[int] = []
        self._samples: list[int] = []
        self._at: list[float] = []
        names = ("train_loss", "learning_rate", "grad_norm", "tokens_per_second")
        self._series: dict[str, list[float | None]] = {name: [] for name in names}


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
