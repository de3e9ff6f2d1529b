"""What the adapters of operations without streams have in common."""

from collections.abc import Mapping

from billing.dataplane.usage import usage_from_counts
from routing.providers.bedrock.errors import error_from_answer
from routing.wire import whole
from routing.wire.contract import ReadsHeaders, UpstreamError

INPUT_TOKENS = "x-amzn-bedrock-input-token-count"


class Whole(whole.Whole, ReadsHeaders):
    """An operation of InvokeModel or CountTokens. Some models tell what they used in a header alone."""

    dialect = "bedrock_invoke"

    def read_headers(self, headers: Mapping[str, str]) -> None:
        counted = headers.get(INPUT_TOKENS, "")
        if counted.isdecimal():
            self.usage = usage_from_counts({"input_tokens": int(counted)})

    def error(self, status: int, headers: Mapping[str, str], body: bytes) -> UpstreamError:
        return error_from_answer(status, headers, body)
