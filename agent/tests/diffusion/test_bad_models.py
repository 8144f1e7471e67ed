from pathlib import Path

import pytest
import torch

from alto_agent.diffusion.models.load_model import load_model
from alto_agent.diffusion.models.pipeline_folder import resolve_pipeline
from alto_agent.diffusion.models.shape_rules import ShapeRules
from alto_agent.diffusion.models.tiny_rules import tiny_rules
from alto_agent.diffusion.tiny.config import TinyConfig
from alto_agent.tuning.user_error import UserError

from .random_models import random_folder

IMAGE, VIDEO = tiny_rules(TinyConfig("image")), tiny_rules(TinyConfig("video"))


@pytest.mark.parametrize(
    ("rules", "request_", "sentence"),
    [
        (IMAGE, ("", 32, 32, 1), "Write a prompt: it is empty."),
        (IMAGE, (" \n", 32, 32, 1), "Write a prompt: it is empty."),
        (IMAGE, ("a" * 100_000, 32, 32, 1), "100000 characters; at most 4000"),
        (IMAGE, ("a", 33, 32, 1), "The width is 33 pixels; this model takes multiples of 8 from 32 to 128."),
        (IMAGE, ("a", 32, 0, 1), "The height is 0 pixels"),
        (IMAGE, ("a", 32, 4096, 1), "The height is 4096 pixels"),
        (IMAGE, ("a", 32, 32, 2), "An image has 1 frame, not 2."),
        (VIDEO, ("a", 32, 32, 0), "0 frames were asked for; this model makes a multiple of 4, at most 32."),
        (VIDEO, ("a", 32, 32, 7), "7 frames were asked for"),
    ],
)
def test_what_a_model_cannot_make_is_said_in_one_sentence(
    rules: ShapeRules, request_: tuple[str, int, int, int], sentence: str
) -> None:
    with pytest.raises(UserError) as refusal:
        rules.check(*request_)
    assert sentence in refusal.value.message


def test_a_folder_that_is_no_model_is_refused_with_a_sentence(tmp_path: Path) -> None:
    def refusal(ref: str) -> str:
        with pytest.raises(UserError) as error:
            load_model(resolve_pipeline(ref, tmp_path), torch.device("cpu"), "auto")
        return error.value.message

    assert refusal("builtin/large-image").startswith("There is no builtin/large-image. Built-in models:")
    assert refusal(" ").startswith("Name a model:")
    assert refusal("no such folder") == "There is no folder no such folder."
    empty = tmp_path / "empty"
    empty.mkdir()
    assert "has no model_index.json" in refusal(str(empty))
    (empty / "model_index.json").write_text('{"_class_name": "FluxPipeline"}')
    assert "is a FluxPipeline; Alto serves" in refusal(str(empty))
    (empty / "model_index.json").write_text("{")
    assert "cannot be read" in refusal(str(empty))
    broken = random_folder(tmp_path / "broken", "image")
    weights = broken / "transformer.safetensors"
    weights.write_bytes(weights.read_bytes()[:1000])
    assert "cannot be loaded" in refusal(str(broken))


def test_a_model_that_does_not_fit_is_refused_before_it_is_loaded(tmp_path: Path) -> None:
    folder = random_folder(tmp_path / "huge", "image")
    with (folder / "transformer.safetensors").open("r+b") as file:
        file.truncate(2 * 10**12)
    with pytest.raises(UserError, match="are free on cpu"):
        load_model(resolve_pipeline(str(folder), tmp_path), torch.device("cpu"), "auto")
