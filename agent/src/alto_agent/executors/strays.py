"""Children of an agent that was killed: they are ended before a new agent takes their GPUs."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import psutil

from alto_agent.session.log import fields, logger_named

_log = logger_named("strays")
_CHILD = "alto_agent.executors"


def end_strays(data_dir: Path) -> int:
    """Kills process groups of executors on `data_dir` whose agent is gone; answers how many.

    They end by themselves when their agent does, unless they are frozen or stuck in a driver.
    """
    ended = 0
    for process in psutil.process_iter(["cmdline", "ppid"]):
        command: list[str] = process.info["cmdline"] or []
        if not _is_child_on(command, data_dir) or _has_agent(process.info["ppid"]):
            continue
        _log.warning("ending what a killed agent left behind", extra=fields(pid=process.pid))
        try:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(timeout=30)
        except (ProcessLookupError, psutil.Error):
            continue
        ended += 1
    return ended


def _is_child_on(command: list[str], data_dir: Path) -> bool:
    if not any(part == _CHILD or part.startswith(f"{_CHILD}.") for part in command):
        return False
    return "--data-dir" in command and command[command.index("--data-dir") + 1 :][:1] == [str(data_dir)]


def _has_agent(pid: int) -> bool:
    try:
        return "alto_agent" in psutil.Process(pid).cmdline()
    except psutil.Error:
        return False
