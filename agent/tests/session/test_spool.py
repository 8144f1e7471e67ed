import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from alto_agent.session.spool import Spool


def bodies(spool: Spool, after: int = 0) -> list[tuple[int, str]]:
    return [(item.seq, item.body) for item in spool.after(after, 1000, 1_000_000)]


def test_numbers_go_on_over_restarts_and_acknowledgements(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool")
    spool.append([("a", False), ("b", False)])
    spool.acknowledge(2)
    spool.close()
    again = Spool(tmp_path / "spool")
    again.append([("c", False)])
    assert bodies(again) == [(3, "c")]
    assert again.last_seq == 3


def test_a_batch_stays_within_its_bounds_but_is_never_empty(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool")
    spool.append([("x" * 100, True)] * 5)
    assert [item.seq for item in spool.after(0, 3, 10_000)] == [1, 2, 3]
    assert [item.seq for item in spool.after(0, 1000, 250)] == [1, 2]
    assert [item.seq for item in spool.after(1, 1000, 1)] == [2]
    assert spool.after(5, 10, 10) == []


def test_when_full_only_metrics_give_way_oldest_first(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool", max_events=10)
    spool.append([("metric", True)] * 6 + [("evaluation", False)] * 3)
    spool.append([("metric", True)] * 3)
    kept = bodies(spool)
    assert [body for _, body in kept].count("evaluation") == 3
    assert len(kept) == 9
    assert [seq for seq, _ in kept] == [4, 5, 6, 7, 8, 9, 10, 11, 12]
    assert spool.dropped == 3


def test_a_new_spool_of_an_old_node_goes_on_above_what_is_stored(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool")
    spool.append([("a", False), ("b", False)])
    spool.continue_after(100)
    assert bodies(spool) == [(101, "a"), (102, "b")]
    spool.append([("c", False)])
    assert bodies(spool, 102) == [(103, "c")]
    spool.continue_after(50)
    assert spool.last_seq == 103


def test_what_was_appended_survives_kill_9(tmp_path: Path) -> None:
    program = (
        "import sys, time; from pathlib import Path; from alto_agent.session.spool import Spool\n"
        "spool = Spool(Path(sys.argv[1])); spool.append([('a', False), ('b', True)])\n"
        "print('written', flush=True); time.sleep(60)"
    )
    child = subprocess.Popen(
        [sys.executable, "-c", program, str(tmp_path / "spool")], stdout=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "written\n"
    os.kill(child.pid, signal.SIGKILL)
    child.wait()
    child.stdout.close()
    assert bodies(Spool(tmp_path / "spool")) == [(1, "a"), (2, "b")]


def test_a_failed_append_stores_nothing_and_changes_no_number(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool")
    other = sqlite3.connect(tmp_path / "spool", isolation_level=None)
    other.execute("INSERT INTO event VALUES (2, 0, 'in the way')")
    with pytest.raises(sqlite3.IntegrityError):
        spool.append([("a", False), ("b", False)])
    assert spool.last_seq == 0
    assert bodies(spool) == [(2, "in the way")]
    other.close()
