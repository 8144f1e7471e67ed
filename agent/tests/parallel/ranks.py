"""Runs the same function in several processes that form one gloo group."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any


def run_ranks(script: str, ranks: int, folder: Path) -> list[Any]:
    """Starts `script` as rank 0 … ranks-1; each writes one JSON value to `result-<rank>.json` in `folder`."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = os.environ | {
        "MASTER_ADDR": "127.0.0.1",
        "MASTER_PORT": str(port),
        "WORLD_SIZE": str(ranks),
        "OMP_NUM_THREADS": "1",
        "PYTHONPATH": os.pathsep.join([str(Path(__file__).parents[2]), *sys.path]),
    }
    processes = [
        subprocess.Popen(
            [sys.executable, "-m", script, str(folder)],
            env=environment | {"RANK": str(rank)},
            stderr=subprocess.PIPE,
            text=True,
        )
        for rank in range(ranks)
    ]
    errors = [process.communicate()[1] for process in processes]
    for process, error in zip(processes, errors, strict=True):
        assert process.returncode == 0, error[-3000:]
    return [json.loads((folder / f"result-{rank}.json").read_text()) for rank in range(ranks)]
