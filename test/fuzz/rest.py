"""Sends what an OpenAPI document allows, and what it does not, to a server: `rest.py BASE_URL CASES SEED`.

The token is read from ALTO_TOKEN. The last line of standard output is one JSON object.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections import Counter

import hypothesis
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode

SLOWEST_SECONDS = 20


def main(base: str, cases: int, seed: int) -> None:
    """Spreads the cases evenly over the operations, half of them against the schema."""
    session = requests.Session()
    session.headers["authorization"] = f"Bearer {os.environ['ALTO_TOKEN']}"
    document = session.get(f"{base}/api/v1/openapi.json", timeout=30).json()
    document["servers"] = [{"url": f"{base}/api/v1"}]
    schema = schemathesis.openapi.from_dict(document)
    # Files have a fuzzer of their own (fuzz-uploads.ts).
    operations = [
        operation
        for operation in (found.ok() for found in schema.get_all_operations())
        if operation.label != "POST /datasets"
    ]
    statuses: Counter[int] = Counter()
    failures: list[str] = []
    reached: set[str] = set()
    share = max(2, cases // (2 * len(operations)))

    def send(case: schemathesis.Case) -> None:
        label = case.operation.label
        began = time.monotonic()
        try:
            answer = case.call(base_url=f"{base}/api/v1", session=session, timeout=SLOWEST_SECONDS)
        except (requests.exceptions.InvalidHeader, requests.exceptions.InvalidURL):
            return
        except requests.exceptions.RequestException as error:
            failures.append(f"{label}: no answer: {error!r}"[:400])
            return
        statuses[answer.status_code] += 1
        reached.add(label)
        if answer.status_code >= 500 or time.monotonic() - began > SLOWEST_SECONDS:
            what = f"{case.path_parameters} {case.query} {case.body!r}"[:400]
            failures.append(f"{label}: {answer.status_code} {answer.text[:120]} for {what}")

    for operation in operations:
        for mode in GenerationMode.POSITIVE, GenerationMode.NEGATIVE:
            run = given(case=operation.as_strategy(generation_mode=mode))(send)
            run = settings(
                max_examples=share,
                deadline=None,
                database=None,
                phases=[Phase.generate],
                suppress_health_check=list(HealthCheck),
            )(hypothesis.seed(seed)(run))
            try:
                run()
            except hypothesis.errors.Unsatisfiable:
                # Nothing can be wrong about an operation without parameters.
                continue

    summary = {
        "inputs": sum(statuses.values()),
        "accepted": sum(count for status, count in statuses.items() if status < 300),
        "statuses": {str(status): count for status, count in sorted(statuses.items())},
        "operations": len(reached),
        "failures": failures,
    }
    print(json.dumps(summary))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
