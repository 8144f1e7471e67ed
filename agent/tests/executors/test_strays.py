import subprocess
import sys
from pathlib import Path

import psutil

from alto_agent.executors.strays import end_strays


def child_on(data_dir: Path) -> subprocess.Popen[bytes]:
    """Looks like an executor, and its parent is no agent."""
    command = [sys.executable, "-c", "import time; time.sleep(600)"]
    return subprocess.Popen(
        [*command, "alto_agent.executors", "--data-dir", str(data_dir)], start_new_session=True
    )


def test_l20_what_a_killed_agent_left_behind_is_ended_and_nothing_else(tmp_path: Path) -> None:
    stray = child_on(tmp_path / "mine")
    other = child_on(tmp_path / "another")
    try:
        assert end_strays(tmp_path / "mine") == 1
        assert not psutil.pid_exists(stray.pid)
        assert other.poll() is None
        assert end_strays(tmp_path / "mine") == 0
    finally:
        stray.poll()
        other.kill()
        other.wait(timeout=30)
