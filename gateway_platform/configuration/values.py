"""Readers for single values of a configuration file. Each says what it expected where the file says otherwise."""

import math
from collections.abc import Collection
from datetime import UTC, date, datetime, time
from typing import Any

import yaml

from gateway_platform.configuration.document import Unset, suggestion
from gateway_platform.configuration.reader import Reader, Source, Wrong

TAG = "tag:yaml.org,2002:"


def secret(source: Source, node: yaml.Node, path: str) -> str | Unset:
    """A text that may be absent from the environment; whoever needs it complains."""
    if not isinstance(node, yaml.ScalarNode) or node.tag != TAG + "str" or not node.value:
        raise Wrong("expected a text")
    return source.text(node)


def text(source: Source, node: yaml.Node, path: str) -> str:
    if isinstance(node, yaml.ScalarNode) and node.tag in {TAG + "int", TAG + "float", TAG + "bool"}:
        raise Wrong(f'expected a text; write it in quotes: "{node.value}"')
    value = secret(source, node, path)
    if isinstance(value, Unset):
        raise Wrong(value.why)
    return value


def spelt(source: Source, node: yaml.Node, path: str) -> str:
    """A word as it is written, quoted or not: 2024-10-21 is an API's version, not a day."""
    value = source.text(node) if isinstance(node, yaml.ScalarNode) and node.value else ""
    if isinstance(value, Unset):
        raise Wrong(value.why)
    if not value:
        raise Wrong("expected a text")
    return value


def one_of(choices: Collection[str]) -> Reader:
    """One of these words, quoted or not: YAML alone would read `off` as false."""

    def reader(source: Source, node: yaml.Node, path: str) -> str:
        word = node.value if isinstance(node, yaml.ScalarNode) else None
        if word not in choices:
            hint = suggestion(str(word), choices) or f"; this version knows {', '.join(choices)}"
            raise Wrong(f"{word} is not known here{hint}" if word else f"expected one of {', '.join(choices)}")
        return str(word)

    return reader


def number(source: Source, node: yaml.Node, path: str) -> int | float:
    value = _scalar(source, node, "int", "float")
    if value is None or not math.isfinite(value):
        raise Wrong("expected a number")
    return value


def whole_number(source: Source, node: yaml.Node, path: str) -> int:
    value = _scalar(source, node, "int")
    if value is None:
        raise Wrong("expected a whole number")
    return value


def boolean(source: Source, node: yaml.Node, path: str) -> bool:
    value = _scalar(source, node, "bool")
    if value is None:
        raise Wrong("expected true or false")
    return value


def moment(source: Source, node: yaml.Node, path: str) -> datetime:
    """A point in time; without an offset it is UTC, without a time of day it is midnight."""
    value = _scalar(source, node, "timestamp")
    if value is None:
        raise Wrong("expected a time such as 2027-01-01T00:00:00Z")
    if isinstance(value, date) and not isinstance(value, datetime):
        value = datetime.combine(value, time())
    return value if value.tzinfo else value.replace(tzinfo=UTC)


def optional(reader: Reader) -> Reader:
    """This, or `null` for none."""

    def read_optional(source: Source, node: yaml.Node, path: str) -> Any:
        return None if node.tag == TAG + "null" else reader(source, node, path)

    return read_optional


def not_yet(*off: Any) -> Reader:
    """A field of a later version: accepted while it says "nothing" or "off"."""

    def reader(source: Source, node: yaml.Node, path: str) -> None:
        if source.loader.construct_object(node, deep=True) not in (None, [], {}, *off):
            raise Wrong("not supported by this version")

    return reader


def _scalar(source: Source, node: yaml.Node, *tags: str) -> Any:
    """The value of a scalar with one of these tags; None for anything else."""
    if not isinstance(node, yaml.ScalarNode) or node.tag not in {TAG + tag for tag in tags}:
        return None
    try:
        return source.loader.construct_object(node)
    except ValueError:  # 2027-13-01
        return None
