"""Why a line is not JSON, in words that help to find the place."""

import json
import re

_SENTENCES = {
    "Expecting value": "a value is missing{where}",
    "Expecting ',' delimiter": "a comma or a closing bracket is missing{where}",
    "Expecting ':' delimiter": "a colon is missing{where}",
    "Expecting property name enclosed in double quotes": "a key in double quotes is missing{where}",
    "Illegal trailing comma before end of object": "there is a comma too many{where}",
    "Illegal trailing comma before end of array": "there is a comma too many{where}",
    "Extra data": "there is something more{where}",
    "Invalid \\escape": "there is a backslash that escapes nothing{where}",
    "Invalid \\uXXXX escape": "there is an incomplete \\u escape{where}",
    "Invalid control character at": "there is a control character inside of a text{where}",
}


def describe_json_error(line: str, error: json.JSONDecodeError) -> str:
    """Half a sentence such as `a quote is missing after "city"`."""
    if error.msg.startswith("Unterminated string"):
        word = re.match(r"\w{1,30}", line[error.pos + 1 :])
        return (
            f'a quote is missing after "{word[0]}"'
            if word
            else f"a quote is missing{_where(line, error.pos)}"
        )
    return _SENTENCES.get(error.msg, error.msg + "{where}").format(where=_where(line, error.pos))


def _where(line: str, position: int) -> str:
    before = line[max(0, position - 20) : position].strip()
    return f" after {before}" if before else " at its start"
