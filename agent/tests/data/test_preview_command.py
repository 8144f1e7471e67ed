"""The preview that a form shows, through its command line."""

import json
from pathlib import Path
from typing import Any

import pytest

from alto_agent.tuning.data.__main__ import main


def preview(
    capsys: pytest.CaptureFixture[str], folder: Path, dataset: str, length: int
) -> tuple[int, dict[str, Any]]:
    arguments = ["--model", "builtin/tiny-llama", "--dataset", dataset, "--max-length", str(length), "--json"]
    code = main(["preview", *arguments, "--data-dir", str(folder), "--base-dir", str(folder), "--no-hub"])
    out = capsys.readouterr().out
    assert out.count("\n") == 1
    return code, json.loads(out)


def test_a_preview_shows_pieces_counts_and_lengths(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    code, shown = preview(capsys, tmp_path, "builtin/tools", 32)
    assert code == 0
    assert (shown["rows"], shown["differentRows"], shown["heldOutRows"]) == (240, 240, 24)
    assert shown["kinds"] == ["prompt"]
    assert len(shown["first"]) == 8
    for row in shown["first"]:
        parts = [token["part"] for token in row["tokens"]]
        assert parts == sorted(parts, key=["prompt", "completion", "cut"].index)
        assert parts.count("cut") == max(0, row["length"] - 32)
        text = "".join(token["text"] for token in row["tokens"])
        assert text.startswith("<|start|>")
        assert text.endswith('"}<|end|>') or text.endswith("}<|end|>")
    tokens = shown["tokens"]
    assert sum(bar["rows"] for bar in tokens["histogram"]) == 240
    assert tokens["histogram"][-1]["from"] <= tokens["max"] <= tokens["histogram"][-1]["to"]
    assert 0 < shown["cut"] < 240
    assert shown["refused"] == 0
    assert shown["warnings"] == []


def test_rows_that_do_not_fit_are_counted_and_warned_of(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    _, shown = preview(capsys, tmp_path, "builtin/tools", 10)
    assert 0 < shown["refused"] <= shown["cut"]
    assert shown["warnings"][0].startswith(
        f"{shown['refused']} rows have a prompt that fills max_length alone"
    )


def test_tokens_of_partial_characters_have_a_name(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text(
        '{"prompt": "東京", "completion": "🚀"}\n{"prompt": "b", "completion": "c"}\n'
    )
    _, shown = preview(capsys, tmp_path, "a.jsonl", 64)
    assert all(token["text"] and "\ufffd" not in token["text"] for token in shown["first"][0]["tokens"])


def test_preference_pairs_show_both_answers(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"prompt": "p", "chosen": "good", "rejected": "bad"}\n')
    _, shown = preview(capsys, tmp_path, "a.jsonl", 64)
    assert shown["kinds"] == ["preference"]
    for name, word in (("tokens", "good"), ("rejected", "bad")):
        pieces = shown["first"][0][name]
        assert "".join(piece["text"] for piece in pieces if piece["part"] == "completion") == f"{word}<|end|>"
    assert "only one row" in shown["warnings"][0]


@pytest.mark.parametrize(
    ("dataset", "length", "field"),
    [("none.jsonl", 32, "dataset"), ("bad.jsonl", 32, "dataset"), ("builtin/sql", 1, "max_length")],
)
def test_a_fault_is_one_json_object_and_exit_code_2(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, dataset: str, length: int, field: str
) -> None:
    (tmp_path / "bad.jsonl").write_text('{"prompt": "a", "completion": "b"}\n' * 9_000 + '{"prompt": "a"}\n')
    code, answer = preview(capsys, tmp_path, dataset, length)
    assert code == 2
    assert answer["error"]["field"] == field
    assert answer["error"]["message"].endswith(".")
