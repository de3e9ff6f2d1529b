"""Reads a configuration file: YAML nodes, which know their lines, into the shape that schema.py describes."""

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from gateway_platform.configuration.document import ConfigurationError, Item, Place, Unset, suggestion

PLACEHOLDER = re.compile(r"\$\{(env|file):([^}]+)\}")


class Wrong(Exception):
    """A value that does not fit; `Source.read` knows where it stands."""


@dataclass(slots=True)
class Source:
    """One file being read. Problems are collected, so that one run shows them all."""

    path: Path
    loader: yaml.SafeLoader
    problems: list[str] = field(default_factory=list)

    def place(self, node: yaml.Node, path: str) -> Place:
        return Place(str(self.path), node.start_mark.line + 1, path)

    def read(self, reader: "Reader", node: yaml.Node, path: str) -> Any:
        """The node's value; None, and a problem more, if it does not fit."""
        try:
            return reader(self, node, path)
        except Wrong as wrong:
            self.problems.append(f"{self.place(node, path)}: {wrong}")
            return None

    def text(self, node: yaml.ScalarNode) -> str | Unset:
        """A scalar's text with `${env:NAME}` and `${file:PATH}` filled in."""
        missing: list[str] = []

        def fill(match: re.Match[str]) -> str:
            kind, name = match.groups()
            value = os.environ.get(name) if kind == "env" else self._file(name)
            if not value:
                missing.append(f"{match[0]} is not set" if kind == "env" else f"{match[0]} cannot be read")
            return value or ""

        filled = PLACEHOLDER.sub(fill, node.value)
        return Unset(missing[0]) if missing else filled

    def _file(self, name: str) -> str | None:
        try:
            return (self.path.parent / name).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError):
            return None


Reader = Callable[[Source, yaml.Node, str], Any]


def read(path: Path, shape: Reader) -> Item:
    """The file's content in this shape. Raises ConfigurationError with every problem found."""
    try:
        loader = yaml.SafeLoader(path.read_text(encoding="utf-8"))
        node = loader.get_single_node()
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise ConfigurationError([f"{path}:{line}: {error.problem}"]) from None
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ConfigurationError([f"{path}: {getattr(error, 'strerror', None) or error}"]) from None
    if node is None:
        raise ConfigurationError([f"{path}:1: the file is empty"])
    source = Source(path, loader)
    document: Item | None = source.read(shape, node, "")
    if source.problems or document is None:
        raise ConfigurationError(source.problems)
    return document


def item(fields: Mapping[str, Reader], required: tuple[str, ...] = ()) -> Reader:
    """A mapping with these fields and no others."""

    def reader(source: Source, node: yaml.Node, path: str) -> Item:
        found = Item(source.place(node, path))
        for name, value in _pairs(source, node, path):
            way = f"{path}.{name}" if path else name
            found.places[name] = source.place(value, way)
            if name in fields:
                found.values[name] = source.read(fields[name], value, way)
            else:
                source.problems.append(f"{found.places[name]}: unknown field{suggestion(name, fields)}")
        missing = [name for name in required if name not in found.places]
        source.problems.extend(f"{found.place}: {name} is missing" for name in missing)
        return found

    return reader


def list_of(reader: Reader) -> Reader:
    """A list of such values."""

    def read_list(source: Source, node: yaml.Node, path: str) -> list[Any]:
        if not isinstance(node, yaml.SequenceNode):
            raise Wrong("expected a list")
        return [source.read(reader, value, f"{path}[{index}]") for index, value in enumerate(node.value)]

    return read_list


def map_of(reader: Reader) -> Reader:
    """A mapping of any names to such values."""

    def read_map(source: Source, node: yaml.Node, path: str) -> dict[str, Any]:
        pairs = _pairs(source, node, path)
        return {name: source.read(reader, value, f"{path}.{name}") for name, value in pairs}

    return read_map


def _pairs(source: Source, node: yaml.Node, path: str) -> list[tuple[str, yaml.Node]]:
    if not isinstance(node, yaml.MappingNode):
        raise Wrong("expected fields, written name: value")
    seen = set()
    for key, _ in node.value:
        if not isinstance(key, yaml.ScalarNode):
            raise Wrong("a field's name is a text")
        if key.value in seen:
            source.problems.append(f"{source.place(key, path)}: {key.value} is there twice")
        seen.add(key.value)
    source.loader.flatten_mapping(node)  # merges `<<: *anchor`; the mapping's own fields come last and win
    return list({key.value: value for key, value in node.value}.items())
