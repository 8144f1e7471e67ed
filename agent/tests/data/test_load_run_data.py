"""Tokens, labels, cuts and the held-out split, with the real tokenizer."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alto_agent.tuning.data.load_run_data import LoadedData, load_run_data
from alto_agent.tuning.data.split import default_held_out, split
from alto_agent.tuning.executor.spec import IGNORED_LABEL, PreferenceRow, Row
from alto_agent.tuning.models.load_tokenizer import load_tokenizer
from alto_agent.tuning.models.resolve_model import resolve_model
from alto_agent.tuning.user_error import UserError


@pytest.fixture(scope="module")
def tokenizer() -> Any:
    return load_tokenizer(resolve_model("builtin/tiny-llama", data_dir=Path()).path)


def load(folder: Path, rows: list[dict[str, Any]], tokenizer: Any, **options: Any) -> LoadedData:
    (folder / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    options.setdefault("max_length", 64)
    return load_run_data("rows.jsonl", tokenizer, base_dir=folder, **options)


def all_rows(loaded: LoadedData) -> list[Row]:
    return plain_rows(loaded.data.train) + plain_rows(loaded.data.validation)


def plain_rows(part: Sequence[Row] | Sequence[PreferenceRow]) -> list[Row]:
    return [row for row in part if isinstance(row, Row)]


def trained_text(row: Row, tokenizer: Any) -> str:
    return tokenizer.decode([label for label in row.labels if label != IGNORED_LABEL])


def pair(number: int) -> dict[str, Any]:
    return {"prompt": f"question {number} :", "completion": f" answer {number}"}


def test_the_loss_counts_the_completion_and_its_end(tmp_path: Path, tokenizer: Any) -> None:
    loaded = load(tmp_path, [pair(i) for i in range(20)], tokenizer)
    for row in all_rows(loaded):
        text = tokenizer.decode(row.input_ids)
        number = text.split()[1]
        assert text == f"<|start|>question {number} : answer {number}<|end|>"
        assert trained_text(row, tokenizer) == f" answer {number}<|end|>"
        assert all(
            label in (IGNORED_LABEL, token) for token, label in zip(row.input_ids, row.labels, strict=True)
        )


def test_the_full_objective_counts_every_token(tmp_path: Path, tokenizer: Any) -> None:
    loaded = load(tmp_path, [pair(i) for i in range(20)], tokenizer, objective="sft-full")
    assert all((np.asarray(row.labels) == row.input_ids).all() for row in all_rows(loaded))


def test_the_prompt_has_the_tokens_that_inference_gives_it(tmp_path: Path, tokenizer: Any) -> None:
    rows = [{"prompt": f"the user {i} is a cit", "completion": "y now"} for i in range(9)]
    for row in all_rows(load(tmp_path, rows, tokenizer)):
        number = tokenizer.decode(row.input_ids).split()[2]
        asked = tokenizer(f"the user {number} is a cit")["input_ids"]
        assert list(row.input_ids[: len(asked)]) == asked
        assert trained_text(row, tokenizer) == "y now<|end|>"


CHAT = [
    {"role": "system", "content": "be brief"},
    {"role": "user", "content": "one"},
    {"role": "assistant", "content": "two"},
    {"role": "user", "content": "three"},
    {"role": "assistant", "content": "four"},
]


def chats() -> list[dict[str, Any]]:
    return [{"messages": [*CHAT[:-1], {"role": "assistant", "content": f"four {i}"}]} for i in range(9)]


def test_a_chat_trains_every_answer_through_the_template(tmp_path: Path, tokenizer: Any) -> None:
    for row in all_rows(load(tmp_path, chats(), tokenizer)):
        text = tokenizer.decode(row.input_ids)
        assert text.startswith("<|start|><|system|>be brief<|end|><|user|>one<|end|><|assistant|>two<|end|>")
        assert trained_text(row, tokenizer).startswith("two<|end|>four ")
        assert trained_text(row, tokenizer).endswith("<|end|>")
        assert list(row.input_ids).count(tokenizer.bos_token_id) == 1


def test_a_chat_without_a_template_falls_back_to_plain_text(tmp_path: Path) -> None:
    plain: Any = load_tokenizer(resolve_model("builtin/tiny-llama", data_dir=Path()).path)
    plain.chat_template = None
    row = all_rows(load(tmp_path, chats(), plain))[0]
    text = str(plain.decode(row.input_ids))
    assert text.startswith(
        "<|start|>System: be brief\nUser: one\nAssistant: two<|end|>\nUser: three\nAssistant: four"
    )
    assert trained_text(row, plain).startswith(" two<|end|> four ")


def test_a_template_that_rewrites_earlier_turns_trains_the_last_answer_alone(tmp_path: Path) -> None:
    odd = load_tokenizer(resolve_model("builtin/tiny-llama", data_dir=Path()).path)
    odd.chat_template = (
        "{% for m in messages %}[{{ m.role }}{{ '*' if loop.last and m.role == 'assistant' else '' }}]"
        "{{ m.content }};{% endfor %}{% if add_generation_prompt %}[assistant*]{% endif %}"
    )
    for row in all_rows(load(tmp_path, chats(), odd)):
        assert trained_text(row, odd).startswith("four ")


def test_a_template_that_refuses_a_chat_names_the_row(tmp_path: Path) -> None:
    strict = load_tokenizer(resolve_model("builtin/tiny-llama", data_dir=Path()).path)
    strict.chat_template = "{{ raise_exception('roles must alternate') }}"
    with pytest.raises(UserError, match=r"Row 1 of rows\.jsonl does not fit .* roles must alternate"):
        load(tmp_path, chats(), strict)


def test_preference_pairs_become_two_rows_with_one_prompt(tmp_path: Path, tokenizer: Any) -> None:
    rows = [{"prompt": f"p {i}", "chosen": " yes", "rejected": " not at all"} for i in range(20)]
    loaded = load(tmp_path, rows, tokenizer, objective="dpo")
    assert len(loaded.data.train) == 12
    assert len(loaded.data.validation) == 8
    for pair_row in loaded.data.train:
        assert isinstance(pair_row, PreferenceRow)
        assert trained_text(pair_row.chosen, tokenizer) == " yes<|end|>"
        assert trained_text(pair_row.rejected, tokenizer) == " not at all<|end|>"
        prompt = (np.asarray(pair_row.chosen.labels) == IGNORED_LABEL).sum()
        assert list(pair_row.chosen.input_ids[:prompt]) == list(pair_row.rejected.input_ids[:prompt])


def test_rows_and_objective_must_fit(tmp_path: Path, tokenizer: Any) -> None:
    preference = {"prompt": "p", "chosen": "c", "rejected": "r"}
    with pytest.raises(UserError, match="only the objective dpo"):
        load(tmp_path, [pair(1), preference], tokenizer)
    with pytest.raises(UserError, match="which the objective dpo needs"):
        load(tmp_path, [preference, pair(1)], tokenizer, objective="dpo")


def test_long_rows_are_cut_and_counted(tmp_path: Path, tokenizer: Any) -> None:
    rows = [pair(i) for i in range(10)] + [{"prompt": "long :", "completion": " word" * 100}]
    loaded = load(tmp_path, rows, tokenizer, max_length=32)
    assert loaded.cut == 1
    assert max(len(row.input_ids) for row in all_rows(loaded)) == 32


def test_rows_of_which_nothing_would_remain_are_refused_with_the_length_that_is_needed(
    tmp_path: Path, tokenizer: Any
) -> None:
    rows = [pair(i) for i in range(10)] + [{"prompt": "a " * n, "completion": "b"} for n in (50, 70, 60)]
    with pytest.raises(UserError) as caught:
        load(tmp_path, rows, tokenizer, max_length=32)
    needed = len(tokenizer("a " * 70)["input_ids"])
    assert caught.value.field == "max_length"
    assert caught.value.message.startswith("Row 11 of rows.jsonl has a prompt of")
    assert "(2 more rows are like it)" in caught.value.message
    assert f"Use more than {needed} " in caught.value.message
    assert load(tmp_path, rows, tokenizer, max_length=needed + 1).rows == 13


def test_bad_numbers_are_refused(tmp_path: Path, tokenizer: Any) -> None:
    rows = [pair(i) for i in range(10)]
    with pytest.raises(UserError, match="use at least 2 tokens"):
        load(tmp_path, rows, tokenizer, max_length=1)
    with pytest.raises(UserError, match="10 different rows, so use 1 to 9"):
        load(tmp_path, rows, tokenizer, held_out=10)
    with pytest.raises(UserError, match="only one row that is different"):
        load(tmp_path, [pair(1)] * 5, tokenizer)


def test_the_split_does_not_depend_on_the_order_of_the_file(tmp_path: Path, tokenizer: Any) -> None:
    rows = [pair(i) for i in range(200)]

    def held_out(order: list[dict[str, Any]]) -> set[str]:
        validation = load(tmp_path, order, tokenizer).data.validation
        return {tokenizer.decode(row.input_ids) for row in plain_rows(validation)}

    assert held_out(rows) == held_out(rows[::-1])
    assert len(held_out(rows)) == 20


def test_copies_never_stand_on_both_sides(tmp_path: Path, tokenizer: Any) -> None:
    rows = [pair(i % 40) for i in range(120)]
    loaded = load(tmp_path, rows, tokenizer)
    train, validation = (
        [tokenizer.decode(row.input_ids) for row in plain_rows(part)]
        for part in (loaded.data.train, loaded.data.validation)
    )
    assert not set(train) & set(validation)
    assert len(validation) == len(set(validation)) == 8
    assert len(train) == 96
    assert loaded.left_out_copies == 16


@pytest.mark.parametrize(
    ("rows", "expected"), [(2, 1), (9, 4), (16, 8), (80, 8), (200, 20), (5120, 512), (10**6, 512)]
)
def test_the_default_number_of_held_out_rows(rows: int, expected: int) -> None:
    assert default_held_out(rows) == expected


@settings(max_examples=100, deadline=None)
@given(st.lists(st.integers(0, 30), min_size=1, max_size=200), st.integers(1, 40))
def test_a_split_has_every_row_once_but_for_copies(keys: list[int], held_out: int) -> None:
    train, validation = split(np.array(keys, np.uint64), held_out)
    assert len(validation) == min(held_out, len(set(keys)))
    train_keys, held_keys = {keys[i] for i in train}, {keys[i] for i in validation}
    assert not train_keys & held_keys
    assert train_keys | held_keys == set(keys)
    assert sum(key not in held_keys for key in keys) == len(train)


def test_views_of_the_tokens_share_one_buffer(tokenizer: Any) -> None:
    train = load_run_data("builtin/arithmetic", tokenizer, base_dir=Path(), max_length=32).data.train
    part = train[10:20]
    assert len(part) == 10
    first, same = part[0], train[10]
    assert isinstance(first, Row)
    assert isinstance(same, Row)
    assert np.shares_memory(np.asarray(first.input_ids), np.asarray(same.input_ids))
    with pytest.raises(IndexError):
        part[10]
