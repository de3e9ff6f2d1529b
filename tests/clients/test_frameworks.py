"""LangChain and LlamaIndex work through the gateway."""

from pathlib import Path

from tests.clients.environment import needs_clients, run
from tests.tenant import Tenant
from tests.upstream import replies
from tests.upstream.handle import Upstream

HERE = Path(__file__).parent
RESULT = "*** Begin Patch\n+ünïcode\n*** End Patch: 12 °C"
pytestmark = needs_clients


def routes(tenant: Tenant, upstream: Upstream) -> dict[str, str]:
    return {
        name: tenant.route(upstream.site(scenario))
        for name, scenario in (("text", "ok"), ("calls", "calls-weather"), ("json", "json"))
    }


def test_langchain(tenant: Tenant, upstream: Upstream) -> None:
    assert run(HERE / "langchain_script.py", tenant, **routes(tenant, upstream)) == {
        "whole": {"text": replies.TEXT, "input": 1000},
        "streamed": {"words": [*replies.WORDS], "input": 1000},
        "tools": {"name": "weather", "result": RESULT},
        "response": replies.TEXT,
        "structured": {"city": "Oslo", "people": 7},
        "embeddings": [[0.5, -0.25, 1.0]] * 2,
    }


def test_llama_index(tenant: Tenant, upstream: Upstream) -> None:
    assert run(HERE / "llama_index_script.py", tenant, **routes(tenant, upstream)) == {
        "whole": replies.TEXT,
        "streamed": [*replies.WORDS],
        "completed": replies.TEXT,
        "tools": [["weather", RESULT]],
    }
