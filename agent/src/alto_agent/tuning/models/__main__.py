"""`python -m alto_agent.tuning.models describe --model M --data-dir DIR --json`: facts about a base model."""

import argparse
import json
import sys
from pathlib import Path

from alto_agent.tuning.models.resolve_model import resolve_model
from alto_agent.tuning.user_error import UserError


def main(argv: list[str] | None = None) -> int:
    """Prints one JSON object; exit code 2 and `{"error": …}` where the person must change something."""
    parser = argparse.ArgumentParser(prog="python -m alto_agent.tuning.models", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    describe = commands.add_parser("describe", help="facts about a base model, without loading its weights")
    describe.add_argument("--model", required=True)
    describe.add_argument("--data-dir", type=Path, required=True)
    describe.add_argument("--base-dir", type=Path, help="folder that a relative model folder is in")
    describe.add_argument("--no-hub", action="store_true")
    describe.add_argument("--json", action="store_true")
    arguments = parser.parse_args(argv)
    try:
        model = resolve_model(
            arguments.model,
            data_dir=arguments.data_dir,
            base_dir=arguments.base_dir,
            allow_hub=not arguments.no_hub,
            weights=False,
        )
    except UserError as error:
        print(json.dumps(error.as_json()))
        return 2
    print(json.dumps(model.as_json(), indent=None if arguments.json else 2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
