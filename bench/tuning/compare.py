"""Training many adapters: PEFT one after another, PEFT in parallel processes, Alto's executor, and the bound.

All four train or run the same configurations on the same samples, interleaved in rounds; figures and ratios
are medians over the rounds, and each contender has the number of threads that suits it best. Each takes one
step that is not counted before its turn, so that nobody pays for the caches that another has filled; what
takes milliseconds takes several times as many steps as PEFT's sixteen runs. All keep freed memory. The bound is
the frozen backbone's forward and backward on the same tokens without any LoRA: from the token embeddings
(which require a gradient, so that the backward goes through every layer) to the mean loss over all trained
tokens. It is measured in two ways with torch's own products, as transformers computes it on a batch and as
a flat pass computes it, and the faster one counts. A third figure, `ownProducts`, is the flat pass with the
products that the executor uses: what the LoRA paths and the optimizer cost on top of the very same backbone.

    python bench/tuning/compare.py                         # the built-in model, sequences of 64
    python bench/tuning/compare.py --sequences 32 64 --batches 1 --targets q_proj v_proj
    python bench/tuning/compare.py --hidden 256 --layers 4 # a random model of this shape
    python bench/tuning/compare.py --gpu                   # the shapes that matter on a GPU
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import torch
import transformers
from machine import PeakMemory, device_words
from peft import LoraConfig, get_peft_model, set_peft_model_state_dict
from slot_operations import measure_slots

from alto_agent.tuning.executor import frozen_product
from alto_agent.tuning.executor.active_pass import running
from alto_agent.tuning.executor.data_order import DataOrder
from alto_agent.tuning.executor.executor import TrainingExecutor
from alto_agent.tuning.executor.keep_freed_memory import keep_freed_memory
from alto_agent.tuning.executor.packed_pass import pack, whole_batch
from alto_agent.tuning.executor.spec import AdapterSpec, Row, RunData
from models import SHAPES, load_model, model_words

STANDARD = [(1, 32, None), (1, 64, None), (2, 64, None), (4, 64, None), (1, 64, ["q_proj", "v_proj"])]
"""Batch, sequence, targets (None: all linear layers) on the built-in model."""
_MORE_STEPS = 4
"""How many times as many steps a round what takes all adapters at once takes, compared to PEFT."""


def main() -> None:
    """Prints a table for people, and as its last line one JSON object."""
    arguments = _arguments()
    keep_freed_memory()
    if arguments.worker:
        _parallel_worker(arguments)
        return
    transformers.logging.set_verbosity_error()
    transformers.utils.logging.disable_progress_bar()
    result: dict[str, Any] = {
        "measuredAt": datetime.now(UTC).isoformat(timespec="seconds"),
        "command": " ".join(["npm run bench:tuning", *(["--", *sys.argv[1:]] if sys.argv[1:] else [])]),
        "device": device_words(arguments.device),
        "gpu": "not measured: no CUDA device here" if arguments.device == "cpu" else "measured",
    }
    if not (arguments.gpu and arguments.device == "cpu"):
        for done in _measured(arguments):
            # After each case, so that a run that is cut off leaves what it has.
            result |= done
            _write(arguments, result)
    _write(arguments, result)
    print(json.dumps(result))


def _write(arguments: argparse.Namespace, result: dict[str, Any]) -> None:
    if arguments.out is not None:
        arguments.out.parent.mkdir(parents=True, exist_ok=True)
        arguments.out.write_text(json.dumps(result, indent=2) + "\n")


def _measured(arguments: argparse.Namespace) -> Iterator[dict[str, Any]]:
    cases: list[dict[str, Any]] = []
    for batch, sequence, targets, shape in _plan(arguments):
        arguments.targets, arguments.shape = targets, shape
        cases.append(_measure(arguments, batch, sequence) | {"model": model_words(arguments)})
        yield {
            "adapters": arguments.adapters,
            "ranks": arguments.ranks,
            "steps": arguments.steps,
            "rounds": arguments.rounds,
            "loadAverage": round(os.getloadavg()[0], 1),
            "executorProducts": frozen_product.chosen_library(),
            "bound": "frozen backbone, forward and backward to the embeddings, same tokens, no LoRA, no "
            "optimizer; torch's products; the faster of transformers on a batch and a flat pass",
            "cases": cases,
        }


def _plan(arguments: argparse.Namespace) -> list[tuple[int, int, list[str] | None, str | None]]:
    """Batch, sequence, targets and shape of each case."""
    if arguments.gpu:
        arguments.adapters, arguments.ranks, arguments.no_parallel = 32, [16, 32, 64], True
        return [
            (batch, sequence, None, shape)
            for shape in SHAPES
            for sequence in (256, 1024)
            for batch in (1, 2, 4)
        ]
    if arguments.batches is None and arguments.sequences is None and arguments.targets is None:
        return [(*case, arguments.shape) for case in STANDARD]
    return [
        (batch, sequence, arguments.targets, arguments.shape)
        for sequence in arguments.sequences or [64]
        for batch in arguments.batches or [1, 2, 4]
    ]


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--adapters", type=int, default=16)
    parser.add_argument("--batches", type=int, nargs="+")
    parser.add_argument("--sequences", type=int, nargs="+")
    parser.add_argument("--ranks", type=int, nargs="+", default=[4, 8, 16])
    parser.add_argument("--targets", nargs="+", help="names of layers; all linear ones by default")
    parser.add_argument("--steps", type=int, default=4, help="steps a round")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, nargs="+", default=sorted({1, os.cpu_count() or 1}))
    parser.add_argument(
        "--gpu", action="store_true", help="Llama-3.2-1B and 3.1-8B shapes, bf16, 32 adapters"
    )
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


def _runs(arguments: argparse.Namespace, batch: int, sequence: int, vocabulary: int) -> list[Any]:
    rng = random.Random(7)
    targets: Any = "all-linear" if arguments.targets is None else tuple(arguments.targets)

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
        self.model: Any = get_peft_model(load_model(arguments), config)
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
    cuda = arguments.device == "cuda"
    stock = load_model(arguments)
    stock.requires_grad_(False).eval()
    runs = _runs(arguments, batch, sequence, stock.config.vocab_size)
    # A large model fits once beside the executor's; its lone runs cost alike.
    alone = [_Peft(arguments, *run) for run in (runs[:1] if cuda else runs)]
    memory = PeakMemory(arguments.device)
    executor = TrainingExecutor(load_model(arguments), device=arguments.device)
    for spec, data in runs:
        executor.join(spec, data)
    for one in alone:
        one.start_from(executor.adapter(one.spec.run_id))
    ids = torch.tensor([row.input_ids for _, data in runs for row in list(data.train)[:batch]])  # pyright: ignore
    ids = ids.to(arguments.device)
    losses: dict[str, list[float]] = {spec.run_id: [] for spec, _ in runs}

    def sequential(steps: int) -> None:
        for one in alone:
            for _ in range(steps):
                one.step()

    def together(steps: int) -> None:
        for _ in range(steps):
            for run_id, taken in executor.step().runs.items():
                losses[run_id].append(taken.train_loss)

    def stock_bound(steps: int) -> None:
        for _ in range(steps):
            embedded = stock.get_input_embeddings()(ids).requires_grad_()
            stock(inputs_embeds=embedded, labels=ids).loss.backward()

    def flat_bound(steps: int) -> None:
        with frozen_product.using("torch"):
            own_products(steps)

    def own_products(steps: int) -> None:
        for _ in range(steps):
            _flat_pass(executor)

    contenders: dict[str, Callable[[int], None]] = {
        "sequential": sequential, "executor": together, "transformers": stock_bound,
        "flatPass": flat_bound, "ownProducts": own_products,
    }  # fmt: skip
    memory.start()
    together(arguments.steps)
    peak = memory.stop()
    per_step = arguments.adapters * batch
    rates, on_cpu = _interleaved(arguments, contenders, per_step)
    if cuda:
        rates["sequential"] = [rate * len(alone) / len(runs) for rate in rates["sequential"]]
    slots = measure_slots(executor, *runs[-1], arguments.rounds)
    executor.close()
    parallel = (
        None if arguments.no_parallel else _parallel(arguments, batch, sequence, per_step * arguments.steps)
    )
    bound = max(("transformers", "flatPass"), key=lambda name: statistics.median(rates[name]))
    medians = {name: round(statistics.median(found), 1) for name, found in rates.items()}

    def ratio(to: str, of: dict[str, list[float]]) -> float:
        pairs = zip(of["executor"], of[to], strict=True)
        return round(statistics.median(mine / other for mine, other in pairs), 3)

    difference = max(
        abs(a - b) / abs(a)
        for one in alone
        for a, b in zip(one.losses, losses[one.spec.run_id], strict=False)
    )
    case: dict[str, Any] = {
        "batch": batch,
        "sequence": sequence,
        "targets": arguments.targets or "all-linear",
        "samplesPerSecond": medians | {"parallel": parallel},
        "executorPeakBytes": peak,
        "ratioToSequential": ratio("sequential", rates),
        "ratioToParallel": None if parallel is None else round(medians["executor"] / parallel, 3),
        "bound": bound,
        "ratioToBound": ratio(bound, rates),
        "ratioToOwnProducts": ratio("ownProducts", rates),
        "byProcessorTime": {
            name: ratio(to, on_cpu)
            for name, to in (
                ("ratioToSequential", "sequential"),
                ("ratioToBound", bound),
                ("ratioToOwnProducts", "ownProducts"),
            )
        },
        "maxLossDifference": difference,
        "lossesCompared": sum(len(one.losses) for one in alone),
        "slots": slots,
    }
    print(
        f"batch {batch}, sequence {sequence}, {case['targets']}: PEFT {medians['sequential']}, "
        f"parallel {parallel}, executor {medians['executor']}, bound {medians[bound]} samples/s; "
        f"{case['ratioToSequential']} x PEFT, {case['ratioToBound']:.0%} of the bound, "
        f"{case['ratioToOwnProducts']:.0%} of the backbone with the same products "
        f"(by processor time {list(case['byProcessorTime'].values())}); "
        f"largest loss difference {difference:.1e}",
        flush=True,
    )
    return case


def _interleaved(
    arguments: argparse.Namespace, contenders: dict[str, Callable[[int], None]], per_step: int
) -> tuple[dict[str, list[float]], dict[str, list[float]]]:
    """Samples/s of each contender in each round, and samples per second of processor time on one thread.

    The first is with the number of threads of its best median. The second says what the work itself costs
    where other programs take their share of the machine.
    """
    found: dict[str, dict[int, list[float]]] = {name: {} for name in contenders}
    on_cpu: dict[str, list[float]] = {name: [] for name in contenders}
    for _ in range(arguments.rounds):
        for threads in arguments.threads:
            torch.set_num_threads(threads)
            for name, contender in contenders.items():
                steps = arguments.steps * (1 if name == "sequential" else _MORE_STEPS)
                contender(1)
                before = time.process_time()
                samples = per_step * steps
                rate = samples / _seconds(lambda one=contender, n=steps: one(n), arguments.device)
                found[name].setdefault(threads, []).append(rate)
                if threads == arguments.threads[0]:
                    on_cpu[name].append(samples / (time.process_time() - before))
    best = {name: max(rates.values(), key=statistics.median) for name, rates in found.items()}
    return best, on_cpu


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
    count = max(1, min(max(arguments.threads), arguments.adapters))
    workers: list[subprocess.Popen[str]] = []
    for place in range(count):
        case = f"{place},{count},{batch},{sequence},{'+'.join(arguments.targets or [])}"
        command = [sys.executable, __file__, *sys.argv[1:], "--worker", case]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
        environment = os.environ | {"OMP_NUM_THREADS": str(max(1, max(arguments.threads) // count))}
        workers.append(subprocess.Popen(command, text=True, env=environment, **pipes))
    for worker in workers:
        assert worker.stdout is not None
        worker.stdout.readline()
    times: list[float] = []
    for _ in range(arguments.rounds):
        start = time.perf_counter()
        for worker in workers:
            assert worker.stdin is not None
            worker.stdin.write("go\n")
            worker.stdin.flush()
        for worker in workers:
            assert worker.stdout is not None
            worker.stdout.readline()
        times.append(time.perf_counter() - start)
    for worker in workers:
        worker.communicate("stop\n")
    return round(samples / statistics.median(times), 1)


def _parallel_worker(arguments: argparse.Namespace) -> None:
    transformers.utils.logging.disable_progress_bar()
    *numbers, targets = arguments.worker.split(",")
    place, count, batch, sequence = (int(part) for part in numbers)
    arguments.targets = targets.split("+") if targets else None
    torch.set_num_threads(int(os.environ["OMP_NUM_THREADS"]))
    vocabulary = load_model(arguments).config.vocab_size
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


if __name__ == "__main__":
    main()
