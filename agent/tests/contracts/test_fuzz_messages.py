"""Whatever JSON arrives, a reader takes it or refuses it; what it takes can be written and read again."""

import json
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from alto_agent.contracts.generated.messages import AgentCommand, AgentMessage

ADAPTERS: list[TypeAdapter[Any]] = [TypeAdapter(AgentCommand), TypeAdapter(AgentMessage)]

SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20)
JSON_VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=12,
)


def strategy_of(
    schema: dict[str, Any], definitions: dict[str, Any], depth: int = 0
) -> st.SearchStrategy[Any]:
    """Values of the part of JSON Schema that pydantic writes for our models."""
    if "$ref" in schema:
        name = str(schema["$ref"]).split("/")[-1]
        return st.deferred(lambda: strategy_of(definitions[name], definitions, depth + 1))
    if "const" in schema:
        return st.just(schema["const"])
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    choices = schema.get("anyOf") or schema.get("oneOf")
    if choices:
        return st.one_of([strategy_of(choice, definitions, depth) for choice in choices])
    return (
        plain(schema) if schema.get("type") not in ("object", "array") else nested(schema, definitions, depth)
    )


def nested(schema: dict[str, Any], definitions: dict[str, Any], depth: int) -> st.SearchStrategy[Any]:
    if schema["type"] == "array":
        items = strategy_of(schema.get("items", {}), definitions, depth)
        return st.lists(items, min_size=schema.get("minItems", 0), max_size=3)
    properties = schema.get("properties", {})
    return st.fixed_dictionaries(
        {key: strategy_of(inner, definitions, depth) for key, inner in properties.items()}
    )


def plain(schema: dict[str, Any]) -> st.SearchStrategy[Any]:
    bounds: dict[str, Any] = {"min_value": schema.get("minimum"), "max_value": schema.get("maximum")}
    by_type: dict[str, st.SearchStrategy[Any]] = {
        "string": st.text(min_size=schema.get("minLength", 0), max_size=20),
        "integer": st.integers(**bounds),
        "number": st.floats(**bounds, allow_nan=False, allow_infinity=False),
        "boolean": st.booleans(),
        "null": st.none(),
    }
    if schema.get("format") == "date-time":
        return st.datetimes().map(lambda at: f"{at.isoformat()}Z")
    return by_type.get(str(schema.get("type")), JSON_VALUES)


def messages(adapter: TypeAdapter[Any]) -> st.SearchStrategy[Any]:
    schema = adapter.json_schema(by_alias=True)
    return strategy_of(schema, schema.get("$defs", {}))


def read_and_write(adapter: TypeAdapter[Any], value: Any) -> bool:
    try:
        model = adapter.validate_json(json.dumps(value))
    except ValidationError:
        return False
    written = adapter.dump_json(model, by_alias=True)
    assert adapter.dump_json(adapter.validate_json(written), by_alias=True) == written
    return True


FAST = settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    derandomize=True,
)


@FAST
@given(data=st.data())
def test_a_message_of_the_schema_is_read_and_written(data: st.DataObject) -> None:
    adapter = data.draw(st.sampled_from(ADAPTERS))
    assert read_and_write(adapter, data.draw(messages(adapter)))


@FAST
@given(data=st.data())
def test_a_damaged_message_is_read_or_refused(data: st.DataObject) -> None:
    adapter = data.draw(st.sampled_from(ADAPTERS))
    message = data.draw(messages(adapter))
    key = data.draw(st.sampled_from(sorted(message)))
    message[key] = data.draw(JSON_VALUES)
    read_and_write(adapter, message)


@FAST
@given(value=JSON_VALUES)
def test_any_json_is_read_or_refused(value: Any) -> None:
    for adapter in ADAPTERS:
        read_and_write(adapter, value)
