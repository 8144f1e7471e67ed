"""What a model reference means, and one sentence for everything that can be wrong with it."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from transformers import (
    AutoModelForCausalLM,
    GPT2Config,
    GPT2LMHeadModel,
    LlamaConfig,
    LlamaForCausalLM,
    T5Config,
    T5ForConditionalGeneration,
)

from alto_agent.tuning.models.load_tokenizer import load_tokenizer
from alto_agent.tuning.models.resolve_model import builtin_models, resolve_model
from alto_agent.tuning.user_error import UserError

TINY = LlamaConfig(
    vocab_size=64, hidden_size=16, intermediate_size=24, num_hidden_layers=2, num_attention_heads=2
)


def builtin_folder(tmp_path: Path) -> Path:
    return resolve_model("builtin/tiny-llama", data_dir=tmp_path).path


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """A copy of the built-in model that a test may break."""
    return Path(shutil.copytree(builtin_folder(tmp_path), tmp_path / "model"))


def refusal(ref: str | Path, tmp_path: Path) -> str:
    with pytest.raises(UserError) as caught:
        resolve_model(str(ref), data_dir=tmp_path, allow_hub=False)
    assert caught.value.field == "model"
    assert "\n" not in caught.value.message
    return caught.value.message


def test_the_builtin_model_is_whole_and_its_facts_are_those_of_the_loaded_model(tmp_path: Path) -> None:
    facts = resolve_model("builtin/tiny-llama", data_dir=tmp_path)
    model = AutoModelForCausalLM.from_pretrained(facts.path)
    assert facts.parameters == sum(p.numel() for p in model.parameters())
    assert (facts.layers, facts.hidden, facts.vocab) == (3, 128, 512)
    assert facts.weight_bytes == 4 * facts.parameters
    loaded = {
        name: (m.in_features, m.out_features)
        for name, m in model.named_modules()
        if isinstance(m, torch.nn.Linear) and name != "lm_head"
    }
    assert {m.name: (m.in_features, m.out_features) for m in facts.linear_modules} == loaded
    assert facts.max_rank() == 64
    assert facts.max_rank(("q_proj", "down_proj")) == 128
    assert facts.as_json()["modules"][1] == {
        "name": "k_proj",
        "count": 3,
        "inFeatures": 128,
        "outFeatures": 64,
    }


def test_the_builtin_model_has_learned_its_pretraining_text(tmp_path: Path) -> None:
    folder = builtin_folder(tmp_path)
    tokenizer, model = load_tokenizer(folder), AutoModelForCausalLM.from_pretrained(folder)

    def loss(text: str) -> float:
        ids = torch.tensor([tokenizer(text)["input_ids"]])
        with torch.no_grad():
            return float(model(input_ids=ids, labels=ids).loss)

    assert loss("count 12 13 14 15 16 17") < 0.5 * loss("17 count 15 12 16 13 14")
    assert loss("SELECT name FROM users") < 0.5 * loss("users FROM name SELECT")


def test_the_builtin_model_is_small_enough_for_a_repository(tmp_path: Path) -> None:
    assert sum(file.stat().st_size for file in builtin_folder(tmp_path).iterdir()) < 10_000_000


@pytest.mark.parametrize("text", ["Grüße, Ελλάδα, 東京 🚀", "tab\tand\nnewline", "  two  spaces ", "1234"])
def test_the_builtin_tokenizer_gives_back_any_text(text: str, tmp_path: Path) -> None:
    tokenizer = load_tokenizer(builtin_folder(tmp_path))
    ids = tokenizer(text)["input_ids"]
    assert tokenizer.decode(ids, skip_special_tokens=True) == text
    assert max(ids) < 512


def test_a_local_folder_is_found_absolute_and_relative_to_the_sweep_file(
    copied: Path, tmp_path: Path
) -> None:
    assert resolve_model(str(copied), data_dir=tmp_path).path == copied
    relative = resolve_model("model", data_dir=tmp_path, base_dir=tmp_path, allow_hub=False)
    assert relative.path == copied
    assert relative.name == "model"


def with_tokenizer(folder: Path, tmp_path: Path) -> Path:
    for name in ("tokenizer.json", "tokenizer_config.json"):
        shutil.copy(builtin_folder(tmp_path) / name, folder)
    return folder


def test_sharded_weights_tied_heads_conv1d_and_bare_models_are_understood(tmp_path: Path) -> None:
    LlamaForCausalLM(TINY).save_pretrained(tmp_path / "sharded", max_shard_size="5KB")
    assert len(list((tmp_path / "sharded").glob("*.safetensors"))) > 1
    GPT2LMHeadModel(GPT2Config(vocab_size=64, n_embd=16, n_layer=1, n_head=2)).save_pretrained(
        tmp_path / "gpt2"
    )
    tied = LlamaConfig.from_dict(TINY.to_dict() | {"tie_word_embeddings": True})
    LlamaForCausalLM(tied).model.save_pretrained(tmp_path / "bare")
    facts = {
        name: resolve_model(str(with_tokenizer(tmp_path / name, tmp_path)), data_dir=tmp_path)
        for name in ("sharded", "gpt2", "bare")
    }
    assert len(facts["sharded"].linear_modules) == 14
    attention = next(m for m in facts["gpt2"].linear_modules if m.short_name == "c_attn")
    assert (attention.in_features, attention.out_features) == (16, 48)
    assert facts["bare"].layers == 2


def test_a_reference_that_means_nothing_is_refused(tmp_path: Path) -> None:
    assert builtin_models()[0] in refusal("", tmp_path)
    assert "Built-in models: builtin/tiny-llama" in refusal("builtin/huge", tmp_path)
    assert refusal("/no/such/folder", tmp_path) == "There is no folder /no/such/folder."
    assert refusal("./nothing", tmp_path) == "There is no folder nothing."
    assert "switched off" in refusal("someone/some-model", tmp_path)
    file = tmp_path / "a.txt"
    file.write_text("x")
    assert "is a file" in refusal(file, tmp_path)


def cut_file(name: str) -> Callable[[Path], None]:
    def cut(folder: Path) -> None:
        raw = (folder / name).read_bytes()
        (folder / name).write_bytes(raw[: len(raw) // 2])

    return cut


def remove(name: str) -> Callable[[Path], None]:
    return lambda folder: (folder / name).unlink()


def write(name: str, text: str) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        (folder / name).write_text(text)

    return change


def configure(**changes: object) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        config = json.loads((folder / "config.json").read_text()) | changes
        (folder / "config.json").write_text(json.dumps(config))

    return change


def only_pickle(folder: Path) -> None:
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")


def missing_shard(folder: Path) -> None:
    (folder / "model.safetensors").unlink()
    index = {"weight_map": {"a": "model-00001-of-00002.safetensors", "b": "model-00002-of-00002.safetensors"}}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index))


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        (remove("config.json"), "has no config.json"),
        (cut_file("config.json"), "config.json is not valid JSON"),
        (write("config.json", "[]"), "model_type is missing"),
        (configure(model_type="unheard-of"), "a kind that is not known here: model_type unheard-of"),
        (configure(model_type="mine", auto_map={"AutoConfig": "mine.Config"}), "never runs a model's code"),
        (configure(num_attention_heads=0), "cannot be used as a causal language model"),
        (configure(num_hidden_layers=5), "lacks weights that its config.json asks for: model.layers.3."),
        (configure(intermediate_size=300), "is 256 by 128 and should be 300 by 128"),
        (remove("model.safetensors"), "has no weights: there is no model.safetensors"),
        (only_pickle, "reads safetensors only"),
        (missing_shard, "lacks 2 of its 2 weight files, first model-00001-of-00002.safetensors"),
        (cut_file("model.safetensors"), "is cut off: it has 1,150,252 bytes and should have 2,300,504"),
        (write("model.safetensors", "short"), "is not a whole safetensors file"),
        (write("model.safetensors", "\x10\0\0\0\0\0\0\0not json at all!"), "has a broken header"),
        (remove("tokenizer.json"), "has no tokenizer: tokenizer.json is missing"),
    ],
)
def test_a_broken_folder_is_refused_in_one_sentence(
    damage: Callable[[Path], None], sentence: str, copied: Path, tmp_path: Path
) -> None:
    damage(copied)
    message = refusal(copied, tmp_path)
    assert sentence in message
    assert str(copied) in message


def test_folders_of_other_kinds_are_named_for_what_they_are(tmp_path: Path) -> None:
    adapter, diffusion = tmp_path / "adapter", tmp_path / "diffusion"
    for folder, file in ((adapter, "adapter_config.json"), (diffusion, "model_index.json")):
        folder.mkdir()
        (folder / file).write_text("{}")
    assert "is an adapter, not a base model" in refusal(adapter, tmp_path)
    assert "is a diffusion model" in refusal(diffusion, tmp_path)
    t5 = T5Config(vocab_size=64, d_model=16, d_ff=16, num_layers=1, num_heads=2)
    T5ForConditionalGeneration(t5).save_pretrained(tmp_path / "t5")
    folder = with_tokenizer(tmp_path / "t5", tmp_path)
    assert "cannot be used as a causal language model (model_type t5)" in refusal(folder, tmp_path)


def test_a_broken_tokenizer_is_refused(copied: Path) -> None:
    cut_file("tokenizer.json")(copied)
    with pytest.raises(UserError, match="cannot be loaded") as caught:
        load_tokenizer(copied)
    assert caught.value.field == "model"
