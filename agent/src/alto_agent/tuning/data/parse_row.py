"""From a JSON value to a row, or to a sentence that says what is wrong with it."""

from typing import Any, cast

from alto_agent.tuning.data.rows import ChatText, PreferenceText, PromptText, TextRow
from alto_agent.tuning.user_error import UserError

_ROLES = ("system", "developer", "user", "assistant", "tool")
_SHAPES = "{prompt, completion}, {messages: [{role, content}, …]} or {prompt, chosen, rejected}"


def parse_row(value: object, place: str) -> TextRow:
    """The row that a JSON value means; other keys are ignored. `place` begins a `UserError`'s message."""
    if not isinstance(value, dict):
        raise UserError("dataset", f"{place} is {_kind(value)}, and a row is an object: {_SHAPES}.")
    row = cast(dict[str, Any], value)
    if "messages" in row:
        return _chat(row["messages"], place)
    if "chosen" in row or "rejected" in row:
        return PreferenceText(
            _text(row, "prompt", place), _answer(row, "chosen", place), _answer(row, "rejected", place)
        )
    if "prompt" in row or "completion" in row:
        return PromptText(_text(row, "prompt", place), _answer(row, "completion", place))
    keys = ", ".join(map(str, list(row)[:6])) or "none"
    raise UserError("dataset", f"{place} has none of the known shapes {_SHAPES}; its keys: {keys}.")


def _chat(value: object, place: str) -> ChatText:
    if not isinstance(value, list) or not value:
        raise UserError("dataset", f"{place}: messages is {_kind(value)}, and a list of messages is needed.")
    messages: list[tuple[str, str]] = []
    for number, message in enumerate(cast(list[Any], value), 1):
        inside = f"{place}, message {number},"
        if not isinstance(message, dict):
            raise UserError("dataset", f"{inside} is {_kind(message)}, and {{role, content}} is needed.")
        fields = cast(dict[str, Any], message)
        role = _text(fields, "role", inside)
        if role not in _ROLES:
            raise UserError("dataset", f"{inside} has the role {role[:40]!r}. Known: {', '.join(_ROLES)}.")
        messages.append((role, _text(fields, "content", inside)))
    while messages and messages[-1][0] != "assistant":
        # What follows the last answer is never trained.
        messages.pop()
    if not any(role == "assistant" and content for role, content in messages):
        raise UserError("dataset", f"{place} has no answer: no message of the role assistant has content.")
    return ChatText(tuple(messages))


def _answer(row: dict[str, Any], key: str, place: str) -> str:
    text = _text(row, key, place)
    if not text:
        raise UserError("dataset", f"{place} has an empty {key}, so there is nothing to learn from it.")
    return text


def _text(row: dict[str, Any], key: str, place: str) -> str:
    if key not in row:
        keys = ", ".join(map(str, list(row)[:6])) or "none"
        raise UserError("dataset", f"{place} has no {key}; its keys: {keys}.")
    value = row[key]
    if not isinstance(value, str):
        raise UserError("dataset", f"{place}: {key} is {_kind(value)}, and text is needed.")
    if not value.isascii():
        try:
            value.encode("utf-8")
        except UnicodeEncodeError as error:
            raise UserError(
                "dataset", f"{place}: {key} has half of a character at position {error.start + 1:,}."
            ) from error
    return value


def _kind(value: object) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return "a number"
    if isinstance(value, str):
        return "a text"
    if isinstance(value, list):
        return "a list" if value else "an empty list"
    return "an object"
