"""Which rank owns which adapter. Pure: every rank computes the same from the same numbers."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import NamedTuple


class Move(NamedTuple):
    """An adapter that changes its rank."""

    run_id: str
    source: int
    target: int


def least_loaded(
    owners: Mapping[str, int],
    loads: Mapping[str, int],
    ranks: int,
    *,
    among: Collection[int] | None = None,
) -> int:
    """The rank for a new adapter: the one with the fewest tokens a step, the lowest number first."""
    totals = _totals(owners, loads, ranks)
    return min(range(ranks) if among is None else sorted(among), key=lambda rank: totals[rank])


def plan_moves(owners: Mapping[str, int], loads: Mapping[str, int], ranks: int) -> list[Move]:
    """Moves that make the slowest rank faster, greedily; all ranks wait for the slowest in each pass.

    An adapter moves from the fullest to the emptiest rank only if the larger of the two gets at least 10%
    smaller, so that nothing moves to and fro. `loads` are tokens a step; runs that train no more have 0.
    """
    now = dict(owners)
    moves: list[Move] = []
    while True:
        totals = _totals(now, loads, ranks)
        source, target = totals.index(max(totals)), totals.index(min(totals))
        best: tuple[int, str] | None = None
        for run_id in sorted(run_id for run_id, rank in now.items() if rank == source):
            load = loads.get(run_id, 0)
            height = max(totals[source] - load, totals[target] + load)
            if load > 0 and (best is None or height < best[0]):
                best = (height, run_id)
        if best is None or best[0] > 0.9 * totals[source]:
            return moves
        moves.append(Move(best[1], source, target))
        now[best[1]] = target


def _totals(owners: Mapping[str, int], loads: Mapping[str, int], ranks: int) -> list[int]:
    totals = [0] * ranks
    for run_id, rank in owners.items():
        totals[rank] += loads.get(run_id, 0)
    return totals
