"""Shows changes to a person: what is added, changed and removed, field by field."""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

from tenants.models import AuditEvent

SIGNS = {"+": "added", "~": "changed", "-": "removed"}


def lines(changes: Sequence[AuditEvent]) -> Iterator[str]:
    """A block for each organisation."""
    for organization, events in groupby(changes, key=lambda event: event.organization):
        yield organization.slug if organization else "platform"
        for event in events:
            yield f"  {sign(event)} {event.target}"
            yield from (f"      {line}" for line in _fields(event))


def summary(changes: Sequence[AuditEvent]) -> str:
    """`2 added, 1 changed, 0 removed`."""
    counts = Counter(sign(event) for event in changes)
    return ", ".join(f"{counts[mark]} {word}" for mark, word in SIGNS.items())


def sign(event: AuditEvent) -> str:
    if event.action == "key.revoke" or not event.after:
        return "-"
    return "~" if event.before else "+"


def _fields(event: AuditEvent) -> Iterator[str]:
    if sign(event) == "-":
        return
    for name, value in event.after.items():
        if name in event.before:
            yield f"{name}: {_shown(event.before[name])} → {_shown(value)}"
        elif value not in (None, "", [], {}):
            yield f"{name}: {_shown(value)}"


def _shown(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
