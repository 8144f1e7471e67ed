"""`python -m alto_agent.executors`: one executor process, started by the agent's session."""

from __future__ import annotations

import argparse
import os
import socket
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

from alto_agent.contracts.generated.messages import StartExecutor
from alto_agent.executors.backbone_source import BackboneSource
from alto_agent.executors.channel import ExecutorChannel, ExecutorCommand
from alto_agent.executors.executor_event import executor_event
from alto_agent.executors.executor_process import DEVICE_LOST, REFUSED
from alto_agent.executors.lifeline import hold_lifeline
from alto_agent.executors.worker import Worker
from alto_agent.session.log import logger_named, set_up_logging
from alto_agent.tuning.executor.device_loss import DeviceLostError
from alto_agent.tuning.executor.keep_freed_memory import keep_freed_memory
from alto_agent.tuning.executor.rank_team import RankTeam, Seat
from alto_agent.tuning.user_error import UserError


def main() -> int:
    """Answers the exit code.

    0 where it was asked to end, 3 where the order cannot be carried out, 4 where its GPU is gone.
    """
    parser = argparse.ArgumentParser(prog="python -m alto_agent.executors", description=__doc__)
    parser.add_argument(
        "--channel", type=int, required=True, help="file descriptor of the socket to the agent"
    )
    parser.add_argument("--data-dir", type=Path, required=True)
    parser.add_argument("--device", choices=["cpu", "cuda"], required=True)
    parser.add_argument(
        "--lifeline", type=int, required=True, help="file descriptor on which the agent shows life"
    )
    parser.add_argument(
        "--silence", type=float, required=True, help="seconds for which the agent may be silent"
    )
    Seat.add_arguments(parser)
    given = parser.parse_args()
    seat = Seat.of(given)
    set_up_logging()
    keep_freed_memory()
    hold_lifeline(given.lifeline, given.silence)
    channel = ExecutorChannel(socket.socket(fileno=given.channel))
    commands = channel.commands()
    order = next(commands, None)
    if not isinstance(order, StartExecutor):
        return 0
    speaks = seat.rank == 0
    try:
        if speaks:
            channel.send(executor_event(order.executor_id, "loading"))
        team = RankTeam(seat, given.device) if seat.ranks > 1 else None

        def find() -> BackboneSource:
            return BackboneSource(order, given.data_dir, given.device, team)

        source = find() if team is None else team.in_turn(find)
        worker = Worker(order, channel, source, given.data_dir) if speaks else None
        reader = threading.Thread(target=_read, args=(commands, worker), daemon=True)
        reader.start()
        if worker is not None:
            worker.run()
        elif team is not None:
            source.follow(team)
    except UserError as problem:
        if speaks:
            channel.send(
                executor_event(order.executor_id, "ended", message=problem.message, fault="bad-input")
            )
        return REFUSED
    except DeviceLostError:
        logger_named("executor").exception("device lost")
        return DEVICE_LOST
    except BrokenPipeError:
        return 1
    return 0


def _read(commands: Iterator[ExecutorCommand], worker: Worker | None) -> None:
    """Ends the process when the agent is gone: nobody would learn of what it still did."""
    for command in commands:
        if worker is not None:
            worker.put(command)
    os._exit(1)


def _ended() -> int:
    try:
        return main()
    except SystemExit as end:
        if isinstance(end.code, int):
            return end.code
        logger_named("executor").error(str(end.code))
    except BaseException:
        logger_named("executor").exception("the executor cannot go on")
    return 1


if __name__ == "__main__":
    code = _ended()
    sys.stderr.flush()
    # Threads of what ranks share may wait for one that has ended: nobody waits for them.
    os._exit(code)
