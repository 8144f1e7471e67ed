"""A conversation as text, cut into pieces that are trained and pieces that are not."""

from typing import TYPE_CHECKING

from alto_agent.tuning.data.rows import ChatText
from alto_agent.tuning.user_error import UserError

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

Segment = tuple[str, bool]
"""A piece of text, and whether its tokens count in the loss."""


def chat_segments(row: ChatText, tokenizer: "PreTrainedTokenizerBase", place: str) -> list[Segment]:
    """Pieces in order: what the assistant says is trained, with the token that ends its turn.

    The tokenizer's chat template is used; without one, a plain `User: … Assistant: …`. Where a template
    writes earlier turns differently once later ones follow, only the last answer is trained.
    """
    if not tokenizer.chat_template:
        return _plain(row, str(tokenizer.eos_token or ""))
    messages = [{"role": role, "content": content} for role, content in row.messages]
    answers = [i for i, message in enumerate(messages) if message["role"] == "assistant"]
    try:
        whole = _render(tokenizer, messages, ask=False)
        for wanted in (answers, answers[-1:]):
            segments: list[Segment] = []
            end = 0
            for i in wanted:
                before = _render(tokenizer, messages[:i], ask=True) if i else ""
                after = _render(tokenizer, messages[: i + 1], ask=False)
                if not (whole.startswith(after) and after.startswith(before) and len(before) >= end):
                    break
                segments += [(whole[end : len(before)], False), (whole[len(before) : len(after)], True)]
                end = len(after)
            else:
                return segments
    except Exception as error:
        # Templates are programs of the model's makers and refuse (roles must alternate) in their own words.
        first = (str(error).strip() or type(error).__name__).split("\n")[0][:200]
        raise UserError("dataset", f"{place} does not fit the model's chat template: {first}") from error
    return _plain(row, str(tokenizer.eos_token or ""))


def _render(tokenizer: "PreTrainedTokenizerBase", messages: list[dict[str, str]], *, ask: bool) -> str:
    text = tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=ask)
    assert isinstance(text, str)
    return text


def _plain(row: ChatText, end: str) -> list[Segment]:
    segments: list[Segment] = []
    for role, content in row.messages:
        segments.append((f"{role.capitalize()}:", False))
        segments.append((f" {content}{end}" if role == "assistant" else f" {content}", role == "assistant"))
        segments.append(("\n", False))
    return segments[:-1]
