"""Questions are answered by a child process that is kept for the next one."""

import asyncio
from pathlib import Path

from alto_agent.contracts.generated.messages import Query
from alto_agent.session.queries import Queries


def _describe(number: int, model: str) -> Query:
    question = {"kind": "describe-model", "model": model}
    return Query.model_validate({"type": "query", "queryId": f"q{number}", "question": question})


def test_a_fault_names_its_field_and_the_next_question_finds_the_process_warm(tmp_path: Path) -> None:
    async def work() -> None:
        queries = Queries(tmp_path)
        first = await queries.answer(_describe(1, "./nowhere"))
        assert not first.ok
        assert first.error is not None
        assert first.error.field == "model"
        (process,) = queries.warm
        second = await queries.answer(_describe(2, "./elsewhere"))
        assert second.error is not None
        assert "elsewhere" in second.error.message
        assert queries.warm == (process,)
        await queries.close()
        assert not process.lives

    asyncio.run(work())


def test_a_process_that_waits_too_long_ends(tmp_path: Path) -> None:
    async def work() -> None:
        queries = Queries(tmp_path, keep_seconds=0)
        await queries.answer(_describe(1, "./nowhere"))
        (process,) = queries.warm
        while process.lives:
            await asyncio.sleep(0.01)
        again = await queries.answer(_describe(2, "./nowhere"))
        assert again.error is not None
        await queries.close()

    asyncio.run(work())
