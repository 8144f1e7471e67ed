"""From a row to token ids, with a mark on those that count in the loss."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from alto_agent.tuning.data.chat_segments import Segment, chat_segments
from alto_agent.tuning.data.rows import ChatText, PreferenceText, PromptText, TextRow
from alto_agent.tuning.user_error import UserError

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase


@dataclass(frozen=True, slots=True)
class Encoded:
    """A whole row before any cut: token ids, and for each whether it belongs to what is to be learned."""

    ids: list[int]
    answer: list[bool]

    @property
    def prompt_length(self) -> int:
        """Tokens before the first one that is to be learned."""
        return self.answer.index(True) if True in self.answer else len(self.answer)


class RowEncoder:
    """Encodes rows as they will be seen at inference: the prompt by itself, the answer after it."""

    def __init__(self, tokenizer: "PreTrainedTokenizerBase") -> None:
        self._tokenizer = tokenizer
        start, end = cast(int | None, tokenizer.bos_token_id), cast(int | None, tokenizer.eos_token_id)
        empty: list[int] = self._ids("", special=True)
        self._start: list[int] = [start] if start is not None and empty[:1] == [start] else []
        self._end: list[int] = [] if end is None else [end]

    def encode(self, row: TextRow, place: str) -> list[Encoded]:
        """One sequence for a prompt or chat row; two, chosen and rejected, for a preference row."""
        if isinstance(row, PromptText):
            return [self._prompted(row.prompt, row.completion, place)]
        if isinstance(row, PreferenceText):
            return [self._prompted(row.prompt, answer, place) for answer in (row.chosen, row.rejected)]
        return [self._chat(row, place)]

    def _prompted(self, prompt: str, answer: str, place: str) -> Encoded:
        before = self._ids(prompt)
        both = self._ids(prompt + answer)
        # Encoding the answer alone adds a space with some tokenizers; the end of the whole has none. Where
        # the border falls inside a token, the answer alone is what inference will see.
        after = both[len(before) :] if both[: len(before)] == before else self._ids(answer)
        prompt_ids = self._start + before
        return _checked(
            Encoded(
                prompt_ids + after + self._end,
                [False] * len(prompt_ids) + [True] * (len(after) + len(self._end)),
            ),
            place,
        )

    def _chat(self, row: ChatText, place: str) -> Encoded:
        segments: list[Segment] = chat_segments(row, self._tokenizer, place)
        ids: list[int] = [] if self._tokenizer.chat_template else list(self._start)
        answer = [False] * len(ids)
        for text, trained in segments:
            piece = self._ids(text)
            ids += piece
            answer += [trained] * len(piece)
        return _checked(Encoded(ids, answer), place)

    def _ids(self, text: str, *, special: bool = False) -> list[int]:
        return list(self._tokenizer(text, add_special_tokens=special, verbose=False)["input_ids"])


def _checked(encoded: Encoded, place: str) -> Encoded:
    """A token is predicted from those before it, so the very first one cannot be learned."""
    if not any(encoded.answer[1:]):
        raise UserError(
            "dataset", f"{place} has no token that can be learned: prompt and answer are too short."
        )
    return encoded
