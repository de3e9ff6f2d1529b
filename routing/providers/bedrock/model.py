"""What a model's id says about what the model can do.

An id is `vendor.name`, an inference profile with a region before it (`us.vendor.name`), or an ARN. The ARN of an
application's own profile names no model; the setting `base_model` does then.
https://docs.aws.amazon.com/bedrock/latest/userguide/conversation-inference-supported-models-features.html
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

_VENDORS = (
    "ai21|amazon|anthropic|cohere|deepseek|google|luma|meta|minimax|mistral|moonshotai|moonshot|nvidia|openai|qwen"
    "|stability|twelvelabs|writer|zai"
)
_NAMED = re.compile(rf"(?:^|[./])({_VENDORS})\.([\w.:-]+)")
_REGION = re.compile(r"^(?:us|eu|ap|apac|au|ca|jp|sa|global|us-gov)\.(?=[a-z0-9]+\.)")
_CLAUDE = re.compile(r"claude-(?:[a-z]+-)?v?(\d+)(?:[-.](\d{1,2})(?!\d))?")
# Vendors whose older models answer to a schema only when it is dressed as a tool that they must call.
_NO_SCHEMA = {"amazon", "ai21", "cohere", "meta", "writer"}
_FORCED_TOOLS = {"amazon", "anthropic", "mistral", ""}


@dataclass(frozen=True, slots=True)
class Model:
    """``vendor`` is empty for an id that does not tell."""

    id: str
    vendor: str = ""
    name: str = ""
    claude: tuple[int, int] | None = None  # its version

    @property
    def may_be_claude(self) -> bool:
        return self.vendor in ("anthropic", "")

    @property
    def is_nova(self) -> bool:
        return self.vendor == "amazon" and self.name.startswith("nova")

    @property
    def caches(self) -> bool:
        """https://docs.aws.amazon.com/bedrock/latest/userguide/prompt-caching.html"""
        return self.may_be_claude or self.is_nova

    @property
    def goes_on(self) -> bool:
        """Whether it continues an assistant's message that the conversation ends with; many refuse."""
        return self.is_nova or (self.may_be_claude and not self.is_claude_since(4, 6))

    @property
    def takes_schema(self) -> bool:
        """https://docs.aws.amazon.com/bedrock/latest/userguide/structured-output.html"""
        if self.claude is not None:
            return self.claude >= (4, 5)
        return self.vendor not in _NO_SCHEMA

    @property
    def can_be_forced(self) -> bool:
        """Whether it can be made to call a tool. https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ToolChoice.html"""
        return self.vendor in _FORCED_TOOLS

    def is_claude_since(self, major: int, minor: int) -> bool:
        return self.claude is not None and self.claude >= (major, minor)


def model_of(model_id: str, settings: Mapping[str, str]) -> Model:
    """The model behind an id."""
    found = _NAMED.search(settings.get("base_model") or model_id)
    if found is None:
        return Model(model_id)
    vendor, name = found.groups()
    version = _CLAUDE.search(name) if vendor == "anthropic" else None
    return Model(model_id, vendor, name, (int(version[1]), int(version[2] or 0)) if version else None)


def without_region(model_id: str) -> str:
    """The foundation model of an inference profile: CountTokens knows only those."""
    return _REGION.sub("", model_id)
