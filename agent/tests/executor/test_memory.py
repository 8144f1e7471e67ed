"""Memory is known before it is used."""

import torch

from alto_agent.tuning.executor.executor import TrainingExecutor

from .tiny_models import random_data, spec, tiny_model


def test_x13_the_model_has_terms_for_tokens_rank_and_state() -> None:
    """[X13] each term grows with what it is about."""
    with TrainingExecutor(tiny_model()) as executor:
        executor.probe()
        base = executor.predict_bytes(spec(rank=16), 100)
        assert executor.predict_bytes(spec(rank=16), 200).activations == 2 * base.activations
        wide = executor.predict_bytes(spec(rank=64), 100)
        assert wide.state == 4 * base.state
        assert wide.lora == 4 * base.lora
        few = executor.predict_bytes(spec(rank=16, target_modules=("q_proj",)), 100)
        assert few.state < base.state
        assert executor.predict_bytes(spec(rank=16, dropout=0.1), 100).lora > base.lora


def test_x13_what_a_pass_keeps_is_within_a_fifth_of_the_prediction() -> None:
    """[X13] counted at a length that was not probed."""
    with TrainingExecutor(tiny_model()) as executor:
        executor.probe()
        executor.join(spec("a", batch_size=8), random_data(1, shortest=60, longest=60))
        predicted = executor.predict_bytes(spec("b", batch_size=8), 480).pass_bytes
        kept: dict[int, int] = {}
        weights = {p.untyped_storage().data_ptr() for p in executor.backbone.model.parameters()}
        run = executor._runs["a"]  # pyright: ignore[reportPrivateUsage]
        own = {run.stack.parameters.untyped_storage().data_ptr()}

        def count(tensor: torch.Tensor) -> torch.Tensor:
            storage = tensor.untyped_storage()
            if storage.data_ptr() not in weights | own:
                kept[storage.data_ptr()] = storage.nbytes()
            return tensor

        with torch.autograd.graph.saved_tensors_hooks(count, lambda tensor: tensor):
            executor.step()
        assert 0.8 < predicted / sum(kept.values()) < 1.25


def test_x13_admission_says_no_with_numbers_before_anything_is_allocated() -> None:
    """[X13]"""
    with TrainingExecutor(tiny_model(), memory_limit_bytes=1 << 40) as executor:
        roomy = executor.admit(spec("a"), 64)
        assert roomy.fits
        assert "run a needs" in roomy.message
        fixed = executor.probe().total([], None)
        executor.memory_limit_bytes = int((fixed + 1.5 * roomy.requested_bytes) / 0.9)
        assert executor.admit(spec("a"), 64).fits
        executor.join(spec("a", batch_size=1), random_data(1, shortest=64, longest=64))
        refused = executor.admit(spec("b"), 64)
        assert not refused.fits
        assert refused.requested_bytes > refused.available_bytes
        assert "is all that is free beside 1 runs and a margin of 10%" in refused.message
