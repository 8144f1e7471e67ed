"""A base model as the rest of Alto sees it: a folder and facts."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class LinearModule:
    """One linear layer that an adapter can attach to: full module name and shape."""

    name: str
    in_features: int
    out_features: int

    @property
    def short_name(self) -> str:
        """The last part of the name, as `target_modules` names it: `q_proj`."""
        return self.name.rsplit(".", 1)[-1]


@dataclass(frozen=True, slots=True)
class ModelFolder:
    """A base model in Hugging Face format on this machine.

    `parameters` counts weights, `weight_bytes` is their size in the files, `max_positions` the longest
    sequence in tokens. `linear_modules` leaves out the output head. The folder holds weights unless it was
    resolved without.
    """

    name: str
    path: Path
    architecture: str
    parameters: int
    layers: int
    hidden: int
    vocab: int
    max_positions: int | None
    dtype: str
    weight_bytes: int
    linear_modules: tuple[LinearModule, ...]

    def max_rank(self, targets: tuple[str, ...] | None = None) -> int:
        """The largest rank that fits every named module (default: all): the smallest matrix side."""
        sides = [
            min(module.in_features, module.out_features)
            for module in self.linear_modules
            if targets is None or module.short_name in targets
        ]
        return min(sides, default=0)

    def as_json(self) -> dict[str, Any]:
        """What `describe` prints. Modules of one short name are one entry with their smallest shape."""
        modules: dict[str, dict[str, Any]] = {}
        for module in self.linear_modules:
            entry = modules.setdefault(
                module.short_name,
                {
                    "name": module.short_name,
                    "count": 0,
                    "inFeatures": module.in_features,
                    "outFeatures": module.out_features,
                },
            )
            entry["count"] += 1
            entry["inFeatures"] = min(entry["inFeatures"], module.in_features)
            entry["outFeatures"] = min(entry["outFeatures"], module.out_features)
        return {
            "name": self.name,
            "path": str(self.path),
            "architecture": self.architecture,
            "parameters": self.parameters,
            "layers": self.layers,
            "hidden": self.hidden,
            "vocab": self.vocab,
            "maxPositions": self.max_positions,
            "dtype": self.dtype,
            "weightBytes": self.weight_bytes,
            "maxRank": self.max_rank(),
            "modules": list(modules.values()),
        }
