"""The README of an exported adapter."""

from __future__ import annotations

from alto_agent.tuning.executor.spec import AdapterSpec


def model_card(
    run_id: str,
    spec: AdapterSpec,
    base_model: str,
    dataset: str | None,
    best_val_loss: float | None,
    *,
    evaluated: tuple[int, int] | None = None,
) -> str:
    """Markdown with the front matter that model hubs read.

    `evaluated` says over how many of how many held-out rows the loss is, where that is known.
    """
    targets = spec.target_modules if isinstance(spec.target_modules, str) else ", ".join(spec.target_modules)
    loss = "not evaluated" if best_val_loss is None else f"{best_val_loss:.6g}"
    if best_val_loss is not None and evaluated is not None:
        loss += f" over the first {evaluated[0]} of {evaluated[1]} held-out rows"
    rows = {
        "Learning rate": f"{spec.learning_rate:g}",
        "Schedule": f"{spec.lr_scheduler}, warm-up {spec.warmup_ratio:g}",
        "Rank": str(spec.rank),
        "Alpha": f"{spec.alpha:g}",
        "Dropout": f"{spec.dropout:g}",
        "Weight decay": f"{spec.weight_decay:g}",
        "Batch size": str(spec.batch_size),
        "Steps": str(spec.total_steps),
        "Target modules": targets,
        "Objective": spec.objective,
        "Seed": str(spec.seed),
        "Best validation loss": loss,
    }
    front = f"base_model: {base_model}\nlibrary_name: peft\n"
    trained_on = ""
    if dataset is not None:
        front += f"datasets:\n- {dataset}\n"
        trained_on = f" on `{dataset}`"
    table = "\n".join(f"| {name} | {value} |" for name, value in rows.items())
    return (
        f"---\n{front}tags:\n- lora\n---\n\n"
        f"# LoRA adapter of run {run_id}\n\n"
        f"Trained with Alto{trained_on} over `{base_model}`. "
        "The weights are those of its lowest validation loss.\n\n"
        f"| | |\n|---|---|\n{table}\n\n"
        "```python\nfrom peft import PeftModel\n\n"
        'model = PeftModel.from_pretrained(base_model, "this-folder")\n```\n'
    )
