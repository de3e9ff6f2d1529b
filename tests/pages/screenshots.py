"""Pictures of every page, light and dark, on a desktop and on a phone: `python -m tests.pages.screenshots OUTDIR`.

Run by hand, to look at. Starts servers of its own and fills them with a demo organisation.
"""

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SIZES = {"desktop": (1440, 900), "phone": (390, 844)}
THEMES = ("light", "dark")


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
        "requests": "requests/", "requests-failed": "requests/?range=7d&outcome=failed&status=503",
        "requests-none": "requests/?q=nothing-like-this", "request": f"requests/{fallback.id}/",
        "providers": "providers/", "provider": f"providers/{provider}/", "provider-edit": f"providers/{provider}/edit/",
        "deployments": "deployments/", "deployment": f"deployments/{deployment}/",
        "deployment-edit": f"deployments/{deployment}/edit/", "routes": "routes/", "route": f"routes/{route}/",
        "route-new": "routes/new/", "route-edit": f"routes/{weighted}/edit/",
    }  # fmt: skip
    empty = {f"empty-{name}": f"/o/globex/{name}/" for name in ("overview", "keys", "requests", "routes", "providers")}
    return {name: f"/o/acme/{path}" for name, path in inside.items()} | empty | {
        "not-found": "/o/nobody/keys/", "password": "/accounts/password/change/",
    }  # fmt: skip


def shoot(address: str, paths: dict[str, str], folder: Path) -> None:
    """One picture a page, theme and size, plus the sign-in page, the drawer, a dialog and the open phone menu."""
    from playwright.sync_api import sync_playwright

    from tests.pages.browser import chromium_path, sign_in
    from tests.pages.demo import PASSWORD

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=["--no-sandbox"])
        for theme in THEMES:
            for size, (width, height) in SIZES.items():
                page = browser.new_page(viewport={"width": width, "height": height}, color_scheme=theme)  # type: ignore[arg-type]
                page.on("console", lambda message: print("console:", message.text) if message.type == "error" else None)
                page.on("pageerror", lambda error: print("page error:", error))

                def picture(name: str, full: bool = True, theme: str = theme, size: str = size) -> None:
                    page.wait_for_load_state("networkidle")  # noqa: B023
                    page.screenshot(path=folder / f"{name}-{size}-{theme}.png", full_page=full)  # noqa: B023

                page.goto(f"{address}/accounts/login/")
                picture("sign-in")
                sign_in(page, address, "ana@acme.example", PASSWORD)
                for name, path in paths.items():
                    page.goto(address + path)
                    picture(name)
                    wide = page.evaluate("document.documentElement.scrollWidth > innerWidth")
                    if wide:
                        print(f"{name} {size}: wider than the window")
                page.goto(address + paths["requests"])
                page.locator("tbody a.main-link").first.click()
                page.locator("dialog.drawer").wait_for()
                picture("drawer", full=False)
                page.goto(address + paths["key"])
                page.get_by_role("link", name="Block").click()
                page.locator("dialog.sheet").wait_for()
                picture("dialog", full=False)
                if size == "phone":
                    page.goto(address + paths["keys"])
                    page.get_by_role("button", name="Open the menu").click()
                    page.wait_for_timeout(300)
                    picture("menu", full=False)
                page.close()
        browser.close()


def main() -> None:
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    only = sys.argv[2:]
    with demo_site() as (address, paths):
        chosen = {name: path for name, path in paths.items() if not only or name in only}
        shoot(
            address,
            paths if not only else chosen | {"requests": paths["requests"], "key": paths["key"], "keys": paths["keys"]},
            folder,
        )


if __name__ == "__main__":
    main()
