"""Against a real S3 server (moto's, over HTTP)."""

from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest
import torch
from moto.server import ThreadedMotoServer

from alto_agent.artifacts.folder_store import FolderStore
from alto_agent.artifacts.store import ArtifactStore, open_store
from alto_agent.contracts.generated.messages import ServingRequest
from alto_agent.diffusion.executor.request_state import RequestState
from alto_agent.diffusion.executor.state_store import StateStore
from alto_agent.executors.rank_command import RankEvent


@pytest.fixture(name="address")
def _address(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    _, port = server.get_host_and_port()
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{port}")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "key")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    boto3.client("s3", region_name="us-east-1").create_bucket(Bucket="tunings")
    yield "s3://tunings/team/alto"
    server.stop()


def state(folder: Path, relative: str) -> None:
    path = folder / relative / "deep"
    path.mkdir(parents=True)
    (path / "weights").write_bytes(bytes(range(256)) * 100)
    (folder / relative / "state.json").write_text("{}")


def test_a_state_written_on_one_node_is_read_on_another(tmp_path: Path, address: str) -> None:
    here = open_store(tmp_path / "a", address)
    there = open_store(tmp_path / "b", address)
    state(tmp_path / "a", "runs/r/step-1")
    state(tmp_path / "a", "runs/r/step-10")
    here.keep("runs/r/step-1")
    here.keep("runs/r/step-10")
    there.fetch("runs/r/step-1")
    copy = tmp_path / "b" / "runs/r"
    assert [path.name for path in copy.iterdir()] == ["step-1"]
    assert (copy / "step-1/deep/weights").read_bytes() == bytes(range(256)) * 100
    there.drop("runs/r/step-1")
    assert list(copy.iterdir()) == []
    open_store(tmp_path / "c", address).fetch("runs/r/step-1")
    assert not (tmp_path / "c" / "runs/r/step-1").exists()


def test_a_file_travels_too_and_what_is_nowhere_stays_away(tmp_path: Path, address: str) -> None:
    (tmp_path / "a/datasets").mkdir(parents=True)
    (tmp_path / "a/datasets/rows.jsonl").write_text("{}\n")
    open_store(tmp_path / "a", address).keep("datasets/rows.jsonl")
    there = open_store(tmp_path / "b", address)
    there.fetch("datasets/rows.jsonl")
    there.fetch("datasets/other.jsonl")
    assert [path.name for path in (tmp_path / "b/datasets").iterdir()] == ["rows.jsonl"]


def test_a_request_goes_on_at_another_node_and_back_with_its_newest_state(
    tmp_path: Path, address: str
) -> None:
    asked = ServingRequest(
        request_id="v",
        attempt=1,
        kind="video",
        prompt="a",
        width=32,
        height=32,
        frames=4,
        steps=9,
        guidance=None,
        seed=0,
        restore="requests/v/parked-1.safetensors",
    )
    told: list[RankEvent] = []

    def node(name: str) -> StateStore:
        folder = tmp_path / name
        return StateStore(name, folder, open_store(folder, address), told.append)

    def stop_at(store: StateStore, step: int) -> None:
        latent, text = torch.full((2, 1, 4, 4), float(step)), {"text": torch.zeros(3, 2)}
        store.park(RequestState(asked, "denoise", step, latent, text), "paused")
        store.let_go(("v", 1))
        store.park_all()

    def taken(store: StateStore) -> tuple[int, float]:
        state = store.take(asked, torch.device("cpu"))
        assert state is not None
        assert state.latent is not None
        return state.steps_done, float(state.latent.mean())

    stop_at(node("a"), 3)
    there = node("b")
    assert taken(there) == (3, 3.0)
    stop_at(there, 7)
    # The folder of the first node still has what it wrote.
    assert (tmp_path / "a" / str(asked.restore)).exists()
    assert taken(node("a")) == (7, 7.0)


def test_a_store_that_does_not_answer_is_said_in_one_sentence(
    tmp_path: Path, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    state(tmp_path, "runs/r/step-1")
    store = open_store(tmp_path, address.replace("tunings", "nowhere"))
    with pytest.raises(OSError, match=r"runs/r/step-1 could not be stored in the bucket nowhere"):
        store.keep("runs/r/step-1")
    with pytest.raises(ValueError, match="s3://bucket/prefix"):
        open_store(tmp_path, "ftp://x")


def test_the_folder_is_the_default(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ALTO_ARTIFACTS", raising=False)
    store: ArtifactStore = open_store(tmp_path)
    assert isinstance(store, FolderStore)
    state(tmp_path, "runs/r/step-1")
    store.keep("runs/r/step-1")
    store.fetch("runs/r/step-1")
    store.drop("runs/r/step-1")
    assert not (tmp_path / "runs/r/step-1").exists()
