"""What a configuration file has been read into: plain values that remember where they stand."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any


@dataclass(frozen=True, slots=True)
class Place:
    """A line of the file, and the way to it: ``gateway.yaml:12: organizations[0].keys[1].routes``."""

    file: str
    line: int
    path: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.path}" if self.path else f"{self.file}:{self.line}"


class ConfigurationError(Exception):
    """What is wrong with a file, a line each."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = list(problems)
        super().__init__("\n".join(self.problems))


@dataclass(slots=True)
class Item:
    """A mapping of the file: the fields that are there, each with its place."""

    place: Place
    values: dict[str, Any] = field(default_factory=dict)
    places: dict[str, Place] = field(default_factory=dict)

    def __contains__(self, name: str) -> bool:
        return name in self.values

    def __getitem__(self, name: str) -> Any:
        return self.values[name]

    def only(self, *names: str) -> dict[str, Any]:
        """Those of the named fields that the file has."""
        return {name: self.values[name] for name in names if name in self.values}

    def wrong(self, name: str, why: str) -> ConfigurationError:
        """An error at one field, or at the item itself where the file does not have that field."""
        place = self.places.get(name)
        return ConfigurationError([f"{place}: {why}" if place else f"{self.place}: {name}: {why}"])


@dataclass(frozen=True, slots=True)
class Unset:
    """A secret whose variable or file is not there. An error only where the secret is needed."""

    why: str


def suggestion(word: str, known: Iterable[str]) -> str:
    """`, did you mean routes?`, or nothing."""
    close = get_close_matches(word, list(known), n=1)
    return f", did you mean {close[0]}?" if close else ""
