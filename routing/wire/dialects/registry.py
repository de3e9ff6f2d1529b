"""The client dialects, by name."""

from routing.wire.dialects.dialect import Dialect
from routing.wire.dialects.openai_chat import OPENAI_CHAT

DIALECTS: dict[str, Dialect] = {dialect.name: dialect for dialect in (OPENAI_CHAT,)}
