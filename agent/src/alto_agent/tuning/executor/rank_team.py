"""The rank processes of one training executor, as one of them sees it."""

from __future__ import annotations

import argparse
import os
import socket
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar

import psutil
import torch
import torch.distributed as dist
from torch.distributed.device_mesh import DeviceMesh, init_device_mesh
from torch.distributed.distributed_c10d import Store

from alto_agent.inventory.devices import usable_cores
from alto_agent.tuning.user_error import UserError

_EVER = timedelta(days=365)
"""Ranks wait for each other for as long as nothing is to be done; the agent ends them when one is gone."""
_MEETING = timedelta(minutes=10)
_T = TypeVar("_T")


@dataclass(frozen=True)
class Seat:
    """This process's place among the ranks, and where they meet."""

    rank: int
    ranks: int
    here: int
    """Ranks on this node."""
    near: int
    """Ranks on the node of rank 0."""
    is_first_here: bool
    host: str
    port: int
    listening: int | None
    """Descriptor of the socket that rank 0 listens on."""

    @staticmethod
    def add_arguments(parser: argparse.ArgumentParser) -> None:
        """What the agent starts a rank with."""
        parser.add_argument("--rank", type=int, default=0)
        parser.add_argument("--ranks", type=int, default=1)
        parser.add_argument("--ranks-here", type=int, default=1)
        parser.add_argument("--near", type=int, default=1)
        parser.add_argument("--first-here", action="store_true")
        parser.add_argument("--meet-host", default="127.0.0.1")
        parser.add_argument("--meet-port", type=int, default=0)
        parser.add_argument("--meet-fd", type=int, help="listening socket of the ranks' store; rank 0 only")

    @staticmethod
    def of(given: argparse.Namespace) -> Seat:
        """As the arguments say."""
        return Seat(
            given.rank,
            given.ranks,
            given.ranks_here,
            given.near,
            given.first_here,
            given.meet_host,
            given.meet_port,
            given.meet_fd,
        )


class RankTeam:
    """Returns from its making when all ranks have come."""

    def __init__(self, seat: Seat, device: str) -> None:
        self.seat = seat
        if device == "cpu":
            torch.set_num_threads(max(1, usable_cores() // seat.here))
        _choose_interface(seat)
        first = self._connect(seat.listening)
        dist.init_process_group(
            "cpu:gloo,cuda:nccl" if device == "cuda" else "gloo",
            store=first,
            rank=seat.rank,
            world_size=seat.ranks,
            timeout=_EVER,
        )
        self.control: Any = dist.new_group(backend="gloo", timeout=_EVER)
        self.mesh: DeviceMesh = init_device_mesh(device, (seat.ranks,))
        self.store: Store = self._connect(None)

    def in_turn(self, make: Callable[[], _T]) -> _T:
        """What `make` gives, called first by one rank of each node, since it may download what all need.

        Raises `UserError` on all ranks where it did on one.
        """
        made: list[_T] = []
        for turn in (True, False):
            problem: tuple[str, str] | None = None
            if self.seat.is_first_here is turn:
                try:
                    made.append(make())
                except UserError as error:
                    problem = (error.field, error.message)
            self.agree(problem)
        return made[0]

    def agree(self, problem: tuple[str, str] | None) -> None:
        """Raises `UserError` on all ranks where one has a problem: its field and its sentence."""
        found: list[Any] = [None] * self.seat.ranks
        dist.all_gather_object(found, problem, group=self.control)
        for one in found:
            if one is not None:
                raise UserError(*one)

    def _connect(self, listening: int | None) -> Store:
        is_first = listening is not None
        store = dist.TCPStore(  # pyright: ignore[reportPrivateImportUsage]
            self.seat.host,
            self.seat.port,
            self.seat.ranks,
            is_first,
            timeout=_MEETING,
            wait_for_workers=False,
            master_listen_fd=listening,
        )
        return store


def _choose_interface(seat: Seat) -> None:
    """Ranks talk over the interface that leads to where they meet: loopback where all are on one node."""
    family = socket.AF_INET6 if ":" in seat.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as probe:
        probe.connect((seat.host, seat.port))
        own = probe.getsockname()[0]
    for name, addresses in psutil.net_if_addrs().items():
        if any(address.address.partition("%")[0] == own for address in addresses):
            os.environ.setdefault("GLOO_SOCKET_IFNAME", name)
            os.environ.setdefault("NCCL_SOCKET_IFNAME", name)
