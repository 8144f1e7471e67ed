"""`python -m alto_agent.diffusion.executor`: one rank of a diffusion executor, a child of the agent."""

from __future__ import annotations

import argparse
import os
import socket
import sys
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import torch
import torch.distributed as dist
from torch.distributed.distributed_c10d import Store

from alto_agent.contracts.generated.messages import ServingProfileEvent, StartDiffusion
from alto_agent.diffusion.executor.probe import Probe
from alto_agent.diffusion.executor.rank_worker import RankWorker
from alto_agent.diffusion.models.diffusion_model import DiffusionModel
from alto_agent.diffusion.models.load_model import load_model
from alto_agent.diffusion.models.pipeline_folder import resolve_pipeline
from alto_agent.diffusion.parallel.rank_groups import RankGroups
from alto_agent.executors.executor_event import executor_event
from alto_agent.executors.lifeline import hold_lifeline
from alto_agent.executors.rank_channel import RankChannel
from alto_agent.executors.rank_command import RankCommand
from alto_agent.inventory.devices import usable_cores
from alto_agent.session.log import set_up_logging, utc_now
from alto_agent.tuning.user_error import UserError


def main() -> int:
    """Answers the exit code: 0 where it was asked to end, 3 where the order cannot be carried out."""
    given = _arguments()
    set_up_logging()
    hold_lifeline(given.lifeline, given.silence)
    channel = RankChannel(socket.socket(fileno=given.channel))
    commands = channel.commands()
    start = next(commands, None)
    if not isinstance(start, StartDiffusion):
        return 0
    try:
        return _serve(given, start, channel, commands)
    except UserError as problem:
        channel.send(executor_event(start.executor_id, "ended", message=problem.message, fault="bad-input"))
        return 3
    except BrokenPipeError:
        return 1


def _serve(
    given: argparse.Namespace, start: StartDiffusion, channel: RankChannel, commands: Iterator[RankCommand]
) -> int:
    count = len(start.devices)
    device = torch.device("cuda", 0) if given.device == "cuda" else torch.device("cpu")
    if device.type == "cpu":
        torch.set_num_threads(max(1, usable_cores() // count))
    if given.rank == 0:
        channel.send(executor_event(start.executor_id, "loading"))
    models = _load(start, given.data_dir, device)
    store = _store(given, count) if count > 1 else None
    groups = RankGroups(given.rank, count, store, given.device)
    artifacts = given.data_dir / "artifacts"
    if start.probe:
        profile = Probe(start, models, groups, artifacts / "requests").measure()
        if given.rank == 0:
            channel.send(
                ServingProfileEvent(
                    executor_id=start.executor_id, at=utc_now(), source="probe", profile=profile
                )
            )
    if given.rank == 0:
        size = sum(model.weight_bytes for model in models.values())
        channel.send(executor_event(start.executor_id, "ready", backbone_bytes=size))
    worker = RankWorker(start, models, groups, artifacts, channel.send)
    threading.Thread(target=_read, args=(commands, worker), daemon=True).start()
    worker.run()
    # Groups are not taken down: ranks end at different moments, and none may wait for another one now.
    sys.stderr.flush()
    os._exit(0)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m alto_agent.diffusion.executor", description=__doc__)
    parser.add_argument(
        "--channel", type=int, required=True, help="file descriptor of the socket to the agent"
    )
    parser.add_argument("--data-dir", type=Path, required=True)
    parser.add_argument("--device", choices=["cpu", "cuda"], required=True)
    parser.add_argument("--lifeline", type=int, required=True, help="file descriptor of the agent's pipe")
    parser.add_argument("--silence", type=float, required=True, help="seconds after which the agent is gone")
    parser.add_argument("--rank", type=int, required=True)
    parser.add_argument("--store-port", type=int, required=True)
    parser.add_argument("--store-fd", type=int, help="listening socket of the ranks' store; rank 0 only")
    return parser.parse_args()


def _load(start: StartDiffusion, data_dir: Path, device: torch.device) -> dict[str, DiffusionModel]:
    models: dict[str, DiffusionModel] = {}
    for kind, ref in (("image", start.image_model), ("video", start.video_model)):
        if ref is None:
            continue
        model = load_model(resolve_pipeline(ref, data_dir), device, start.dtype)
        if model.rules.kind != kind:
            raise UserError("model", f"{ref} makes {model.rules.kind}s; it cannot be the {kind} model.")
        models[kind] = model
    if not models:
        raise UserError("model", "A deployment needs an image model, a video model or both.")
    return models


def _store(given: argparse.Namespace, count: int) -> Store:
    is_first = given.rank == 0
    return dist.TCPStore(  # pyright: ignore[reportPrivateImportUsage]
        "127.0.0.1",
        given.store_port,
        count,
        is_first,
        timeout=timedelta(minutes=10),
        wait_for_workers=False,
        master_listen_fd=given.store_fd if is_first else None,
    )


def _read(commands: Iterator[RankCommand], worker: RankWorker) -> None:
    """Ends the process when the agent is gone: nobody would learn of what it still did."""
    for command in commands:
        worker.put(command)
    os._exit(1)


if __name__ == "__main__":
    sys.exit(main())
