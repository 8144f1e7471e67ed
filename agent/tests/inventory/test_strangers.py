import os
import subprocess
import sys

from alto_agent.inventory.devices import strangers_among
from alto_agent.inventory.nvml import GpuProcess


def test_l20_gpu_processes_that_nobody_knows_are_named_and_ours_are_not() -> None:
    command = [sys.executable, "-c", "import time; time.sleep(600)"]
    ours = subprocess.Popen(command, start_new_session=True)
    try:
        found = [GpuProcess(index=0, pid=pid, memory_bytes=2**30) for pid in (ours.pid, 1)]
        assert [one.pid for one in strangers_among(found, {ours.pid})] == [1]
        assert [one.pid for one in strangers_among(found, set())] == [1], "a child of this process is ours"
    finally:
        ours.kill()
        ours.wait(timeout=30)


def test_a_process_that_cannot_be_looked_up_is_a_stranger_only_while_nothing_of_ours_runs() -> None:
    hidden = GpuProcess(index=1, pid=2**22 + 5, memory_bytes=None)
    [stranger] = strangers_among([hidden], set())
    assert (stranger.index, stranger.pid, stranger.name, stranger.memory_bytes) == (1, hidden.pid, "", None)
    assert strangers_among([hidden], {os.getpid()}) == []
