from pathlib import Path

import torch
from peft import PeftModel
from transformers import AutoModelForCausalLM

from alto_agent.contracts.generated.messages import AdapterConfig, RunDataRef, StartExecutor, StartRun
from alto_agent.executors.backbone_source import BackboneSource
from alto_agent.executors.finish_run import finish_run
from alto_agent.executors.run_in_slot import RunInSlot
from alto_agent.tuning.executor.executor import TrainingExecutor
from alto_agent.tuning.executor.spec import Row

ORDER = StartExecutor(
    executor_id="x", devices=[0], model="builtin/tiny-llama", dtype="float32", slots=1, max_length=64
)
RUN = StartRun(
    run_id="r",
    attempt=1,
    epoch=1,
    token="attempt_t",
    sweep_id="s",
    executor_id="x",
    config=AdapterConfig(
        learning_rate=5e-3,
        rank=4,
        alpha=8,
        dropout=0,
        weight_decay=0,
        batch_size=4,
        target_modules="all-linear",
        lr_scheduler="constant",
        warmup_ratio=0,
        seed=0,
    ),
    data=RunDataRef(dataset="builtin/arithmetic", max_length=64, training="sft-completion"),
    epochs=None,
    max_steps=6,
    evaluations=1,
    restore=None,
)


def test_a_finished_run_leaves_an_adapter_that_peft_loads_and_its_texts(
    tmp_path: Path,
) -> None:
    source = BackboneSource(ORDER, tmp_path, "cpu")
    run = RunInSlot(RUN, source.data(RUN.data))
    with source.open_executor() as executor:
        assert isinstance(executor, TrainingExecutor)
        executor.join(run.spec, run.run_data)
        for _ in range(6):
            report = executor.step()
            run.stepped(report.runs["r"], report.seconds)
        before = executor.evaluate(["r"])["r"].val_loss
        parked = executor.park("r", tmp_path / "parked")
        executor.join(run.spec, run.run_data, restore=parked.directory)
        events = list(finish_run(executor, run, source, tmp_path / "artifacts"))
        after = executor.evaluate(["r"])["r"].val_loss
    assert before == after
    folder = tmp_path / "artifacts" / run.adapter_folder
    card = (folder / "README.md").read_text()
    assert f"| Best validation loss | {before:.6g} over the first 32 of 240 held-out rows |" in card
    base = AutoModelForCausalLM.from_pretrained(source.folder.path, dtype=torch.float32)
    tuned = PeftModel.from_pretrained(base, str(folder))
    assert len(events) == 3
    for event in events:
        assert event.kind == "output-sample"
        rows = [tuple(row.input_ids) for row in run.data.data.validation if isinstance(row, Row)]
        prompt = next(
            list(ids)[:length]
            for ids in rows
            for length in range(1, len(ids))
            if source.tokenizer.decode(ids[:length], skip_special_tokens=True).strip() == event.prompt
            and source.tokenizer.decode(ids[length:], skip_special_tokens=True).strip() == event.expected
        )
        ids = torch.tensor([prompt])
        output = tuned.generate(input_ids=ids, do_sample=False, max_new_tokens=48)
        text = source.tokenizer.decode(output[0, ids.shape[1] :], skip_special_tokens=True).strip()
        assert text.startswith(event.output)
