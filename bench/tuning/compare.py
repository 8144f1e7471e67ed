"""Training many adapters: PEFT one after another, PEFT in parallel processes, Alto's executor, and the bound.

All four train or run the same configurations on the same samples, interleaved in rounds; each contender's
figure is its least disturbed round. The bound is the frozen backbone's forward and backward on the same
tokens without any LoRA: from the token embeddings (which require a gradient, so that the backward goes
through every layer) to the mean loss over all trained tokens. It is measured twice, as transformers computes
it on a batch and as the executor's own flat pass computes it, and the faster one counts.

    python bench/tuning/compare.py                         # the built-in model, sequences of 64
    python bench/tuning/compare.py --sequences 32 64 --batches 1 --targets q_proj v_proj
    python bench/tuning/compare.py --hidden 256 --layers 4 # a random model of this shape
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import torch
import transformers
from peft import LoraConfig, get_peft_model, set_peft_model_state_dict
from transformers import AutoModelForCausalLM, LlamaConfig, LlamaForCausalLM

from alto_agent.tuning.executor.active_pass import running
from alto_agent.tuning.executor.data_order import DataOrder
from alto_agent.tuning.executor.executor import TrainingExecutor
from alto_agent.tuning.executor.packed_pass import pack, whole_batch
from alto_agent.tuning.executor.spec import AdapterSpec, Row, RunData

BUILT_IN = Path(__file__).parents[2] / "agent/src/alto_agent/tuning/models/builtin/tiny-llama"
SHAPES = {
    "llama-3.2-1b": (2048, 8192, 16, 32, 8, 128256),
    "llama-3.1-8b": (4096, 14336, 32, 32, 8, 128256),
}


def main() -> None:
    """Prints a table for people, and as its last line one JSON object."""
    arguments = _arguments()
    if arguments.worker:
        _parallel_worker(arguments)
        return
    transformers.logging.set_verbosity_error()
    transformers.utils.logging.disable_progress_bar()
    cases = [
        _measure(arguments, batch, sequence)
        for sequence in arguments.sequences
        for batch in arguments.batches
    ]
    result: dict[str, Any] = {
        "device": _device_words(arguments),
        "model": _model_words(arguments),
        "adapters": arguments.adapters,
        "targets": arguments.targets,
        "steps": arguments.steps,
        "rounds": arguments.rounds,
        "command": "npm run bench:tuning -- " + " ".join(sys.argv[1:]),
        "cases": cases,
    }
    if arguments.out is not None:
        arguments.out.parent.mkdir(parents=True, exist_ok=True)
        arguments.out.write_text(json.dumps(result, indent=2) + "\n")
    print(json.dumps(result))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--adapters", type=int, default=16)
    parser.add_argument("--batches", type=int, nargs="+", default=[1, 2, 4])
    parser.add_argument("--sequences", type=int, nargs="+", default=[64])
    parser.add_argument("--ranks", type=int, nargs="+", default=[4, 8, 16])
    parser.add_argument("--targets", nargs="+", default=["all-linear"])
    parser.add_argument("--steps", type=int, default=6, help="steps a round")
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument(
        "--hidden", type=int, help="a random Llama of this width instead of the built-in model"
    )
    parser.add_argument("--layers", type=int, default=4)
    parser.add_argument("--shape", choices=sorted(SHAPES), help="a random model of a known shape")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--no-parallel", action="store_true", help="leave out PEFT in parallel processes")
    parser.add_argument("--out", type=Path, help="also write the JSON object here")
    parser.add_argument("--worker", help=argparse.SUPPRESS)
    return parser.parse_args()


def _model(arguments: argparse.Namespace) -> Any:
    torch.manual_seed(0)
    if arguments.shape is None and arguments.hidden is None:
        model = AutoModelForCausalLM.from_pretrained(BUILT_IN)
    else:
        shape = SHAPES.get(arguments.shape or "")
        width = arguments.hidden
        hidden, inner, layers, heads, key_heads, vocabulary = shape or (
            width, width * 11 // 4, arguments.layers, width // 32, width // 64, 512,
        )  # fmt: skip
        config = LlamaConfig(
            hidden_size=hidden,
            intermediate_size=inner,
            num_hidden_layers=layers,
            num_attention_heads=heads,
            num_key_value_heads=key_heads,
            vocab_size=vocabulary,
            max_position_embeddings=2048,
        )
        dtype = torch.bfloat16 if arguments.device == "cuda" else torch.float32
        with torch.device(arguments.device):
            torch.set_default_dtype(dtype)
            model = LlamaForCausalLM(config)
            torch.set_default_dtype(torch.float32)
    return model.to(arguments.device)


def _runs(arguments: argparse.Namespace, batch: int, sequence: int, vocabulary: int) -> list[Any]:
    rng = random.Random(7)
    targets: Any = arguments.targets[0] if arguments.targets == ["all-linear"] else tuple(arguments.targets)

    def row() -> Row:
        ids = tuple(rng.randrange(vocabulary) for _ in range(sequence))
        return Row(ids, ids)

    return [
        (
            AdapterSpec(
                run_id=str(number),
                rank=arguments.ranks[number % len(arguments.ranks)],
                alpha=16,
                learning_rate=[1e-4, 3e-4, 1e-3][number % 3],
                batch_size=batch,
                target_modules=targets,
                total_steps=100_000,
                seed=number,
            ),
            RunData([row() for _ in range(32)]),
        )
        for number in range(arguments.adapters)
    ]


class _Peft:
    """One run as a person trains it: PEFT, the model's own loss, torch's AdamW, clipping."""

    def __init__(self, arguments: argparse.Namespace, spec: AdapterSpec, data: RunData) -> None:
        self.spec, self.rows, self.number = spec, list(data.train), 0
        targets = spec.target_modules if isinstance(spec.target_modules, str) else list(spec.target_modules)
        config: Any = LoraConfig(
            r=spec.rank,
            lora_alpha=spec.alpha,
            target_modules=targets,
            task_type="CAUSAL_LM",  # pyright: ignore
        )
        self.model: Any = get_peft_model(_model(arguments), config)
        self.model.train()
        self.device = arguments.device
        self.parameters = [p for p in self.model.parameters() if p.requires_grad]
        self.optimizer = torch.optim.AdamW(
            self.parameters, lr=spec.learning_rate, weight_decay=spec.weight_decay
        )
        self.order = DataOrder(spec.seed, len(self.rows))
        self.losses: list[float] = []

    def start_from(self, weights: dict[str, torch.Tensor]) -> None:
        set_peft_model_state_dict(self.model, {f"base_model.model.{k}": v for k, v in weights.items()})

    def step(self) -> None:
        size = self.spec.batch_size
        batch = [self.rows[one] for one in self.order.batch(self.number * size, size)]
        ids = torch.tensor([row.input_ids for row in batch], device=self.device)
        loss = self.model(input_ids=ids, labels=ids).loss
        self.optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.parameters, 1.0)
        self.optimizer.step()
        self.losses.append(loss.item())
        self.number += 1


def _measure(arguments: argparse.Namespace, batch: int, sequence: int) -> dict[str, Any]:
    torch.set_num_threads(arguments.threads)
    stock = _model(arguments)
    stock.requires_grad_(False).eval()
    runs = _runs(arguments, batch, sequence, stock.config.vocab_size)
    alone = [_Peft(arguments, *run) for run in runs]
    memory = _PeakMemory(arguments.device)
    executor = TrainingExecutor(_model(arguments), device=arguments.device)
    for spec, data in runs:
        executor.join(spec, data)
    for one in alone:
        one.start_from(executor.adapter(one.spec.run_id))
    ids = torch.tensor([row.input_ids for _, data in runs for row in list(data.train)[:batch]])  # pyright: ignore
    ids = ids.to(arguments.device)
    losses: dict[str, list[float]] = {one.spec.run_id: [] for one in alone}

    def sequential() -> None:
        for one in alone:
            for _ in range(arguments.steps):
                one.step()

    def together() -> None:
        for _ in range(arguments.steps):
            for run_id, taken in executor.step().runs.items():
                losses[run_id].append(taken.train_loss)

    def stock_bound() -> None:
        for _ in range(arguments.steps):
            embedded = stock.get_input_embeddings()(ids).requires_grad_()
            stock(inputs_embeds=embedded, labels=ids).loss.backward()

    def flat_bound() -> None:
        for _ in range(arguments.steps):
            _flat_pass(executor)

    contenders: dict[str, Callable[[], None]] = {
        "sequential": sequential, "executor": together, "stock": stock_bound, "flat": flat_bound,
    }  # fmt: skip
    best = dict.fromkeys(contenders, float("inf"))
    memory.start()
    together()
    peak = memory.stop()
    sequential()
    for _ in range(arguments.rounds):
        for name, contender in contenders.items():
            best[name] = min(best[name], _seconds(contender, arguments.device))
    executor.close()
    samples = arguments.adapters * batch * arguments.steps
    rates = {name: samples / seconds for name, seconds in best.items()}
    parallel = None if arguments.no_parallel else _parallel(arguments, batch, sequence, samples)
    bound = max(rates["stock"], rates["flat"])
    difference = max(
        abs(a - b) / abs(a) for one in alone for a, b in zip(one.losses, losses[one.spec.run_id], strict=True)
    )
    case: dict[str, Any] = {
        "batch": batch,
        "sequence": sequence,
        "ranks": arguments.ranks,
        "peftSequential": {"samplesPerSecond": round(rates["sequential"], 1)},
        "peftParallel": {"samplesPerSecond": None if parallel is None else round(parallel, 1)},
        "executor": {"samplesPerSecond": round(rates["executor"], 1), "peakBytes": peak},
        "backboneBound": {
            "samplesPerSecond": round(bound, 1),
            "transformers": round(rates["stock"], 1),
            "flatPass": round(rates["flat"], 1),
        },
        "ratioToSequential": round(rates["executor"] / rates["sequential"], 3),
        "ratioToBound": round(rates["executor"] / bound, 3),
        "maxLossDifference": difference,
    }
    print(
        f"batch {batch}, sequence {sequence}: PEFT {rates['sequential']:.1f}, parallel "
        f"{'-' if parallel is None else f'{parallel:.1f}'}, executor {rates['executor']:.1f}, "
        f"bound {bound:.1f} "
        f"samples/s; {case['ratioToSequential']} x PEFT, {case['ratioToBound']:.0%} of the bound; "
        f"largest loss difference {difference:.1e}",
        flush=True,
    )
    return case


def _flat_pass(executor: TrainingExecutor) -> None:
    backbone = executor.backbone
    pieces = [whole_batch(run, run.reader.batch(0)) for run in executor._runs.values()]
    packed = pack(pieces, backbone.device, with_adapters=False)
    with running(packed):
        hidden = backbone.run(packed, gradient_to_embeddings=True)
        _, gradient = backbone.head.losses(hidden, packed, with_gradient=True)
        torch.autograd.backward(hidden, gradient)


def _seconds(action: Callable[[], None], device: str) -> float:
    if device == "cuda":
        torch.cuda.synchronize()
    start = time.perf_counter()
    action()
    if device == "cuda":
        torch.cuda.synchronize()
    return time.perf_counter() - start


def _parallel(arguments: argparse.Namespace, batch: int, sequence: int, samples: int) -> float:
    """As many processes as threads, each with its share of the runs and one thread; samples/s of all."""
    count = max(1, min(arguments.threads, arguments.adapters))
    workers: list[subprocess.Popen[str]] = []
    for place in range(count):
        command = [sys.executable, __file__, *sys.argv[1:], "--worker", f"{place},{count},{batch},{sequence}"]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
        environment = os.environ | {"OMP_NUM_THREADS": str(max(1, arguments.threads // count))}
        workers.append(subprocess.Popen(command, text=True, env=environment, **pipes))
    for worker in workers:
        assert worker.stdout is not None
        worker.stdout.readline()
    best = float("inf")
    for _ in range(arguments.rounds):
        start = time.perf_counter()
        for worker in workers:
            assert worker.stdin is not None
            worker.stdin.write("go\n")
            worker.stdin.flush()
        for worker in workers:
            assert worker.stdout is not None
            worker.stdout.readline()
        best = min(best, time.perf_counter() - start)
    for worker in workers:
        worker.communicate("stop\n")
    return samples / best


def _parallel_worker(arguments: argparse.Namespace) -> None:
    transformers.utils.logging.disable_progress_bar()
    place, count, batch, sequence = (int(part) for part in arguments.worker.split(","))
    torch.set_num_threads(int(os.environ["OMP_NUM_THREADS"]))
    vocabulary = _model(arguments).config.vocab_size
    own = [_Peft(arguments, *run) for run in _runs(arguments, batch, sequence, vocabulary)[place::count]]
    for one in own:
        one.step()
    print("ready", flush=True)
    for line in sys.stdin:
        if line.strip() == "stop":
            return
        for one in own:
            for _ in range(arguments.steps):
                one.step()
        print("done", flush=True)


class _PeakMemory:
    """Peak device memory, or on the CPU the growth of the process since this object was made."""

    def __init__(self, device: str) -> None:
        self._cuda = device == "cuda"
        self._process = psutil.Process()
        self._before = self._process.memory_info().rss
        self._running = False
        self._peak = 0

    def start(self) -> None:
        if self._cuda:
            torch.cuda.reset_peak_memory_stats()
            return
        self._running = True
        self._thread = threading.Thread(target=self._watch)
        self._thread.start()

    def _watch(self) -> None:
        while self._running:
            self._peak = max(self._peak, self._process.memory_info().rss - self._before)
            time.sleep(0.005)

    def stop(self) -> int:
        if self._cuda:
            return torch.cuda.max_memory_allocated()
        self._running = False
        self._thread.join()
        return self._peak


def _device_words(arguments: argparse.Namespace) -> str:
    if arguments.device == "cuda":
        return torch.cuda.get_device_name()
    memory = psutil.virtual_memory().total / 2**30
    return (
        f"{platform.machine()} CPU, {arguments.threads} threads of {os.cpu_count()} cores, {memory:.0f} GiB"
    )


def _model_words(arguments: argparse.Namespace) -> str:
    if arguments.shape is not None:
        return f"{arguments.shape} shape, random weights"
    if arguments.hidden is not None:
        return f"random Llama, {arguments.layers} layers, hidden {arguments.hidden}"
    return "builtin/tiny-llama"


if __name__ == "__main__":
    main()
