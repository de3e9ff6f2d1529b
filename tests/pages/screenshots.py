"""Pictures of every page, light and dark, on a desktop and on a phone.

Run by hand, to look at: `python -m tests.pages.screenshots OUTDIR [NAME…]`.
Starts servers of its own and fills them with a demo organisation.
"""

import itertools
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Literal

from playwright.sync_api import Page, sync_playwright

SIZES = {"desktop": (1440, 900), "phone": (390, 844)}
THEMES: Final[tuple[Literal["light", "dark"], ...]] = ("light", "dark")


@contextmanager
def demo_site() -> Iterator[tuple[str, "dict[str, str]"]]:
    """A running gateway with the demo organisation: its address, and the paths of its pages by name."""
    from tests.servers import Servers

    servers = Servers()
    servers.publish()
    os.environ["DJANGO_SETTINGS_MODULE"] = "gateway_platform.settings"
    import django

    django.setup()
    from django.core.management import call_command

    from tests.gateway import Gateway
    from tests.pages.demo import Demo, ship

    call_command("migrate", verbosity=0)
    demo = Demo()
    ship(servers.postgres.url, list(demo.usage()))
    gateway = Gateway(Path(tempfile.mkdtemp(prefix="screenshots-")), servers.postgres.url, servers.redis.url).start()
    try:
        yield gateway.url, pages(demo)
    finally:
        gateway.stop()
        servers.stop()


def pages(demo: object) -> dict[str, str]:
    """Every page's path, by the name of its picture."""
    from billing.models import UsageEvent
    from routing.models import Deployment, ProviderAccount, Route
    from tenants.models import ApiKey

    key, blocked = ApiKey.objects.get(name="search-prod").pk, ApiKey.objects.get(name="intern-laptop").pk
    provider = ProviderAccount.objects.get(name="openai-main").pk
    deployment = Deployment.objects.get(name="mini").pk
    route, weighted = Route.objects.get(name="fast").pk, Route.objects.get(name="in-house").pk
    fallback = UsageEvent.objects.filter(attempts__1__status=200).first()
    assert fallback is not None
    inside = {
        "overview": "overview/", "overview-30d": "overview/?range=30d", "overview-key": f"overview/?range=7d&key={key}",
        "keys": "keys/", "key-new": "keys/new/", "key": f"keys/{key}/", "key-blocked": f"keys/{blocked}/",
        "key-edit": f"keys/{key}/edit/", "key-revoke": f"keys/{key}/revoke/",
        "requests": "requests/",
        "requests-custom": "requests/?range=custom&start=2020-01-01T00:00&end=2020-02-01T00:00",
        "requests-failed": "requests/?range=7d&outcome=failed&status=503",
        "requests-none": "requests/?q=nothing-like-this", "request": f"requests/{fallback.id}/",
        "providers": "providers/", "provider": f"providers/{provider}/", "provider-edit": f"providers/{provider}/edit/",
        "provider-new": "providers/new/", "provider-new-bedrock": "providers/new/?kind=bedrock",
        "deployment-new": f"deployments/new/?provider={provider}",
        "deployments": "deployments/", "deployment": f"deployments/{deployment}/",
        "deployment-edit": f"deployments/{deployment}/edit/", "routes": "routes/", "route": f"routes/{route}/",
        "route-new": "routes/new/", "route-edit": f"routes/{weighted}/edit/",
    }  # fmt: skip
    empty = {f"empty-{name}": f"/o/globex/{name}/" for name in ("overview", "keys", "requests", "routes", "providers")}
    return {name: f"/o/acme/{path}" for name, path in inside.items()} | empty | {
        "not-found": "/o/nobody/keys/", "password": "/accounts/password/change/", "organizations": "/organizations/",
    }  # fmt: skip


class Camera:
    """One browser page in one theme and size, and where its pictures go."""

    def __init__(self, page: Page, folder: Path, suffix: str) -> None:
        self.page, self.folder, self.suffix = page, folder, suffix
        page.on("console", lambda message: print("console:", message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: print("page error:", error))

    def take(self, name: str, *, full: bool = True) -> None:
        """Says when a page is wider than its window, since a picture hides that."""
        self.page.wait_for_load_state("networkidle")
        self.page.screenshot(path=self.folder / f"{name}-{self.suffix}.png", full_page=full)
        if self.page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            print(f"{name} {self.suffix}: wider than the window")

    def visit(self, address: str, paths: dict[str, str], only: list[str]) -> None:
        for name, path in paths.items():
            if not only or name in only:
                self.page.goto(address + path)
                self.take(name)

    def act(self, address: str, paths: dict[str, str]) -> None:
        """What appears only when a person does something."""
        page = self.page
        page.goto(address + paths["requests"])
        page.locator("tbody a.main-link").first.click()
        page.locator("dialog.drawer").wait_for()
        self.take("drawer", full=False)
        page.goto(address + paths["key"])
        page.get_by_role("link", name="Block").click()
        page.locator("dialog.sheet").wait_for()
        self.take("dialog", full=False)
        page.goto(address + paths["key-new"])
        page.get_by_role("button", name="Create the key").click()
        self.take("key-refused")
        page.get_by_role("textbox", name="Name", exact=True).fill(f"made-{self.suffix}")
        page.get_by_role("button", name="Create the key").click()
        self.take("key-created")
        page.goto(address + paths["overview"])
        page.get_by_role("button", name="Custom").click()
        self.take("range", full=False)
        if self.suffix.startswith("phone"):
            page.get_by_role("button", name="Open the menu").click()
            page.locator(".menu-open").wait_for()
            self.take("menu", full=False)


def shoot(address: str, paths: dict[str, str], folder: Path, only: list[str]) -> None:
    """One picture a page, theme and size; of all that there is unless only some are asked for."""
    from tests.pages.browser import chromium_path, sign_in
    from tests.pages.demo import PASSWORD

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=["--no-sandbox"])
        for theme, (size, (width, height)) in itertools.product(THEMES, SIZES.items()):
            page = browser.new_page(viewport={"width": width, "height": height}, color_scheme=theme)
            camera = Camera(page, folder, f"{size}-{theme}")
            page.goto(f"{address}/accounts/login/")
            camera.take("sign-in")
            sign_in(page, address, "ana@acme.example", PASSWORD)
            camera.visit(address, paths, only)
            if not only or "acts" in only:
                camera.act(address, paths)
            page.close()
        browser.close()


def main() -> None:
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    with demo_site() as (address, paths):
        shoot(address, paths, folder, sys.argv[2:])


if __name__ == "__main__":
    main()
