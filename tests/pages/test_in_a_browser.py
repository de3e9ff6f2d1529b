"""The admin pages in a real browser, against the running product: what a person does on the first day."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Literal

import pytest
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.utils import timezone
from playwright.sync_api import BrowserContext, Page, Route, expect, sync_playwright

from billing.models import UsageEvent
from routing.models import Route as ModelRoute
from tenants.models import ApiKey
from tenants.models.people import Role
from tenants.services import add_member
from tests.pages.browser import chromium_path, sign_in
from tests.tenant import Tenant
from tests.upstream.handle import Upstream
from tests.waiting import eventually

PASSWORD = "a long enough password"
# What a strict Content-Security-Policy will say. Tabler's arrows and ticks are data: images.
POLICY = "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; frame-ancestors 'none'"

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(chromium_path() is None, reason="no Chromium on this machine; CHROMIUM can name one"),
]


@pytest.fixture(scope="module")
def chromium() -> Iterator[object]:
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # Playwright's loop runs in this thread
        expect.set_options(timeout=15_000)
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def page(chromium, tenant: Tenant) -> Iterator[Page]:
    """A signed-in owner of a fresh organisation. Whatever the browser complains about fails the test."""
    person = add_member(
        actor=None, organization=tenant.organization, email=f"ana@{tenant.organization.slug}.example", role=Role.OWNER
    ).user
    # The tests' own quick hasher is unknown to the running product.
    person.password = PBKDF2PasswordHasher().encode(PASSWORD, "salt", iterations=1)
    person.save()
    context: BrowserContext = chromium.new_context(permissions=["clipboard-read", "clipboard-write"])
    context.route("**/*", _with_policy)
    page = context.new_page()
    page.set_default_timeout(15_000)
    complaints: list[str] = []
    page.on(
        "console", lambda message: complaints.append(message.text) if message.type in ("error", "warning") else None
    )
    page.on("pageerror", lambda error: complaints.append(str(error)))
    sign_in(page, tenant.gateway.url, person.email, PASSWORD)
    yield page
    context.close()
    assert complaints == []


def _with_policy(route: Route) -> None:
    """Add the policy to pages; redirects and what is posted go their own way."""
    if route.request.method == "GET" and route.request.resource_type == "document":
        answer = route.fetch(max_redirects=0)
        if answer.status == 200:
            return route.fulfill(response=answer, headers={**answer.headers, "content-security-policy": POLICY})
    return route.continue_()


def press(page: Page, role: Literal["link", "button"], name: str) -> None:
    """Click what htmx handles: without waiting for scripts, the plain link or form would do its work instead."""
    page.wait_for_load_state("load")
    page.get_by_role(role, name=name, exact=True).click()


def go(page: Page, label: str) -> None:
    page.get_by_role("navigation", name="Main").get_by_role("link", name=label).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(label)


# B28
def test_create_copy_use_and_block_a_key(page: Page, tenant: Tenant, upstream: Upstream) -> None:
    model = tenant.route(upstream.site("ok"))
    go(page, "Keys")
    page.get_by_role("link", name="New key").click()
    page.get_by_role("textbox", name="Name", exact=True).fill("checkout")
    expect(page.get_by_label("Other names and wildcards")).to_be_hidden()
    page.wait_for_load_state("load")
    page.get_by_label("Only these").first.check()
    page.get_by_label(model).check()
    page.get_by_role("button", name="Create the key").click()

    page.wait_for_load_state("load")
    page.locator(".secret-row").get_by_role("button", name="Copy").click()
    expect(page.locator(".secret-row")).to_contain_text("Copied")
    secret = page.evaluate("navigator.clipboard.readText()")
    assert secret.startswith("gw-live-")
    page.get_by_role("tab", name="Python").click()
    expect(page.get_by_role("tabpanel")).to_contain_text(f'model="{model}"')

    client = tenant.client(secret)
    body = {"model": model, "messages": [{"role": "user", "content": "Hello"}]}
    eventually(lambda: client.post("/chat/completions", json=body).status_code == 200, within=2)

    page.get_by_role("link", name="I have copied it").click()
    press(page, "link", "Block")
    page.get_by_role("dialog").get_by_role("button", name="Block it").click()
    expect(page.get_by_text("Blocked", exact=True)).to_be_visible()
    eventually(lambda: client.post("/chat/completions", json=body).status_code == 403, within=1)
    assert ApiKey.objects.get(organization=tenant.organization, name="checkout").blocked
    page.get_by_role("button", name="Unblock").click()
    eventually(lambda: client.post("/chat/completions", json=body).status_code == 200, within=1)


def test_a_dialog_closes_without_doing_anything(page: Page, tenant: Tenant) -> None:
    go(page, "Keys")
    page.get_by_role("link", name="app", exact=True).click()
    press(page, "link", "Revoke")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert ApiKey.objects.get(pk=tenant.key.pk).revoked_at is None


def test_provider_deployment_route(page: Page, tenant: Tenant, upstream: Upstream) -> None:
    go(page, "Providers")
    page.get_by_role("link", name="New provider").first.click()
    page.get_by_role("textbox", name="Name", exact=True).fill("fake")
    page.wait_for_load_state("load")
    page.get_by_role("radio", name="Sandbox", exact=True).check()
    expect(page.get_by_label("Address")).to_be_hidden()
    page.get_by_role("radio", name="OpenAI-compatible", exact=True).check()
    page.get_by_label("Address").fill(upstream.site("ok").base_url)
    page.get_by_label("API keys").fill("sk-upstream-0123456789")
    page.get_by_role("button", name="Create the provider").click()

    for name in ("first", "second"):
        page.get_by_role("link", name="New deployment").click()
        expect(page.get_by_label("Provider")).to_contain_text("fake")
        page.get_by_role("textbox", name="Name", exact=True).fill(name)
        page.get_by_role("combobox", name="Model", exact=True).fill("fake-model")
        page.get_by_role("button", name="Create the deployment").click()
        press(page, "button", f"Test {name}")
        expect(page.get_by_role("status").filter(has_text="Answers")).to_be_visible()
        page.get_by_role("link", name="fake", exact=True).click()

    go(page, "Routes")
    page.get_by_role("link", name="New route").first.click()
    page.get_by_role("textbox", name="Name", exact=True).fill("smart")
    deployments = page.get_by_label("Deployment", exact=True)
    deployments.first.select_option(label="first (fake: fake-model)")
    press(page, "button", "Add a target")
    deployments.last.select_option(label="second (fake: fake-model)")
    page.get_by_role("button", name="Move up").last.click()
    page.get_by_role("button", name="Create the route").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("smart")
    route = ModelRoute.objects.get(organization=tenant.organization, name="smart")
    assert [target.deployment.name for target in route.targets.all()] == ["second", "first"]
    eventually(lambda: tenant.chat("smart").status_code == 200, within=2)


def test_search_a_kind_and_give_what_it_needs(page: Page, tenant: Tenant) -> None:
    go(page, "Providers")
    page.get_by_role("link", name="New provider").first.click()
    page.get_by_role("textbox", name="Name", exact=True).fill("aws")
    page.get_by_label("API keys").fill("a-bedrock-key-0123")
    page.wait_for_load_state("load")
    page.get_by_label("Search the kinds").fill("bedr")
    expect(page.get_by_role("radio", name="Groq")).to_be_hidden()
    page.get_by_role("radio", name="AWS Bedrock", exact=True).check()
    page.get_by_label("Region").fill("eu-central-1")  # the kind's own field, which htmx has brought
    expect(page.get_by_label("API keys")).to_have_value("a-bedrock-key-0123")
    page.get_by_role("button", name="Create the provider").click()
    expect(page.get_by_text("bedrock-runtime.eu-central-1.amazonaws.com")).to_be_visible()


def test_filter_the_log_and_look_into_a_request(page: Page, tenant: Tenant, upstream: Upstream) -> None:
    good, bad = tenant.route(upstream.site("ok")), tenant.route(upstream.site("status-500"))
    tenant.chat(good)
    tenant.chat(bad)
    tenant.rows(2)
    go(page, "Requests")
    rows = page.locator("#list tbody tr")
    expect(rows).to_have_count(2)
    page.wait_for_load_state("load")
    page.get_by_label("Outcome").select_option("failed")
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text(bad)
    assert "outcome=failed" in page.url
    rows.get_by_role("link").click()
    expect(page.get_by_role("dialog")).to_contain_text("Tokens and cost")
    page.get_by_role("button", name="Close").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.go_back()
    expect(rows).to_have_count(2)
    with page.expect_download() as download:
        page.get_by_role("link", name="Export CSV").click()
    assert download.value.suggested_filename.endswith(".csv")
    assert UsageEvent.objects.filter(organization_id=tenant.organization.pk).count() == 2


def test_the_overview_draws_its_charts(page: Page, tenant: Tenant, upstream: Upstream) -> None:
    tenant.chat(tenant.route(upstream.site("ok")))
    tenant.rows(1)
    go(page, "Overview")
    press(page, "link", "1 hour")
    expect(page.get_by_role("link", name="1 hour")).to_have_attribute("aria-current", "true")
    expect(page.locator(".plot canvas")).to_have_count(4)
    press(page, "button", "Custom")
    page.get_by_label("To", exact=True).fill(f"{timezone.now() + timedelta(hours=1):%Y-%m-%dT%H:%M}")
    page.get_by_role("button", name="Show").click()
    page.wait_for_url(re.compile("range=custom"))
    expect(page.locator(".plot canvas")).to_have_count(4)


def test_light_and_dark_is_remembered(page: Page) -> None:
    root = page.locator("html")
    press(page, "button", "Light or dark")
    page.get_by_role("menuitemradio", name="Dark").click()
    expect(root).to_have_attribute("data-bs-theme", "dark")
    page.reload()
    expect(root).to_have_attribute("data-bs-theme", "dark")


def test_the_menu_is_a_drawer_on_a_phone(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    menu = page.get_by_role("navigation", name="Main")
    expect(menu).to_be_hidden()
    press(page, "button", "Open the menu")
    expect(menu).to_be_visible()
    page.keyboard.press("Escape")
    expect(menu).to_be_hidden()
