"""Questions of the control plane, each answered by a child process: the session loads no model."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

from pydantic import JsonValue, TypeAdapter

from alto_agent.contracts.generated.messages import Query, QueryError, QueryReply
from alto_agent.session.answer_process import AnswerProcess
from alto_agent.session.log import fields, logger_named

_log = logger_named("queries")
_JSON: TypeAdapter[JsonValue] = TypeAdapter(JsonValue)

TIMEOUT_SECONDS = 300.0
AT_ONCE = 2
KEEP_SECONDS = 300.0
"""Loading PyTorch takes seconds and a form asks many questions: a process waits so long for the next one."""


class Queries:
    """Asks a few processes at a time, and keeps them warm for a while."""

    def __init__(self, data_dir: Path, keep_seconds: float = KEEP_SECONDS) -> None:
        self._data_dir = data_dir
        self._keep_seconds = keep_seconds
        self._room = asyncio.Semaphore(AT_ONCE)
        self._warm: list[AnswerProcess] = []
        self._ending: set[asyncio.Task[None]] = set()

    @property
    def warm(self) -> tuple[AnswerProcess, ...]:
        """Processes that wait for a question."""
        return tuple(self._warm)

    async def answer(self, query: Query) -> QueryReply:
        """The reply; a fault in the question itself names its field."""
        async with self._room:
            process = await self._take()
            try:
                question = query.question.model_dump_json(by_alias=True)
                output = await asyncio.wait_for(process.ask(question), TIMEOUT_SECONDS)
            except TimeoutError:
                return _failed(
                    query, f"The node did not find an answer within {TIMEOUT_SECONDS:.0f} seconds."
                )
            else:
                if output:
                    self._keep(process)
                else:
                    await process.end()
                return self._read(query, output, process)
            finally:
                if process not in self._warm:
                    await process.end()

    async def close(self) -> None:
        """Ends those that wait."""
        while self._warm:
            await self._warm.pop().end()

    async def _take(self) -> AnswerProcess:
        while self._warm:
            process = self._warm.pop()
            if process.lives:
                return process
        return await AnswerProcess.start(self._data_dir)

    def _keep(self, process: AnswerProcess) -> None:
        self._warm.append(process)
        asyncio.get_running_loop().call_later(self._keep_seconds, self._retire, process, process.answered)

    def _retire(self, process: AnswerProcess, answered: int) -> None:
        """It has waited long enough, unless it was asked again since."""
        if process not in self._warm or process.answered != answered:
            return
        self._warm.remove(process)
        task = asyncio.get_running_loop().create_task(process.end())
        self._ending.add(task)
        task.add_done_callback(self._ending.discard)

    def _read(self, query: Query, output: bytes, process: AnswerProcess) -> QueryReply:
        try:
            answer = json.loads(output)
            if error := answer.get("error"):
                return _failed(query, error["message"], error["field"])
            result = _JSON.validate_python(answer["result"])
        except (ValueError, KeyError, TypeError, AttributeError):
            _log.error("a question failed", extra=fields(kind=query.question.kind, stderr=process.errors))
            return _failed(query, "The node failed to answer; the agent's log has the details.")
        return QueryReply(query_id=query.query_id, ok=True, result=result, error=None)


def _failed(query: Query, message: str, field: str | None = None) -> QueryReply:
    return QueryReply(query_id=query.query_id, ok=False, error=QueryError(field=field, message=message))
