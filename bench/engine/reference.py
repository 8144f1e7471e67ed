"""Reference makespans by CP-SAT.

Instances come as JSON lines on standard input; one answer a line goes to standard output:
{"name", "makespan", "bound", "seconds"}. The makespan is null where no schedule was found in time.
Durations and releases are multiples of 0.1 s.
"""

import json
import sys
import time

from ortools.sat.python import cp_model


def solve(instance: dict, seconds: float, workers: int) -> dict:
    """Minimise the makespan of one instance within the given seconds."""
    model = cp_model.CpModel()
    tasks = instance["tasks"]
    horizon = round(10 * (max(t["release"] for t in tasks) + sum(t["duration"] for t in tasks)))
    sizes = [node["gpus"] for node in instance["nodes"]]
    pools = [sum(sizes)] if instance["spread"] else sizes
    makespan = model.new_int_var(0, horizon, "makespan")
    intervals: list[list] = [[] for _ in pools]
    demands: list[list[int]] = [[] for _ in pools]
    for i, task in enumerate(tasks):
        duration = round(10 * task["duration"])
        start = model.new_int_var(round(10 * task["release"]), horizon, f"s{i}")
        model.add(start + duration <= makespan)
        here = []
        for pool, size in enumerate(pools):
            if size < task["gpus"]:
                continue
            if len(pools) == 1:
                interval = model.new_fixed_size_interval_var(start, duration, f"i{i}")
            else:
                chosen = model.new_bool_var(f"x{i}_{pool}")
                here.append(chosen)
                interval = model.new_optional_fixed_size_interval_var(start, duration, chosen, f"i{i}_{pool}")
            intervals[pool].append(interval)
            demands[pool].append(task["gpus"])
        if here:
            model.add_exactly_one(here)
    for pool, size in enumerate(pools):
        model.add_cumulative(intervals[pool], demands[pool], size)
    model.minimize(makespan)
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = seconds
    solver.parameters.num_workers = workers
    begun = time.perf_counter()
    status = solver.solve(model)
    found = status in (cp_model.OPTIMAL, cp_model.FEASIBLE)
    return {
        "name": instance["name"],
        "makespan": solver.objective_value / 10 if found else None,
        "bound": solver.best_objective_bound / 10,
        "seconds": time.perf_counter() - begun,
    }


if __name__ == "__main__":
    limit = float(sys.argv[1]) if len(sys.argv) > 1 else 20.0
    for line in sys.stdin:
        print(json.dumps(solve(json.loads(line), limit, 4)), flush=True)
