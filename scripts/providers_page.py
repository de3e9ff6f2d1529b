"""docs/providers.md, made from the registry: `python -m scripts.providers_page > docs/providers.md`."""

from collections.abc import Iterable

from routing.providers.catalog import CATALOG, Row
from routing.providers.registry import KINDS, settings_of
from routing.providers.settings import EVERYBODY, Setting

HEAD = """\
# Providers

The `kind` of a provider account says what is spoken to it, where it answers, and how a request is signed. Made by
`python -m scripts.providers_page`; to add one, see [Add a provider](add-a-provider.md).

An account needs an API key, and the settings that are in **bold**. Its own address (`base_url`) comes before the
kind's; `openai_compatible` has none but that.
"""
KEYS = {
    "azure_openai": "a key; or, for Entra ID, a JSON object with tenant_id, client_id and client_secret",
    "bedrock": "a Bedrock API key; `ACCESS:SECRET` or `ACCESS:SECRET:SESSION`; or a JSON object with access_key_id, …",
    "vertex": "an express-mode key, or a service account's JSON file",
    "sandbox": "none",
}
LOOK_ALIKES = """\
Servers of OpenAI's dialect that need no code of their own. What they differ in is known: say `kind: groq`, not
`kind: openai_compatible` with an address. *Beside chats* is what the gateway sends there as well; other operations are
refused. Settings are those of `openai_compatible`.
"""
SERVERS = """\
The address is where they listen unless told otherwise; give `base_url` for any other. No key, unless yours wants one.
"""


def page() -> str:
    """The whole text."""
    own = [name for name, kind in KINDS.items() if name not in CATALOG]
    return "\n".join([
        HEAD,
        _section("Dialects of their own", "", ("kind", "provider", "key", "settings"), map(_own, own)),
        _section("Settings", "Values are texts.", ("setting", "what it is", "of"), _settings(own)),
        _section(
            "Look-alikes", LOOK_ALIKES, ("kind", "provider", "address", "key's variable", "beside chats", "settings"),
            (_look_alike(row) for row in CATALOG.values() if not row.is_local),
        ),
        _section(
            "Servers of your own", SERVERS, ("kind", "server", "address", "beside chats"),
            (_server(row) for row in CATALOG.values() if row.is_local),
        ),
    ])  # fmt: skip


def _section(title: str, text: str, columns: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [columns, ("---",) * len(columns), *rows]
    table = "\n".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |" for line in lines)
    return "\n\n".join(filter(None, (f"## {title}", text.strip(), table))) + "\n"


def _own(name: str) -> tuple[str, ...]:
    kind = KINDS[name]
    key = KEYS.get(name) or f"`{kind.key_variable}`"
    return f"`{name}`", _link(kind.label, kind.docs), key if key != "``" else "as the server wants it", _names(name)


def _names(kind: str) -> str:
    """The kind's settings, those that are needed first and in bold."""
    rows = [setting for setting in settings_of(kind).values() if setting not in EVERYBODY]
    return ", ".join(
        f"**{row.name}**" if row.required else row.name for row in sorted(rows, key=lambda row: not row.required)
    )


def _settings(own: list[str]) -> Iterable[tuple[str, ...]]:
    """Each setting of kinds with a dialect of their own, and who has it."""
    found: dict[tuple[str, str], tuple[Setting, list[str]]] = {}
    for kind in own:
        for setting in settings_of(kind).values():
            found.setdefault((setting.name, setting.help), (setting, []))[1].append(f"`{kind}`")
    for setting, kinds in found.values():
        whose = "all but the sandbox" if setting in EVERYBODY else ", ".join(kinds)
        yield f"`{setting.name}`", f"{setting.label}. {setting.help}", whose


def _look_alike(row: Row) -> tuple[str, ...]:
    needed = ", ".join(f"**{setting.name}**: {setting.help.rstrip('.')}" for setting in row.settings)
    return f"`{row.slug}`", _link(row.name, row.docs), f"`{row.base_url}`", f"`{row.key}`", _does(row), needed


def _server(row: Row) -> tuple[str, ...]:
    return f"`{row.slug}`", _link(row.name, row.docs), f"`{row.base_url}`", _does(row)


def _does(row: Row) -> str:
    beside = ", ".join(name.replace("_", " ") for name in row.does if name != "chat")
    return beside if "chat" in row.does else f"{beside}; no chats"


def _link(name: str, address: str) -> str:
    return f"[{name}]({address})" if address else name


if __name__ == "__main__":
    print(page(), end="")
