"""`python -m alto_agent`: the agent of one node."""

from __future__ import annotations

import asyncio
import fcntl
import signal
import sys
from pathlib import Path
from typing import TextIO

from alto_agent.executors.strays import end_strays
from alto_agent.session.log import set_up_logging
from alto_agent.session.session import Session
from alto_agent.session.settings import Settings, read_settings


def main() -> int:
    """Runs until SIGTERM or SIGINT; answers the exit code."""
    settings = read_settings()
    set_up_logging(settings.log_level)
    lock = _lock(settings.lock_path)
    if lock is None:
        sys.stderr.write(f"An agent named {settings.name} already runs on {settings.data_dir}.\n")
        return 2
    with lock:
        end_strays(settings.data_dir)
        asyncio.run(_serve(settings))
    return 0


async def _serve(settings: Settings) -> None:
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    await Session(settings).run(stopped)


def _lock(path: Path) -> TextIO | None:
    path.parent.mkdir(parents=True, exist_ok=True)
    file = path.open("w")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        return None
    return file


if __name__ == "__main__":
    sys.exit(main())
