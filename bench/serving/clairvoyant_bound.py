"""Upper bound on the requests that any schedule, even one that knows the future, can end on time.

A linear relaxation, solved with GLOP. Input on stdin, one JSON object, times in seconds:
{"gpus", "requests": [{"release", "deadline", "steps", "weight",
                       "fixedSeconds", "fixedGpuSeconds", "modes": [{"stepSeconds", "gpus"}]}]}
`fixed*` is encode plus decode; `gpus` of a mode is the share of GPUs that one request holds (1/b in a batch of b).
Output: {"bound", "requests", "seconds"}; `bound` is the optimum of the relaxation.

Between two neighbouring releases or deadlines (an interval of length L) a request j that is on time to the degree
x_j in [0, 1] spends z_jkp seconds in mode p and u_jk seconds in encode or decode:

  maximise  sum w_j x_j
  (work)    sum_kp z_jkp / step_p >= steps_j x_j,  sum_k u_jk >= fixed_j x_j
  (itself)  sum_p z_jkp + u_jk <= L_k x_j            one thing at a time
  (GPUs)    sum_j (sum_p gpus_p z_jkp + share_j u_jk) <= N L_k

A schedule with the on-time set S gives a point of it: x_j = 1 for j in S, z and u the seconds that it spends, both 0
for the others; so the optimum is at least |S|. Left out are gangs, step boundaries, switching, the order of encode,
steps and decode, and the cost of late requests: each only widens the relaxation.
"""

from __future__ import annotations

import json
import sys
import time
from typing import Any

from ortools.linear_solver import pywraplp


def clairvoyant_bound(gpus: int, requests: list[dict[str, Any]]) -> float:
    solver = pywraplp.Solver.CreateSolver("GLOP")
    points = sorted({r["release"] for r in requests} | {r["deadline"] for r in requests})
    place = {point: index for index, point in enumerate(points)}
    lengths = [after - before for before, after in zip(points, points[1:], strict=False)]
    capacity = [solver.Constraint(-solver.infinity(), gpus * length) for length in lengths]
    objective = solver.Objective()
    objective.SetMaximization()
    for request in requests:
        modes = undominated(request["modes"])
        fixed, steps = request["fixedSeconds"], request["steps"]
        fastest = fixed + steps * min(mode["stepSeconds"] for mode in modes)
        window = request["deadline"] - request["release"]
        if fastest > window + 1e-9:
            continue
        share = request["fixedGpuSeconds"] / fixed if fixed > 0 else 0.0
        on_time = solver.NumVar(0, 1, "")
        objective.SetCoefficient(on_time, request.get("weight", 1))
        denoised = solver.Constraint(0, solver.infinity())
        denoised.SetCoefficient(on_time, -1)
        wrapped = solver.Constraint(0, solver.infinity())
        wrapped.SetCoefficient(on_time, -fixed)
        for k in range(place[request["release"]], place[request["deadline"]]):
            itself = solver.Constraint(-solver.infinity(), 0)
            itself.SetCoefficient(on_time, -lengths[k])
            for mode in modes:
                spent = solver.NumVar(0, lengths[k], "")
                denoised.SetCoefficient(spent, 1 / (mode["stepSeconds"] * steps))
                itself.SetCoefficient(spent, 1)
                capacity[k].SetCoefficient(spent, mode["gpus"])
            if fixed > 0:
                spent = solver.NumVar(0, lengths[k], "")
                wrapped.SetCoefficient(spent, 1)
                itself.SetCoefficient(spent, 1)
                capacity[k].SetCoefficient(spent, share)
    objective.SetOffset(0)
    status = solver.Solve()
    if status != pywraplp.Solver.OPTIMAL:
        raise RuntimeError(f"GLOP ended with status {status}; no bound.")
    return objective.Value()


def undominated(modes: list[dict[str, float]]) -> list[dict[str, float]]:
    """Modes that no other beats in both step time and GPU time per step."""

    def cost(mode: dict[str, float]) -> float:
        return mode["stepSeconds"] * mode["gpus"]

    kept: list[dict[str, float]] = []
    for mode in sorted(modes, key=lambda mode: (mode["stepSeconds"], cost(mode))):
        if not kept or cost(mode) < cost(kept[-1]):
            kept.append(mode)
    return kept


def main() -> None:
    started = time.perf_counter()
    problem = json.load(sys.stdin)
    bound = clairvoyant_bound(problem["gpus"], problem["requests"])
    answer = {"bound": bound, "requests": len(problem["requests"])}
    print(json.dumps({**answer, "seconds": time.perf_counter() - started}))


if __name__ == "__main__":
    main()
