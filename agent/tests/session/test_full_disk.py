"""A disk that takes no more, played by the system's limit on the size of a file, which raises real errors."""

import subprocess
import sys
from pathlib import Path

SPOOL = """
import asyncio, resource, sys
from pathlib import Path
from alto_agent.contracts.generated.messages import MetricsEvent
from alto_agent.session.outbox import Outbox
from alto_agent.session.spool import Spool

def event(step):
    return MetricsEvent(run_id="r" * 900, attempt=1, epoch=1, token="t", steps=[step], samples=[step],
        at=[0.0], series={"train_loss": [None]})

async def main():
    spool = Spool(Path(sys.argv[1]))
    outbox = Outbox(spool)
    resource.setrlimit(resource.RLIMIT_FSIZE, (64 * 1024, resource.RLIM_INFINITY))
    for step in range(1, 501):
        outbox.record(event(step))
    writing = asyncio.create_task(outbox.flush())
    done, _ = await asyncio.wait([writing], timeout=2)
    assert not done and outbox.last_seq == 0, "the disk is full, and nothing is half written"
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    await writing
    assert outbox.last_seq == 500
    assert [item.seq for item in spool.after(0, 1000, 10**9)] == list(range(1, 501))

asyncio.run(main())
"""

CHECKPOINT = """
import resource, sys
from pathlib import Path
import torch
from alto_agent.tuning.executor.checkpoint import SavedRun, read_checkpoint
from alto_agent.tuning.executor.checkpoint_writer import CheckpointWriter
from alto_agent.tuning.executor.spec import AdapterSpec

spec = AdapterSpec(run_id="r", rank=4, alpha=8.0, target_modules="all-linear", learning_rate=1e-3,
    weight_decay=0.0, batch_size=2, lr_scheduler="constant", warmup_ratio=0.0, total_steps=10, seed=0)
folder = Path(sys.argv[1])
writer = CheckpointWriter()
state = lambda step: SavedRun(spec, {"step": step}, {"parameters/a": torch.zeros(100_000)})
writer.write(folder, state(1)).result()
resource.setrlimit(resource.RLIMIT_FSIZE, (64 * 1024, resource.RLIM_INFINITY))
assert writer.write(folder, state(2)).exception() is not None
assert read_checkpoint(folder).progress["step"] == 1, "the state from before is whole"
assert not list(folder.glob(".partial-*"))
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
writer.write(folder, state(3)).result()
assert read_checkpoint(folder).progress["step"] == 3
writer.close()
"""


def run(program: str, path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", program, str(path)], capture_output=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stderr.decode()


def test_l25_events_wait_in_memory_while_the_disk_is_full_and_none_is_lost(tmp_path: Path) -> None:
    run(SPOOL, tmp_path / "spool.sqlite")


def test_l25_a_state_that_cannot_be_written_leaves_the_one_before(tmp_path: Path) -> None:
    run(CHECKPOINT, tmp_path / "run")
