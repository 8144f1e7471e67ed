"""The shared backbone: what it takes, what it refuses, and its cheaper ways of computing the same."""

from typing import Any

import pytest
import torch
from torch import nn
from torch.utils._python_dispatch import TorchDispatchMode
from transformers import GPT2Config, GPT2LMHeadModel

from alto_agent.tuning.executor.executor import TrainingExecutor
from alto_agent.tuning.executor.spec import Row, RunData

from .tiny_models import VOCABULARY, random_data, random_pairs, spec, tiny_model


def losses(model: Any, steps: int = 4, **options: Any) -> list[float]:
    """Training losses of a small mix, run after run."""
    found: list[float] = []
    logits_bytes = options.pop("logits_bytes", None)
    with TrainingExecutor(model, **options) as executor:
        if logits_bytes:
            executor.backbone.head.chunk_bytes = logits_bytes
        executor.join(spec("a", dropout=0.2), random_data(1))
        executor.join(spec("b", rank=8, batch_size=4), random_data(2))
        executor.join(spec("c", objective="dpo"), random_pairs(3))
        for _ in range(steps):
            found += [taken.train_loss for taken in executor.step().runs.values()]
        found += [report.val_loss for report in executor.evaluate().values()]
    return found


def test_x15_gradient_checkpointing_changes_no_bit() -> None:
    """[X15]"""
    assert losses(tiny_model(), gradient_checkpointing=True) == losses(tiny_model())


def test_x15_logits_in_chunks_give_the_same() -> None:
    """[X15] with room for 16 positions of logits at a time."""
    assert losses(tiny_model(), logits_bytes=1) == pytest.approx(losses(tiny_model()), rel=1e-6)


class _Tallest(TorchDispatchMode):
    """The most rows that any result with a column for each entry of the vocabulary had."""

    rows, results = 0, 0

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        result = func(*args, **(kwargs or {}))
        if isinstance(result, torch.Tensor) and result.dim() == 2 and result.shape[1] == VOCABULARY:
            self.rows, self.results = max(self.rows, result.shape[0]), self.results + 1
        return result


def test_x15_a_large_vocabulary_is_never_materialised() -> None:
    """[X15] no tensor of logits has more positions than the chunk has room for."""
    with TrainingExecutor(tiny_model()) as executor:
        executor.backbone.head.chunk_bytes = 32 * VOCABULARY * 4
        executor.join(spec("a", batch_size=8), random_data(1, shortest=20))
        with _Tallest() as tallest:
            executor.step()
    assert tallest.results > 2
    assert tallest.rows == 32


def test_x1_a_macro_step_larger_than_a_pass_is_the_same_in_several() -> None:
    """[X1]"""
    with TrainingExecutor(tiny_model(), max_tokens_per_pass=40) as executor:
        executor.join(spec("a", batch_size=4, dropout=0.2), random_data(1))
        reports = [executor.step() for _ in range(4)]
    assert min(report.passes for report in reports) > 1
    with TrainingExecutor(tiny_model()) as executor:
        executor.join(spec("a", batch_size=4, dropout=0.2), random_data(1))
        expected = [executor.step().runs["a"].train_loss for _ in range(4)]
    assert [report.runs["a"].train_loss for report in reports] == pytest.approx(expected, rel=1e-5)


def test_x1_each_run_takes_one_own_step_whatever_its_batch_size() -> None:
    """[X1] and a finished run takes no more."""
    with TrainingExecutor(tiny_model()) as executor:
        executor.join(spec("a", batch_size=1, total_steps=2), random_data(1))
        executor.join(spec("b", batch_size=4), random_data(2))
        reports = [executor.step() for _ in range(3)]
    assert [report.runs["a"].samples for report in reports[:2]] == [1, 2]
    assert [report.runs["a"].finished for report in reports[:2]] == [False, True]
    assert [report.runs["b"].samples for report in reports] == [4, 8, 12]
    assert set(reports[2].runs) == {"b"}


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
def test_x10_half_precision_backbones_learn(dtype: torch.dtype) -> None:
    """[X10] adapters stay fp32; the loss falls; in fp16 each run scales its own loss."""
    row = Row((1, 5, 9, 13, 17, 21, 25), (-100, 5, 9, 13, 17, 21, 25))
    with TrainingExecutor(tiny_model(), dtype=dtype) as executor:
        executor.join(spec("a", rank=8, learning_rate=1e-2), RunData([row, row]))
        found = [executor.step().runs["a"] for _ in range(30)]
        assert next(iter(executor.adapter("a").values())).dtype == torch.float32
    assert found[-1].train_loss < 0.5 * found[0].train_loss
    assert found[-1].step == 30 - sum(step.skipped for step in found)


