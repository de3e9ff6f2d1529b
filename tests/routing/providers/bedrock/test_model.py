"""What an id says about its model, and what a region says about the address."""

import pytest

from routing.providers.bedrock.address import base_url
from routing.providers.bedrock.model import model_of, without_region


@pytest.mark.parametrize(
    ("model_id", "vendor", "claude"),
    [
        ("anthropic.claude-3-5-sonnet-20241022-v2:0", "anthropic", (3, 5)),
        ("us.anthropic.claude-sonnet-4-20250514-v1:0", "anthropic", (4, 0)),
        ("global.anthropic.claude-sonnet-4-5-20250929-v1:0", "anthropic", (4, 5)),
        ("us.anthropic.claude-opus-4-6-v1", "anthropic", (4, 6)),
        ("us.anthropic.claude-sonnet-5", "anthropic", (5, 0)),
        ("anthropic.claude-v2:1", "anthropic", (2, 0)),
        ("anthropic.claude-instant-v1", "anthropic", (1, 0)),
        ("arn:aws:bedrock:us-east-1:1:inference-profile/us.anthropic.claude-opus-4-8", "anthropic", (4, 8)),
        ("arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-lite-v1:0", "amazon", None),
        ("arn:aws:bedrock:us-east-1:1:application-inference-profile/a1b2", "", None),
        ("eu.mistral.pixtral-large-2502-v1:0", "mistral", None),
        ("moonshot.kimi-k2-thinking", "moonshot", None),
        ("moonshotai.kimi-k2.5", "moonshotai", None),
        ("zai.glm-5", "zai", None),
        ("something-else", "", None),
    ],
)
def test_ids(model_id: str, vendor: str, claude: tuple[int, int] | None) -> None:
    model = model_of(model_id, {})
    assert (model.id, model.vendor, model.claude) == (model_id, vendor, claude)


def test_a_profile_s_model_can_be_told() -> None:
    model = model_of(
        "arn:aws:bedrock:us-east-1:1:application-inference-profile/a", {"base_model": "amazon.nova-pro-v1:0"}
    )
    assert model.is_nova
    assert model.id.startswith("arn:")


@pytest.mark.parametrize(
    ("model_id", "plain"),
    [
        ("us.anthropic.claude-opus-4-8", "anthropic.claude-opus-4-8"),
        ("us-gov.anthropic.claude-3-haiku", "anthropic.claude-3-haiku"),
        ("anthropic.claude-3-haiku", "anthropic.claude-3-haiku"),
        ("arn:aws:bedrock:us-east-1:1:x/us.anthropic.x", "arn:aws:bedrock:us-east-1:1:x/us.anthropic.x"),
    ],
)
def test_without_a_region(model_id: str, plain: str) -> None:
    assert without_region(model_id) == plain


@pytest.mark.parametrize(
    ("region", "address"),
    [
        ("us-east-1", "https://bedrock-runtime.us-east-1.amazonaws.com"),
        ("us-gov-west-1", "https://bedrock-runtime.us-gov-west-1.amazonaws.com"),
        ("cn-north-1", "https://bedrock-runtime.cn-north-1.amazonaws.com.cn"),
        ("", ""),
        ("evil.example/", ""),
        ("us-east-1\n", ""),
    ],
)
def test_addresses(region: str, address: str) -> None:
    assert base_url({"region": region}) == address
