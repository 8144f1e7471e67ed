"""What an agent is started with."""

from __future__ import annotations

import argparse
import re
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from alto_agent.inventory.devices import DeviceChoice


@dataclass(frozen=True)
class Settings:
    """`data_dir` holds identity, spool and artifacts."""

    url: str
    name: str
    data_dir: Path
    devices: DeviceChoice
    cpu_devices: int
    address: str
    """Where other nodes reach this one; empty: as the control plane does."""
    labels: dict[str, str]
    log_level: str

    @property
    def identity_path(self) -> Path:
        """The token of this node, readable by its owner only. Agents may share a folder, and never this."""
        return self.data_dir / "agents" / self.name / "identity"

    @property
    def old_identity_path(self) -> Path:
        """Where versions up to 0.1.0 kept it."""
        return self.data_dir / "identity"

    @property
    def spool_path(self) -> Path:
        """Events that the control plane has not stored yet."""
        return self.data_dir / "agents" / self.name / "spool.sqlite"

    @property
    def lock_path(self) -> Path:
        """Locked while an agent of this name runs on this folder."""
        return self.data_dir / "agents" / self.name / "lock"


def read_settings(arguments: Sequence[str] | None = None) -> Settings:
    """Parses the command line; a wrong value ends the program with exit code 2 and one sentence."""
    parser = argparse.ArgumentParser(prog="alto-agent", description=__doc__, allow_abbrev=False)
    parser.add_argument(
        "--url", required=True, help="address of the control plane, such as ws://host:7412/agent"
    )
    parser.add_argument(
        "--name", default=socket.gethostname(), help="name of this node, unique in the cluster"
    )
    parser.add_argument(
        "--data-dir", required=True, type=Path, help="folder for identity, spool and artifacts"
    )
    parser.add_argument(
        "--devices", choices=["cpu", "auto"], default="auto", help="auto takes GPUs where there are any"
    )
    parser.add_argument(
        "--cpu-devices",
        type=int,
        default=1,
        metavar="N",
        help="without a GPU: show the cores as N devices, to try out executors over several",
    )
    parser.add_argument(
        "--address",
        default="",
        help="where other nodes reach this one; by default as the control plane does",
    )
    parser.add_argument(
        "--label", action="append", default=[], metavar="KEY=VALUE", help="may be given many times"
    )
    parser.add_argument("--log-level", choices=["DEBUG", "INFO", "WARNING", "ERROR"], default="INFO")
    given = parser.parse_args(arguments)
    if not re.match(r"wss?://", given.url):
        parser.error(f"--url is {given.url!r}; it must start with ws:// or wss://.")
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,62}", given.name):
        parser.error(f"--name is {given.name!r}; use letters, digits, dots and hyphens, at most 63.")
    if not 1 <= given.cpu_devices <= 64:
        parser.error(f"--cpu-devices is {given.cpu_devices}; use a whole number from 1 to 64.")
    labels: dict[str, str] = {}
    for label in given.label:
        key, equals, value = label.partition("=")
        if not key or not equals:
            parser.error(f"--label is {label!r}; write KEY=VALUE.")
        labels[key] = value
    return Settings(
        url=given.url,
        name=given.name,
        data_dir=given.data_dir.expanduser().resolve(),
        devices=given.devices,
        cpu_devices=given.cpu_devices,
        address=given.address,
        labels=labels,
        log_level=given.log_level,
    )
