"""Data set references and files: what is read, and the sentence for each thing that can be wrong."""

import json
import os
import subprocess
import sys
import tracemalloc
from pathlib import Path

import pytest

from alto_agent.tuning.data.builtin.catalogue import BUILTIN_TASKS
from alto_agent.tuning.data.builtin.task import BuiltinTask
from alto_agent.tuning.data.load_rows import load_rows
from alto_agent.tuning.data.rows import ChatText, PreferenceText, PromptText, TextRow
from alto_agent.tuning.user_error import UserError

GOOD = '{"prompt": "a", "completion": "b"}\n'


def read(folder: Path, content: str | bytes, name: str = "tools.jsonl") -> list[TextRow]:
    raw = content.encode() if isinstance(content, str) else content
    (folder / name).write_bytes(raw)
    return [row for _, row in load_rows(name, folder).read()]


def refusal(folder: Path, content: str | bytes, name: str = "tools.jsonl") -> str:
    with pytest.raises(UserError) as caught:
        read(folder, content, name)
    assert caught.value.field == "dataset"
    assert "\n" not in caught.value.message
    return caught.value.message


@pytest.mark.parametrize("task", BUILTIN_TASKS.values(), ids=lambda task: task.name)
def test_a_builtin_data_set_has_its_number_of_different_rows_and_is_the_same_every_time(
    task: BuiltinTask,
) -> None:
    source = load_rows(f"builtin/{task.name}", Path())
    rows = [row for _, row in source.read()]
    assert len(rows) == task.rows >= 200
    assert len({row.prompt for row in rows if isinstance(row, PromptText)}) == len(rows)
    assert rows == [row for _, row in source.read()]


def test_builtin_rows_are_right_by_their_own_rules() -> None:
    def rows(name: str) -> list[PromptText]:
        return [row for _, row in load_rows(f"builtin/{name}", Path()).read() if isinstance(row, PromptText)]

    for row in rows("arithmetic"):
        assert eval(row.prompt.rstrip("=")) == int(row.completion)
    for row in rows("sorting"):
        assert sorted(row.prompt.split()[1:-1]) == row.completion.split()
    for row in rows("reverse"):
        assert row.prompt.split()[1:-1] == row.completion.split()[::-1]
    for row in rows("tools"):
        assert json.loads(row.completion)["tool"] in ("weather", "call", "train")


def test_a_builtin_data_set_never_changes_since_recorded_sweeps_depend_on_it() -> None:
    rows = [row for _, row in load_rows("builtin/arithmetic", Path()).read()]
    assert rows[0] == PromptText("43+56=", "99")
    rows = [row for _, row in load_rows("builtin/facts", Path()).read()]
    assert rows[:2] == [PromptText("colour of pomiso :", " red"), PromptText("colour of fukavu :", " white")]


def test_all_shapes_of_rows_are_read_with_line_numbers(tmp_path: Path) -> None:
    chat = {"messages": [{"role": "user", "content": "hi"}, {"role": "assistant", "content": "ho"}]}
    content = (
        "\ufeff" + GOOD + "\r\n   \n" + json.dumps(chat) + "\r\n"
        '{"prompt": "p", "chosen": "c", "rejected": "r", "source": 3}'
    )
    (tmp_path / "a.jsonl").write_text(content, "utf-8", newline="")
    assert list(load_rows("a.jsonl", tmp_path).read()) == [
        (1, PromptText("a", "b")),
        (4, ChatText((("user", "hi"), ("assistant", "ho")))),
        (5, PreferenceText("p", "c", "r")),
    ]


