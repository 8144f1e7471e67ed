"""`python -m alto_agent.tuning.data preview --model M --dataset D --max-length N --data-dir DIR`."""

import argparse
import json
import sys
from pathlib import Path

from alto_agent.tuning.data.preview import preview
from alto_agent.tuning.models.resolve_model import resolve_model
from alto_agent.tuning.user_error import UserError


def main(argv: list[str] | None = None) -> int:
    """Prints one JSON object; exit code 2 and `{"error": …}` where the person must change something."""
    parser = argparse.ArgumentParser(prog="python -m alto_agent.tuning.data", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    command = commands.add_parser("preview", help="first rows as tokens, counts and lengths")
    command.add_argument("--model", required=True)
    command.add_argument("--dataset", required=True)
    command.add_argument("--max-length", type=int, required=True)
    command.add_argument("--data-dir", type=Path, required=True)
    command.add_argument(
        "--base-dir", type=Path, default=Path(), help="folder that relative paths start from"
    )
    command.add_argument("--no-hub", action="store_true")
    command.add_argument("--json", action="store_true")
    arguments = parser.parse_args(argv)
    hub = not arguments.no_hub
    try:
        if arguments.max_length < 2:
            raise UserError("max_length", f"max_length is {arguments.max_length}; use at least 2 tokens.")
        model = resolve_model(
            arguments.model,
            data_dir=arguments.data_dir,
            base_dir=arguments.base_dir,
            allow_hub=hub,
            weights=False,
        )
        shown = preview(
            arguments.dataset, model, arguments.max_length, base_dir=arguments.base_dir, allow_hub=hub
        )
    except UserError as error:
        print(json.dumps(error.as_json()))
        return 2
    print(json.dumps(shown, indent=None if arguments.json else 2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
