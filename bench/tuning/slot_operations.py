"""What joining, leaving, parking and restoring cost, against one step of the same executor."""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from alto_agent.tuning.executor.executor import TrainingExecutor
from alto_agent.tuning.executor.spec import AdapterSpec, RunData


def measure_slots(
    executor: TrainingExecutor, spec: AdapterSpec, data: RunData, rounds: int
) -> dict[str, Any]:
    """Medians in milliseconds of what the step loop waits for. `spec` is like the runs that train there.

    Parking is what the executor process does: the state is copied and the slot freed, and the file is
    written beside the next steps. Restoring reads it back.
    """
    times: dict[str, list[float]] = {name: [] for name in ("step", "join", "leave", "park", "restore")}

    def timed(name: str, action: Callable[[], Any]) -> Any:
        start = time.perf_counter()
        result = action()
        times[name].append(1000 * (time.perf_counter() - start))
        return result

    new = replace(spec, run_id="new")
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)

        def park() -> Any:
            written = executor.checkpoint("new", place)
            executor.leave("new")
            return written

        for _ in range(rounds + 1):
            timed("join", lambda: executor.join(new, data))
            timed("step", executor.step)
            timed("park", park).result()
            timed("restore", lambda: executor.join(new, data, restore=place))
            timed("step", executor.step)
            timed("leave", lambda: executor.leave("new"))
    medians = {
        name: statistics.median(values[len(values) // (rounds + 1) :]) for name, values in times.items()
    }
    step = medians.pop("step")
    return {
        "stepMs": round(step, 2),
        **{f"{name}Ms": round(value, 2) for name, value in medians.items()},
        "eachUnderOneStep": all(value < step for value in medians.values()),
    }
