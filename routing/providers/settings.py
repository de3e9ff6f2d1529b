"""What an account may be told beside its address and keys, as data: forms, API and configuration files read it here.

Values are texts. One that becomes a part of an address has a strict pattern: it must not lead to another host.
"""

import re
from dataclasses import dataclass

LONGEST = 500  # characters of a value
_ANY = r"[ -~]+"
_NAMES = r"[A-Za-z0-9_.-]+(\s*,\s*[A-Za-z0-9_.-]+)*"


@dataclass(frozen=True, slots=True)
class Setting:
    """One row. ``required``: an account without an address of its own cannot do without it."""

    name: str
    label: str
    help: str = ""
    required: bool = False
    pattern: str = _ANY  # of the whole value
    choices: tuple[str, ...] = ()
    never: frozenset[str] = frozenset()  # what a list by commas may not name, in lower case; "x-*" is all that begin so
    rare: bool = False  # most accounts leave it alone

    def refusal(self, value: object) -> str | None:
        """Why this is no value for it; None if it is fine."""
        if not isinstance(value, str):
            return "A setting is a text."
        if self.choices and value not in self.choices:
            return f"{value} is none of {', '.join(self.choices)}."
        if len(value) > LONGEST or not re.fullmatch(self.pattern, value):
            return f"“{value[:80]}” does not fit. {self.help}".strip()
        refused = [name for name in names_in(value) if self.never and _is_among(name.lower(), self.never)]
        return f"{refused[0]} cannot be in it." if refused else None


def names_in(value: str) -> list[str]:
    """The names of a list by commas."""
    return [name for name in (part.strip() for part in value.split(",")) if name]


def _is_among(name: str, patterns: frozenset[str]) -> bool:
    return any(name == each or (each.endswith("*") and name.startswith(each[:-1])) for each in patterns)


AWS_REGION = Setting("region", "Region", "An AWS region, for instance eu-central-1.", True, r"[a-z]{2}(-[a-z]+)+-\d")
BEDROCK = (
    AWS_REGION,
    Setting(
        "guardrail", "Guardrail", "As id@version; callers cannot take it off.", pattern=r"[\w:/.-]+@\w+", rare=True
    ),
    Setting("base_model", "Base model", "What an application inference profile's ARN stands for.", rare=True),
    Setting(
        "anthropic_beta", "Anthropic betas", "Names by commas, beyond those that are known.", pattern=_NAMES, rare=True
    ),
)
AZURE = (
    Setting(
        "resource", "Resource", "The name before .openai.azure.com.", True, r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
    ),
    Setting(
        "api_version", "API version", "For instance 2024-10-21, or preview. Empty: the undated API (v1).",
        pattern=r"\d{4}-\d\d-\d\d(-preview)?|preview|latest",
    ),
)  # fmt: skip
VERTEX = (
    Setting("project", "Project", "Its id. Empty: the one of the service account.", pattern=r"[a-z0-9.:-]+"),
    Setting("region", "Region", "For instance europe-west4, us or eu. Empty: global.", pattern=r"[a-z]+(-[a-z]+\d+)?"),
)
KEEPS = Setting(
    "keeps", "Also understands", "What the server knows beyond OpenAI's fields, by commas: cache_control, thinking, …",
    pattern=_NAMES, rare=True,
)  # fmt: skip
DONE = Setting(
    "done", "End of a stream", "optional: its streams may end without [DONE].", choices=("optional",), rare=True
)
USAGE = Setting(
    "usage", "Usage of a stream", "unasked: it is told without being asked for, and asking is refused.",
    choices=("unasked",), rare=True,
)  # fmt: skip
KEY_HEADER = Setting(
    "key_header", "Key's header", "The header that carries the key.", pattern=r"[A-Za-z0-9-]+", rare=True
)
FORWARD_HEADERS = Setting(
    "forward_headers", "Callers' headers", "Names by commas: headers of a request that go on to the provider.",
    pattern=_NAMES, rare=True, never=frozenset({
        # Who somebody is, what the connection is, and what the gateway says itself.
        "authorization", "proxy-*", "cookie", "set-cookie", "x-api-key", "api-key", "x-goog-*", "x-amz-*", "x-amzn-*",
        "host", "connection", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade", "expect", "content-*",
        "accept-encoding", "forwarded", "x-forwarded-*", "x-real-ip", "x-gateway-*",
        # These go on by themselves, where the provider knows them.
        "anthropic-beta", "anthropic-version", "openai-beta",
    }),
)  # fmt: skip
FORWARD_FIELDS = Setting(
    "forward_fields", "Callers' fields", "Names by commas: fields that go on as they are in translated requests.",
    pattern=_NAMES, rare=True, never=frozenset({"model", "messages", "input", "contents", "stream", "stream_options"}),
)  # fmt: skip
EVERYBODY = (FORWARD_HEADERS, FORWARD_FIELDS)  # of each kind with an address
