"""Words that the built-in models know, and the token ids of a prompt."""

from __future__ import annotations

import re

PAD, UNKNOWN = 0, 1
WORDS = (
    *("red", "green", "blue", "yellow", "purple"),
    *("circle", "square", "triangle"),
    *("left", "right", "above", "below", "up", "down", "of", "moving"),
)
"""Order is part of the trained weights."""

VOCABULARY = 2 + len(WORDS)
TEXT_TOKENS = 8
"""Length of every prompt; longer ones are cut, shorter ones padded."""

_SILENT = {"a", "an", "the", "to", "is", "and"}
_IDS = {word: 2 + index for index, word in enumerate(WORDS)}
_SYNONYMS = {
    "under": "below",
    "over": "above",
    "disc": "circle",
    "violet": "purple",
    "moves": "moving",
}


def token_ids(prompt: str) -> list[int]:
    """`TEXT_TOKENS` ids. Articles say nothing; words that no training saw are all one token."""
    found: list[str] = re.findall(r"[a-z]+", prompt.lower())
    words = _left_first([_SYNONYMS.get(word, word) for word in found if word not in _SILENT])
    ids = [_IDS.get(word, UNKNOWN) for word in words[:TEXT_TOKENS]]
    return ids + [PAD] * (TEXT_TOKENS - len(ids))


def _left_first(words: list[str]) -> list[str]:
    """`A right of B` as `B left of A`, `A below B` as `B above A`: half as much to learn."""
    for place, word in enumerate(words):
        if word == "below":
            return [*words[place + 1 :], "above", *words[:place]]
        if word == "right" and words[place + 1 : place + 2] == ["of"]:
            return [*words[place + 2 :], "left", "of", *words[:place]]
    return words
