"""From rows to token ids, with a mark on those that count in the loss."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, cast

from alto_agent.tuning.data.chat_segments import chat_segments
from alto_agent.tuning.data.row_source import RowSource
from alto_agent.tuning.data.rows import ChatText, PromptText, TextRow
from alto_agent.tuning.user_error import UserError

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

_ROWS_AT_ONCE = 256
"""A call of the tokenizer costs more than a short text in it."""

_Ids = list[int]


@dataclass(frozen=True, slots=True)
class Encoded:
    """A whole row before any cut: token ids, and for each whether it belongs to what is to be learned."""

    ids: _Ids
    answer: list[bool]

    @property
    def prompt_length(self) -> int:
        """Tokens before the first one that is to be learned."""
        return self.answer.index(True) if True in self.answer else len(self.answer)


@dataclass(frozen=True, slots=True)
class _Plan:
    """Which texts of a row the tokenizer must see, and what is made of their ids."""

    texts: list[str]
    finish: Callable[[list[_Ids]], list[Encoded]]


class RowEncoder:
    """Encodes rows as they will be seen at inference: the prompt by itself, the answer after it."""

    def __init__(self, tokenizer: "PreTrainedTokenizerBase", source: RowSource) -> None:
        self._tokenizer, self._source = tokenizer, source
        start, end = cast(int | None, tokenizer.bos_token_id), cast(int | None, tokenizer.eos_token_id)
        empty = self._ids([""], special=True)[0]
        self._start: _Ids = [start] if start is not None and empty[:1] == [start] else []
        self._end: _Ids = [] if end is None else [end]

    def encode(self, rows: Iterable[tuple[int, TextRow]]) -> Iterator[tuple[int, TextRow, list[Encoded]]]:
        """Number, row and its sequences: one for a prompt or a chat; chosen and rejected for a preference.

        Raises `UserError` for a row that has nothing to learn or that the chat template refuses.
        """
        remaining = iter(rows)
        while chunk := list(islice(remaining, _ROWS_AT_ONCE)):
            plans = [self._plan(row, self._source.place(number)) for number, row in chunk]
            ids = iter(self._ids([text for plan in plans for text in plan.texts]))
            for (number, row), plan in zip(chunk, plans, strict=True):
                sequences = plan.finish([next(ids) for _ in plan.texts])
                # A token is predicted from those before it, so the very first one cannot be learned.
                if not all(any(sequence.answer[1:]) for sequence in sequences):
                    raise UserError(
                        "dataset",
                        f"{self._source.place(number)} has no token that can be learned: "
                        "prompt and answer are too short.",
                    )
                yield number, row, sequences

    def _plan(self, row: TextRow, place: str) -> _Plan:
        if isinstance(row, ChatText):
            return self._chat(row, place)
        prompt = row.prompt
        answers = [row.completion] if isinstance(row, PromptText) else [row.chosen, row.rejected]
        return _Plan(
            [prompt, *(prompt + answer for answer in answers)],
            lambda ids: [
                self._prompted(ids[0], both, answer) for both, answer in zip(ids[1:], answers, strict=True)
            ],
        )

    def _prompted(self, before: _Ids, both: _Ids, answer: str) -> Encoded:
        # Encoding the answer alone adds a space with some tokenizers; the end of the whole has none. Where
        # the border falls inside a token, the answer alone is what inference will see.
        after = both[len(before) :] if both[: len(before)] == before else self._ids([answer])[0]
        prompt = self._start + before
        return Encoded(
            prompt + after + self._end,
            [False] * len(prompt) + [True] * (len(after) + len(self._end)),
        )

    def _chat(self, row: ChatText, place: str) -> _Plan:
        segments = chat_segments(row, self._tokenizer, place)
        start: _Ids = [] if self._tokenizer.chat_template else self._start

        def finish(pieces: list[_Ids]) -> list[Encoded]:
            answer = [False] * len(start)
            for piece, (_, trained) in zip(pieces, segments, strict=True):
                answer += [trained] * len(piece)
            return [Encoded(start + [token for piece in pieces for token in piece], answer)]

        return _Plan([text for text, _ in segments], finish)

    def _ids(self, texts: list[str], *, special: bool = False) -> list[_Ids]:
        encoded = self._tokenizer(
            texts,
            add_special_tokens=special,
            return_attention_mask=False,
            return_token_type_ids=False,
            verbose=False,
        )
        return cast(list[_Ids], encoded["input_ids"])
