"""The documents are true where a machine can tell: links lead somewhere, every dependency has its reason."""

import json
import re
import tomllib
from pathlib import Path

import pytest

from scripts import providers_page

ROOT = Path(__file__).parent.parent
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
LINK = re.compile(r"\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(document: Path) -> None:
    links = [link for link in LINK.findall(document.read_text()) if "://" not in link]
    assert [link for link in links if not leads_somewhere(document, link)] == []


def leads_somewhere(document: Path, link: str) -> bool:
    """Whether a link's file exists and has the heading that is named."""
    path, _, anchor = link.partition("#")
    target = (document.parent / path).resolve() if path else document
    if not target.exists():
        return False
    return not anchor or anchor in {slug(heading) for heading in HEADING.findall(target.read_text())}


def slug(heading: str) -> str:
    """A heading's anchor."""
    return re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")


def test_every_dependency_has_its_reason_and_every_reason_its_dependency() -> None:
    rows = re.findall(r"^\| (\S+) \| .{10,} \| .+ \| [\d.]+ \|$", document("docs/dependencies.md"), re.MULTILINE)
    assert len(rows) == len(set(rows))
    npm = json.loads(document("package.json"))
    assert set(rows) == python_packages() | npm["dependencies"].keys() | npm["devDependencies"].keys()


def python_packages() -> set[str]:
    """Names from pyproject.toml, without versions and extras."""
    project = tomllib.loads(document("pyproject.toml"))
    groups = [project["project"]["dependencies"], *project["dependency-groups"].values()]
    return {re.split(r"[\[<>=~! ]", line)[0].lower() for group in groups for line in group}


def test_the_license_is_the_one_that_is_named() -> None:
    assert 'license = "Apache-2.0"' in document("pyproject.toml")
    assert "Apache License\n                           Version 2.0, January 2004" in document("LICENSE")


def document(name: str) -> str:
    """A file's text, from the root."""
    return (ROOT / name).read_text()


def test_the_list_of_providers_is_the_registry_s() -> None:
    made = providers_page.page()
    assert made == document("docs/providers.md"), "Run: python -m scripts.providers_page > docs/providers.md"
