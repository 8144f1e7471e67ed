"""What is recorded: tasks, sizes, schedules and the configurations of each sweep."""

from dataclasses import dataclass
from math import exp, log

from alto_agent.tuning.executor.spec import Objective, Schedule
from alto_agent.tuning.search.expand_grid import expand_grid
from alto_agent.tuning.search.sample_random import rounded, sample_random
from alto_agent.tuning.search.search_space import Choice, Params, Range


@dataclass(frozen=True)
class Recording:
    """One sweep: `train_rows` of the task, trained `epochs` times; `held_out` rows give the validation loss.

    `rates` is the range of learning rates: spread evenly on a log scale in a grid, drawn in a random sweep.
    `objective` says which tokens the losses are taken over: those of the answer, or all.
    """

    task: str
    schedule: Schedule
    train_rows: int
    epochs: int
    evaluations: int
    held_out: int
    rates: tuple[float, float]
    method: str
    seed: int
    objective: Objective

    @property
    def name(self) -> str:
        """The file's name without its ending."""
        return f"{self.task}-{self.schedule}"

    @property
    def samples(self) -> int:
        """Samples of a whole run."""
        return self.train_rows * self.epochs

    def configurations(self) -> list[Params]:
        """At least 60 configurations over learning rate, rank and batch size."""
        if self.method == "grid":
            low, high = map(log, self.rates)
            rates = tuple(rounded(exp(low + (high - low) * i / 6)) for i in range(7))
            return expand_grid(
                {
                    "learning_rate": Choice(rates),
                    "rank": Choice((2, 8, 32)),
                    "batch_size": Choice((1, 4, 16)),
                }
            )
        return sample_random(
            {
                "learning_rate": Range(*self.rates, log=True, whole=False),
                "rank": Choice((2, 4, 8, 16, 32)),
                "batch_size": Choice((1, 2, 4, 8, 16)),
            },
            runs=64,
            seed=self.seed,
        )


# Losses of answers alone fall towards zero where a task can be solved, so that the second best run may be far behind.
# Losses of whole texts have a floor, as those of most fine-tuning data do.
RECORDINGS = (
    Recording(
        "sorting",
        "constant",
        640,
        2,
        20,
        48,
        (3e-5, 3e-2),
        "random",
        1,
        "sft-completion",
    ),
    Recording(
        "facts", "constant", 128, 12, 32, 48, (5e-5, 5e-2), "grid", 2, "sft-completion"
    ),
    Recording(
        "arithmetic",
        "cosine",
        1920,
        1,
        24,
        96,
        (3e-5, 5e-2),
        "random",
        3,
        "sft-completion",
    ),
    Recording(
        "tools", "linear", 176, 6, 22, 48, (5e-5, 1e-1), "random", 4, "sft-completion"
    ),
    Recording(
        "reverse",
        "constant",
        1280,
        1,
        20,
        48,
        (3e-5, 3e-2),
        "random",
        5,
        "sft-completion",
    ),
    Recording(
        "dates", "cosine", 320, 4, 20, 48, (5e-5, 2e-2), "random", 6, "sft-completion"
    ),
    Recording(
        "sentiment",
        "constant",
        320,
        4,
        24,
        48,
        (3e-5, 3e-2),
        "random",
        7,
        "sft-completion",
    ),
    Recording(
        "sql", "linear", 320, 3, 20, 32, (3e-5, 3e-2), "random", 8, "sft-completion"
    ),
)
