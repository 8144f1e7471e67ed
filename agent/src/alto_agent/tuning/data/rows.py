"""The three shapes of a training example, before tokenisation."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PromptText:
    """`{prompt, completion}`: the loss counts the completion."""

    prompt: str
    completion: str


@dataclass(frozen=True, slots=True)
class ChatText:
    """`{messages: [{role, content}]}`: the loss counts what the assistant says. Pairs of (role, content)."""

    messages: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class PreferenceText:
    """`{prompt, chosen, rejected}`: for preference tuning (DPO)."""

    prompt: str
    chosen: str
    rejected: str


TextRow = PromptText | ChatText | PreferenceText
