"""The base model over the ranks of a device mesh."""

from __future__ import annotations

from typing import Any

from torch.distributed.device_mesh import DeviceMesh
from torch.distributed.fsdp import fully_shard
from transformers import PreTrainedModel


def shard_backbone(model: PreTrainedModel, mesh: DeviceMesh) -> None:
    """Shards the layers; embeddings and output layer stay whole on each rank.

    Raises ValueError where the weights cannot be cut.
    """
    if getattr(model, "is_quantized", False):
        raise ValueError(
            f"{type(model).__name__} has quantised weights, which cannot be sharded over several GPUs; "
            "train it with one GPU an executor, or use the model without quantisation"
        )
    model.requires_grad_(False)
    base: Any = getattr(model, model.base_model_prefix)
    # The output layer is used in as many chunks as a rank has tokens, so it cannot be gathered in step;
    # the embeddings may be the same tensor.
    whole = set(base.get_input_embeddings().parameters())
    for layer in base.layers:
        fully_shard(layer, mesh=mesh)
    fully_shard(base, mesh=mesh, ignored_params=whole)
