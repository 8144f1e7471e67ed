"""Pipelines of the real architectures with a few random weights, in diffusers' format."""

import importlib
import json
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Whitespace
from transformers import (
    CLIPTextConfig,
    CLIPTextModelWithProjection,
    PreTrainedTokenizerFast,
    T5Config,
    T5EncoderModel,
    UMT5Config,
    UMT5EncoderModel,
)

# As a module of unknown type: its classes are exported lazily.
DIFFUSERS: Any = importlib.import_module("diffusers")
WORDS = ["<pad>", "</s>", "<s>", "<unk>", "a", "red", "blue", "circle", "square", "moving", "left", "right"]


def tokenizer(length: int) -> PreTrainedTokenizerFast:
    model = Tokenizer(WordLevel({word: number for number, word in enumerate(WORDS)}, unk_token="<unk>"))
    model.pre_tokenizer = Whitespace()
    return PreTrainedTokenizerFast(
        tokenizer_object=model,
        pad_token="<pad>",
        eos_token="</s>",
        bos_token="<s>",
        unk_token="<unk>",
        model_max_length=length,
    )


def clip() -> CLIPTextModelWithProjection:
    config = CLIPTextConfig(
        vocab_size=len(WORDS),
        hidden_size=16,
        intermediate_size=32,
        num_hidden_layers=1,
        num_attention_heads=2,
        max_position_embeddings=8,
        projection_dim=16,
        pad_token_id=0,
        bos_token_id=2,
        eos_token_id=1,
    )
    return CLIPTextModelWithProjection(config)


def sd3(folder: Path) -> Path:
    """48 heads are 4 here; images of 16 to 128 pixels."""
    torch.manual_seed(0)
    pipe = DIFFUSERS.StableDiffusion3Pipeline(
        transformer=DIFFUSERS.SD3Transformer2DModel(
            sample_size=16,
            patch_size=2,
            in_channels=4,
            num_layers=2,
            attention_head_dim=8,
            num_attention_heads=4,
            joint_attention_dim=32,
            caption_projection_dim=32,
            pooled_projection_dim=32,
            out_channels=4,
            pos_embed_max_size=16,
            dual_attention_layers=(0,),
            qk_norm="rms_norm",
        ),
        scheduler=DIFFUSERS.FlowMatchEulerDiscreteScheduler(shift=3.0),
        vae=DIFFUSERS.AutoencoderKL(
            block_out_channels=(8, 8, 8, 8),
            down_block_types=("DownEncoderBlock2D",) * 4,
            up_block_types=("UpDecoderBlock2D",) * 4,
            latent_channels=4,
            norm_num_groups=4,
            layers_per_block=1,
            shift_factor=0.06,
            use_quant_conv=False,
            use_post_quant_conv=False,
        ),
        text_encoder=clip(),
        tokenizer=tokenizer(8),
        text_encoder_2=clip(),
        tokenizer_2=tokenizer(8),
        text_encoder_3=T5EncoderModel(
            T5Config(vocab_size=len(WORDS), d_model=32, d_kv=8, d_ff=32, num_layers=1, num_heads=2)
        ),
        tokenizer_3=tokenizer(8),
    )
    pipe.save_pretrained(folder)
    return folder


def wan(folder: Path) -> Path:
    """12 heads are 4 here; clips of 1 + 4k frames."""
    torch.manual_seed(0)
    pipe = DIFFUSERS.WanPipeline(
        tokenizer=tokenizer(512),
        text_encoder=UMT5EncoderModel(
            UMT5Config(vocab_size=len(WORDS), d_model=16, d_kv=8, d_ff=16, num_layers=1, num_heads=2)
        ),
        vae=DIFFUSERS.AutoencoderKLWan(base_dim=4, z_dim=16, dim_mult=[1, 1, 1, 1], num_res_blocks=1),
        scheduler=DIFFUSERS.FlowMatchEulerDiscreteScheduler(shift=5.0),
        transformer=DIFFUSERS.WanTransformer3DModel(
            num_attention_heads=4,
            attention_head_dim=12,
            in_channels=16,
            out_channels=16,
            text_dim=16,
            freq_dim=16,
            ffn_dim=32,
            num_layers=2,
            rope_max_seq_len=32,
        ),
    )
    pipe.save_pretrained(folder)
    return folder


def class_of(folder: Path) -> str:
    return str(json.loads((folder / "model_index.json").read_text())["_class_name"])