class _Quantised(nn.Module):
    """A layer in int8 with a scale a row, as quantisers store it: linear-like, but no nn.Linear."""

    def __init__(self, linear: nn.Linear) -> None:
        super().__init__()
        self.in_features, self.out_features = linear.in_features, linear.out_features
        scale = linear.weight.detach().abs().amax(1, keepdim=True) / 127
        self.weight = nn.Parameter((linear.weight / scale).round().to(torch.int8), requires_grad=False)
        self.scale = nn.Buffer(scale)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x @ (self.weight * self.scale).t()


def test_x16_layers_of_another_kind_keep_their_own_forward() -> None:
    """[X16] quantised weights: the same losses as with the values that they stand for."""
    quantised, plain = tiny_model(), tiny_model()
    for (name, module), other in zip(list(quantised.named_modules()), list(plain.modules()), strict=True):
        if isinstance(module, nn.Linear) and name != "lm_head":
            replaced = _Quantised(module)
            parent, last = name.rsplit(".", 1)
            setattr(quantised.get_submodule(parent), last, replaced)
            other.weight.data = replaced.weight * replaced.scale  # pyright: ignore
    assert losses(quantised) == pytest.approx(losses(plain), rel=1e-5)


def test_x17_a_target_that_matches_nothing_is_refused_with_what_there_is() -> None:
    """[X17]"""
    with TrainingExecutor(tiny_model()) as executor:
        with pytest.raises(
            ValueError, match=r"run a: target_modules: 'c_attn' matches no linear layer of Llama.*q_proj"
        ):
            executor.join(spec("a", target_modules=("q_proj", "c_attn")), random_data(1))
        with pytest.raises(ValueError, match=r"'lm_head' is the output layer of Llama.*takes none.*q_proj"):
            executor.join(spec("a", target_modules=("lm_head",)), random_data(1))
        with pytest.raises(ValueError, match=r"run a: rank 17 .*k_proj .*16 by 32; use at most 16"):
            executor.join(spec("a", rank=17), random_data(1))
        assert executor.run_ids == []
        with pytest.raises(ValueError, match="no training rows"):
            executor.join(spec("a"), RunData([]))
        executor.join(spec("a"), random_data(1))
        with pytest.raises(ValueError, match="already has a slot"):
            executor.join(spec("a"), random_data(1))
        with pytest.raises(KeyError, match="no slot"):
            executor.leave("b")


def test_x17_a_model_without_linear_layers_is_refused_and_left_as_it_was() -> None:
    """[X17] GPT-2 holds its weights in layers of its own, the other way round."""
    model = GPT2LMHeadModel(GPT2Config(vocab_size=64, n_positions=64, n_embd=32, n_layer=1, n_head=2)).eval()
    ids = torch.arange(12)[None]
    before = model(input_ids=ids).logits
    with pytest.raises(
        ValueError, match="GPT2LMHeadModel has no linear layer that an adapter can be added to"
    ):
        TrainingExecutor(model)
    assert torch.equal(model(input_ids=ids).logits, before)


def test_x17_a_model_whose_sequences_would_mix_is_refused_and_left_as_it_was() -> None:
    """[X17] one that looks at everything that lies before a token in the buffer."""
    model: Any = tiny_model()
    model.model.layers[0].register_forward_hook(lambda _module, _given, output: output + output.cumsum(1))
    ids = torch.arange(12)[None]
    before = model(input_ids=ids).logits
    with pytest.raises(
        ValueError, match="something else for several sequences in one buffer than for each alone"
    ):
        TrainingExecutor(model)
    assert torch.equal(model(input_ids=ids).logits, before)


@pytest.mark.parametrize(
    "changes", [{"rank": 0}, {"dropout": 1.0}, {"learning_rate": float("nan")}, {"seed": -1}]
)
def test_x17_a_spec_that_nobody_can_train_is_refused(changes: dict[str, Any]) -> None:
    """[X17]"""
    with pytest.raises(ValueError, match=f"run r: {next(iter(changes))} is"):
        spec("r", **changes)
