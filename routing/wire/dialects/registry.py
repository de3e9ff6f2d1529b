"""The client dialects, by name."""

from routing.wire.dialects.anthropic_messages import ANTHROPIC_MESSAGES
from routing.wire.dialects.dialect import Dialect
from routing.wire.dialects.gemini import GEMINI
from routing.wire.dialects.openai_chat import OPENAI_CHAT
from routing.wire.dialects.openai_completions import OPENAI_COMPLETIONS
from routing.wire.dialects.openai_responses import OPENAI_RESPONSES

DIALECTS: dict[str, Dialect] = {
    dialect.name: dialect for dialect in (OPENAI_CHAT, OPENAI_RESPONSES, OPENAI_COMPLETIONS, ANTHROPIC_MESSAGES, GEMINI)
}
