"""Copies what the pages use out of node_modules to static/vendor; run by `make assets`.

Of Tabler's five thousand icons only those are copied whose name appears in quotes in a template or in Python: each
file under static/ costs every web worker memory.
"""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NODE_MODULES = ROOT / "node_modules"
VENDOR = ROOT / "static" / "vendor"
PAGES = ("templates", "gateway_platform", "tenants", "routing", "billing", "cache")
FILES = {
    "tabler": ["@tabler/core/dist/css/tabler.min.css", "@tabler/core/dist/js/tabler.min.js"],
    "htmx": ["htmx.org/dist/htmx.min.js"],
    "echarts": ["echarts/dist/echarts.min.js"],
    "fonts": [
        "@fontsource-variable/ibm-plex-sans/files/ibm-plex-sans-latin-wght-normal.woff2",
        "@fontsource-variable/ibm-plex-sans/files/ibm-plex-sans-latin-ext-wght-normal.woff2",
        "@fontsource/ibm-plex-mono/files/ibm-plex-mono-latin-400-normal.woff2",
        "@fontsource/ibm-plex-mono/files/ibm-plex-mono-latin-500-normal.woff2",
    ],
}
ICONS = NODE_MODULES / "@tabler/icons/icons/outline"
SOURCE_MAP = re.compile(rb"\n?(//|/\*)# sourceMappingURL=\S+( \*/)?\s*$")  # the maps are not copied


def main() -> None:
    """Copy everything; files from before that are no longer used go."""
    shutil.rmtree(VENDOR, ignore_errors=True)
    for folder, sources in FILES.items():
        for source in sources:
            copy(NODE_MODULES / source, VENDOR / folder)
    for name in sorted(words_in_quotes()):
        if (icon := ICONS / f"{name}.svg").exists():
            copy(icon, VENDOR / "icons")


def copy(source: Path, folder: Path) -> None:
    """One file, without the pointer to its source map."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / source.name).write_bytes(SOURCE_MAP.sub(b"", source.read_bytes()))


def words_in_quotes() -> set[str]:
    """What could be an icon's name."""
    return {word for file in pages() for word in re.findall(r"""["']([a-z0-9-]+)["']""", file.read_text())}


def pages() -> Iterator[Path]:
    """The files that may name an icon."""
    for folder in PAGES:
        yield from (ROOT / folder).rglob("*.html")
        yield from (ROOT / folder).rglob("*.py")


if __name__ == "__main__":
    main()
