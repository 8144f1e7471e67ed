"""`python -m alto_agent.tuning.search ask`: the next configurations of a TPE search.

Reads `{"space", "n", "seed", "told": [{"params", "value"}], "pending": [params]}` from standard input and
prints `{"params": [...]}`; on a fault of the person `{"error": {"field", "message"}}` with exit code 2.
"""

import json
import sys
from typing import Any

from alto_agent.tuning.search.search_space import parse_space
from alto_agent.tuning.search.tpe import Told, ask_tpe
from alto_agent.tuning.user_error import UserError


def ask(request: dict[str, Any]) -> dict[str, Any]:
    """Answers one request."""
    runs = request.get("n", 1)
    if not isinstance(runs, int) or runs < 1:
        raise UserError("n", f"n is {runs!r}; ask for at least one configuration.")
    told = [Told(entry["params"], entry["value"]) for entry in request.get("told", [])]
    space = parse_space(request.get("space"))
    return {"params": ask_tpe(space, runs, int(request.get("seed", 0)), told, request.get("pending", []))}


def main(argv: list[str] | None = None) -> int:
    """Command line."""
    if (sys.argv[1:] if argv is None else argv) != ["ask"]:
        print("usage: python -m alto_agent.tuning.search ask < request.json", file=sys.stderr)
        return 2
    try:
        request = json.load(sys.stdin)
        answer = ask(request)
    except UserError as error:
        print(json.dumps(error.as_json()))
        return 2
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        print(json.dumps(UserError("request", f"The request cannot be read: {error!r}.").as_json()))
        return 2
    print(json.dumps(answer))
    return 0


if __name__ == "__main__":
    sys.exit(main())
