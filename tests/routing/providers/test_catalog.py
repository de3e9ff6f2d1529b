"""Look-alikes: each row is usable as it stands, and a new one is a row and nothing else."""

import re
import string
from urllib.parse import urlsplit

import pytest
from genai_prices.data_snapshot import get_snapshot
from hypothesis import given
from hypothesis import strategies as st

from routing.addresses import refused_url
from routing.models.provider import ProviderAccount
from routing.providers import catalog, registry
from routing.providers.catalog import CATALOG, Row
from routing.providers.registry import KINDS, adapter_for, base_url_of, look_alike, target_settings
from routing.wire.contract import Call, ErrorKind, Target, UpstreamError

DOES = {"chat", "completions", "responses", "stored_responses", "embeddings", "moderations", "rerank"}
# Settings that stand in addresses, as an account would have them.
GIVEN = {
    "bedrock-mantle": {"region": "us-east-1"},
    "bedrock-openai": {"region": "us-east-1"},
    "cloudflare": {"account": "0123456789abcdef0123456789abcdef"},
    "databricks": {"host": "adb-138962681435081.1.azuredatabricks.net"},
    "snowflake": {"account": "myorg-myaccount"},
}
TEMPLATED = [row for row in CATALOG.values() if row.settings]


def by_slug(row: Row) -> str:
    return row.slug


def test_there_are_many() -> None:
    assert len(CATALOG) >= 60


@pytest.mark.parametrize("row", CATALOG.values(), ids=by_slug)
def test_a_row_is_usable_as_it_stands(row: Row) -> None:
    kind_field = ProviderAccount._meta.get_field("kind")
    assert re.fullmatch(r"[a-z0-9]+([.-][a-z0-9]+)*", row.slug) and len(row.slug) <= (kind_field.max_length or 0)
    assert row.name and row.docs.startswith("https://") and set(row.does) <= DOES
    address = row.address(GIVEN.get(row.slug, {}))
    assert address and refused_url(address, allow_private=row.is_local) is None
    assert not address.endswith("/") and "{" not in address
    assert row.is_local or (address.startswith("https://") and re.fullmatch(r"[A-Z][A-Z0-9_]+", row.key))


@pytest.mark.parametrize("row", CATALOG.values(), ids=by_slug)
def test_its_quirks_are_settings_that_it_knows(row: Row) -> None:
    known = registry.settings_of(row.slug)
    assert [known[name].refusal(value) for name, value in row.quirks.items()] == [None] * len(row.quirks)


@pytest.mark.parametrize("row", [row for row in CATALOG.values() if row.prices], ids=by_slug)
def test_the_price_book_has_it(row: Row) -> None:
    assert row.prices in {provider.id for provider in get_snapshot().providers}


def test_no_two_rows_are_the_same_server() -> None:
    addresses = [row.base_url for row in CATALOG.values() if not row.is_local]
    assert len(set(addresses)) == len(addresses)
    assert len({row.name for row in CATALOG.values()}) == len(CATALOG)


# B15
@pytest.mark.parametrize("row", TEMPLATED, ids=by_slug)
def test_an_address_without_its_settings_is_none(row: Row) -> None:
    assert set(GIVEN[row.slug]) == set(re.findall(r"{(\w+)}", row.base_url)) == {s.name for s in row.settings}
    assert row.address({}) == ""


@pytest.mark.parametrize("row", TEMPLATED, ids=by_slug)
@given(value=st.text(alphabet=string.ascii_lowercase + string.digits + "./\\@:#?%-_ \n{}", max_size=40))
@pytest.mark.parametrize("template", ["{0}", "evil.example/{0}", "x@evil.example#{0}", "{0}.evil.example", "{0}\n"])
def test_no_setting_leads_to_another_host(row: Row, template: str, value: str) -> None:
    (name,) = GIVEN[row.slug]
    address = row.address({name: template.replace("{0}", value)})
    fixed = urlsplit(row.base_url).netloc.partition("}")[2]
    ours = (fixed,) if fixed else (".cloud.databricks.com", ".azuredatabricks.net", ".gcp.databricks.com", row.host)
    assert address == "" or (urlsplit(address).hostname or "").endswith(ours)
    assert address == "" or urlsplit(address).path == urlsplit(row.address(GIVEN[row.slug])).path or "account" in name


def test_a_new_look_alike_is_one_row() -> None:
    rows = catalog.read('[new]\nname = "New"\nbase_url = "https://api.new.example/v1"\ndocs = "https://new.example"\n')
    kind = look_alike(rows["new"])
    assert (kind.label, kind.base_url({}), kind.group) == ("New", "https://api.new.example/v1", "look-alike")
    assert kind.chat is not None
    call = Call("chat", "anthropic_messages", {}, "m", to_chat=lambda body: {"messages": [], "max_tokens": 5})
    outgoing = kind.chat().build(call, Target("new", kind.base_url({}), "their-model"))
    assert (outgoing.path, outgoing.body) == (
        "/chat/completions", b'{"messages":[],"max_tokens":5,"model":"their-model"}'
    )  # fmt: skip


def test_a_field_that_no_row_has_is_no_silent_mistake() -> None:
    with pytest.raises(TypeError):
        catalog.read('[new]\nname = "New"\nbase_url = "https://x"\ndocs = "https://x"\nquirk = {}\n')


def test_an_account_s_settings_stand_over_the_row_s() -> None:
    assert target_settings("perplexity", "", {}) == {"done": "optional"}
    assert target_settings("deepseek", "", {"keeps": "thinking", "api": "responses"}) == {
        "keeps": "thinking", "api": "responses"
    }  # fmt: skip


def test_a_look_alike_is_known_by_its_address_as_well() -> None:
    assert target_settings("openai_compatible", "https://api.mistral.ai/v1", {}) == {"usage": "unasked"}
    assert target_settings("openai_compatible", "https://router.huggingface.co/together/v1", {}) == {"done": "optional"}
    assert target_settings("openai_compatible", "https://llm.example/v1", {"done": "optional"}) == {"done": "optional"}
    assert target_settings("openai_compatible", "http://localhost:4000/v1", {}) == {}


def test_an_account_s_own_address_comes_first() -> None:
    assert base_url_of("groq", "", {}) == "https://api.groq.com/openai/v1"
    assert base_url_of("groq", "https://proxy.example/v1", {}) == "https://proxy.example/v1"


def refusal(kind: str, operation: str) -> ErrorKind:
    """What a kind says to an operation that it has not."""
    with pytest.raises(UpstreamError) as caught:
        adapter_for(Target(kind, "", "m"), Call(operation, "openai_chat", {}, "m"))
    return caught.value.kind


def test_what_a_row_does_not_do_is_refused() -> None:
    assert refusal("voyage", "chat") is refusal("groq", "rerank") is refusal("groq", "embeddings")
    assert refusal("voyage", "chat") is ErrorKind.UNSUPPORTED


def test_kinds_with_a_dialect_of_their_own_are_no_rows() -> None:
    assert not {"openai", "anthropic", "gemini", "vertex", "bedrock", "sandbox"} & set(CATALOG)
    assert set(CATALOG) < set(KINDS)
