"""Questions of the control plane, each answered by a child process: the session loads no model."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from pathlib import Path

from pydantic import JsonValue, TypeAdapter

from alto_agent.contracts.generated.messages import Query, QueryError, QueryReply
from alto_agent.session.log import fields, logger_named

_log = logger_named("queries")
_JSON: TypeAdapter[JsonValue] = TypeAdapter(JsonValue)

TIMEOUT_SECONDS = 300.0
AT_ONCE = 2


class Queries:
    """Runs `python -m alto_agent.executors.answer` with the question on standard input, a few at a time."""

    def __init__(self, data_dir: Path) -> None:
        self._data_dir = data_dir
        self._room = asyncio.Semaphore(AT_ONCE)

    async def answer(self, query: Query) -> QueryReply:
        """The reply; a fault in the question itself names its field."""
        async with self._room:
            try:
                return await self._ask_child(query)
            except TimeoutError:
                return _failed(
                    query, f"The node did not find an answer within {TIMEOUT_SECONDS:.0f} seconds."
                )

    async def _ask_child(self, query: Query) -> QueryReply:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "alto_agent.executors.answer",
            "--data-dir",
            str(self._data_dir),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            start_new_session=True,
        )
        question = query.question.model_dump_json(by_alias=True).encode()
        try:
            output, errors = await asyncio.wait_for(process.communicate(question), TIMEOUT_SECONDS)
        finally:
            if process.returncode is None:
                os.killpg(process.pid, signal.SIGKILL)
        try:
            answer = json.loads(output)
            if error := answer.get("error"):
                return _failed(query, error["message"], error["field"])
            result = _JSON.validate_python(answer["result"])
        except (ValueError, KeyError, TypeError, AttributeError):
            _log.error(
                "a question failed", extra=fields(kind=query.question.kind, stderr=errors[-2000:].decode())
            )
            return _failed(query, "The node failed to answer; the agent's log has the details.")
        return QueryReply(query_id=query.query_id, ok=True, result=result, error=None)


def _failed(query: Query, message: str, field: str | None = None) -> QueryReply:
    return QueryReply(query_id=query.query_id, ok=False, error=QueryError(field=field, message=message))
