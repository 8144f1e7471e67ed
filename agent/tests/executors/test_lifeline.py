import subprocess
import sys

import pytest

from alto_agent.executors.lifeline import CUT, Lifeline

PROGRAM = """
import sys, time
from alto_agent.executors.lifeline import hold_lifeline
hold_lifeline(int(sys.argv[1]), float(sys.argv[2]))
time.sleep(600)
"""


def start(lifeline: Lifeline, patience: float) -> subprocess.Popen[bytes]:
    child = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(lifeline.far), str(patience)], pass_fds=[lifeline.far]
    )
    lifeline.hand_over()
    return child


def test_l19_an_executor_whose_agent_is_silent_ends_itself() -> None:
    lifeline = Lifeline()
    child = start(lifeline, patience=0.2)
    assert child.wait(timeout=60) == CUT
    lifeline.show_life()
    lifeline.close()


def test_l19_an_executor_whose_agent_is_gone_ends_itself_however_patient_it_is() -> None:
    lifeline = Lifeline()
    child = start(lifeline, patience=3600)
    lifeline.show_life()
    with pytest.raises(subprocess.TimeoutExpired):
        child.wait(timeout=0.5)
    lifeline.close()
    assert child.wait(timeout=60) == CUT


def test_showing_life_never_waits() -> None:
    lifeline = Lifeline()
    for _ in range(100_000):
        lifeline.show_life()
    lifeline.hand_over()
    lifeline.show_life()
    lifeline.close()
