"""Form fields that several pages use: a text area that holds pairs, one a line, and one that holds a list."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError


class PairsField(forms.CharField):
    """Names and values, one pair a line ("name = value"), as a dictionary."""

    def __init__(self, *, separator: str = "=", **options: Any) -> None:
        self.separator = separator
        options.setdefault("widget", forms.Textarea(attrs={"rows": 3, "class": "mono", "spellcheck": "false"}))
        super().__init__(required=False, **options)

    def prepare_value(self, value: Any) -> Any:
        if not isinstance(value, Mapping):
            return value
        gap = " " if self.separator == "=" else ""
        return "\n".join(f"{name}{gap}{self.separator} {text}" for name, text in value.items())

    def to_python(self, value: Any) -> Any:
        if isinstance(value, Mapping):
            return dict(value)
        pairs: dict[str, str] = {}
        for line in (value or "").splitlines():
            name, found, text = line.partition(self.separator)
            if not line.strip():
                continue
            if not found or not name.strip():
                raise ValidationError(f"“{line.strip()}”: write it as name {self.separator} value.")
            pairs[name.strip()] = text.strip()
        return pairs


class LinesField(forms.CharField):
    """A list of words, by lines or commas."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("widget", forms.Textarea(attrs={"rows": 2, "class": "mono", "spellcheck": "false"}))
        super().__init__(required=False, **options)

    def prepare_value(self, value: Any) -> Any:
        return value if value is None or isinstance(value, str) else "\n".join(value)

    def to_python(self, value: Any) -> Any:
        if isinstance(value, Sequence) and not isinstance(value, str):
            return list(value)
        words = (word.strip() for word in (value or "").replace(",", "\n").splitlines())
        return list(dict.fromkeys(word for word in words if word))
