"""Anthropic's Messages, as its SDKs and Claude Code speak them.

https://platform.claude.com/docs/en/api/messages
"""

from routing.wire.anthropic import DIALECT
from routing.wire.dialects.anthropic_messages.errors import STATUSES, error, stream_error
from routing.wire.dialects.anthropic_messages.request import to_chat
from routing.wire.dialects.anthropic_messages.response import answer
from routing.wire.dialects.anthropic_messages.stream import MessageEmitter
from routing.wire.dialects.dialect import Dialect

ANTHROPIC_MESSAGES = Dialect(DIALECT, to_chat, answer, MessageEmitter, error, stream_error, statuses=STATUSES)