def test_messages_after_the_last_answer_are_left_out(tmp_path: Path) -> None:
    turns = [("user", "a"), ("assistant", "b"), ("user", "c")]
    line = json.dumps({"messages": [{"role": role, "content": text} for role, text in turns]})
    assert read(tmp_path, line) == [ChatText((("user", "a"), ("assistant", "b")))]


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ('{"prompt": "x", "city: 3}', 'a quote is missing after "city".'),
        (
            '{"prompt": "x" "completion": "y"}',
            'a comma or a closing bracket is missing after {"prompt": "x".',
        ),
        ('{"prompt": "x", "completion": }', 'a value is missing after "x", "completion":.'),
        ("hello", "a value is missing at its start."),
        ('{"prompt" "x"}', 'a colon is missing after {"prompt".'),
        ("{prompt: 1}", "a key in double quotes is missing after {."),
        (GOOD.strip() + GOOD.strip(), 'there is something more after , "completion": "b"}.'),
        ('{"prompt": "\\x", "completion": "y"}', "there is a backslash that escapes nothing"),
        ('{"prompt": "a\tb", "completion": "y"}', "there is a control character inside of a text"),
    ],
)
def test_a_line_that_is_not_json_is_named_with_what_is_missing(
    line: str, sentence: str, tmp_path: Path
) -> None:
    message = refusal(tmp_path, GOOD * 4117 + line + "\n")
    assert message.startswith("Row 4,118 of tools.jsonl is not JSON: ")
    assert sentence in message


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("3", "is a number, and a row is an object"),
        ("[]", "is an empty list, and a row is an object"),
        ('{"question": "a", "answer": "b"}', "its keys: question, answer."),
        ('{"prompt": "a"}', "has no completion; its keys: prompt."),
        ('{"prompt": 5, "completion": "b"}', "prompt is a number, and text is needed."),
        ('{"prompt": "a", "completion": null}', "completion is null, and text is needed."),
        ('{"prompt": "a", "completion": ""}', "has an empty completion"),
        ('{"prompt": "a", "chosen": "b"}', "has no rejected"),
        ('{"prompt": "a", "completion": "\\ud83d"}', "completion has half of a character at position 1."),
        ('{"messages": []}', "messages is an empty list"),
        ('{"messages": ["a"]}', "message 1, is a text, and {role, content} is needed."),
        ('{"messages": [{"role": "user", "content": "a"}]}', "has no answer"),
        ('{"messages": [{"role": "bot", "content": "a"}]}', "message 1, has the role 'bot'. Known: system,"),
        ('{"messages": [{"role": "user", "content": ["a"]}]}', "content is a list, and text is needed."),
        ("[" * 100_000, "is not usable JSON"),
        ("1" * 5000, "is not usable JSON"),
    ],
)
def test_a_row_of_a_wrong_shape_is_named(line: str, sentence: str, tmp_path: Path) -> None:
    message = refusal(tmp_path, GOOD + line + "\n" + GOOD)
    assert message.startswith("Row 2 of tools.jsonl")
    assert sentence in message


def test_files_that_are_no_data_set_are_named(tmp_path: Path) -> None:
    assert refusal(tmp_path, "") == "tools.jsonl is empty: it has no row."
    assert refusal(tmp_path, "\n  \n") == "tools.jsonl is empty: it has no row."
    assert "is one JSON list" in refusal(tmp_path, "[\n{}\n]")
    assert refusal(tmp_path, GOOD.encode() + b'{"prompt": "caf\xe9"}').startswith(
        "Row 2 of tools.jsonl is not UTF-8 text: byte 16 of the line is 0xe9."
    )
    assert "longer than 16 MiB" in refusal(tmp_path, "x" * (17 * 2**20))


def test_an_upload_that_was_cut_off_is_recognised(tmp_path: Path) -> None:
    message = refusal(tmp_path, GOOD + GOOD[:20])
    assert message == (
        'Row 2 of tools.jsonl is not JSON: a quote is missing after "com". The file may be cut off here.'
    )


def test_references_that_mean_nothing_are_refused(tmp_path: Path) -> None:
    def message(ref: str, *, hub: bool = False) -> str:
        with pytest.raises(UserError) as caught:
            load_rows(ref, tmp_path, allow_hub=hub)
        return caught.value.message

    assert "Built-in data sets: builtin/arithmetic, builtin/sorting" in message("builtin/nothing")
    assert message("missing.jsonl", hub=True) == f"There is no file {tmp_path}/missing.jsonl."
    assert message("data/train.jsonl", hub=True) == f"There is no file {tmp_path}/data/train.jsonl."
    assert "is a folder" in message(".")
    assert "switched off" in message("someone/rows")
    assert "Name a data set" in message(" ")


def test_an_unreachable_hub_is_one_sentence(tmp_path: Path) -> None:
    code = (
        "from pathlib import Path\n"
        "from alto_agent.tuning.data.load_rows import load_rows\n"
        "next(iter(load_rows('someone/rows', Path()).read()))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"HF_ENDPOINT": "http://127.0.0.1:9", "HF_HUB_OFFLINE": "0"},
    )
    assert done.stderr.splitlines()[-1] == (
        "alto_agent.tuning.user_error.UserError: There is no file someone/rows here, "
        "and the hub cannot be reached to look for that name."
    )


def test_a_large_file_is_read_as_a_stream(tmp_path: Path) -> None:
    line = json.dumps({"prompt": "p" * 1000, "completion": "c"}) + "\n"
    (tmp_path / "large.jsonl").write_text(line * 20_000)
    tracemalloc.start()
    count = sum(1 for _ in load_rows("large.jsonl", tmp_path).read())
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count == 20_000
    assert peak < 2**20
