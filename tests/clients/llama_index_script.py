"""Drives the gateway with LlamaIndex and prints what came back. Runs in .venv-clients, with routes as its argument."""

import json
import os
import sys
from typing import Any

from llama_index.core.llms import ChatMessage
from llama_index.core.tools import FunctionTool
from llama_index.llms.openai_like import OpenAILike

routes = json.loads(sys.argv[1])


def llm(route: str) -> Any:
    return OpenAILike(
        model=route,
        api_base=os.environ["GATEWAY_URL"] + "/v1",
        api_key=os.environ["GATEWAY_KEY"],
        is_chat_model=True,
        is_function_calling_model=True,
        max_retries=0,
    )


def weather(input: str) -> str:
    """The weather in a city."""
    return f"{input}: 12 °C"


MESSAGES = [ChatMessage(role="system", content="Be kind."), ChatMessage(role="user", content="Say hello.")]


def whole() -> str:
    return str(llm(routes["text"]).chat(MESSAGES).message.content)


def streamed() -> list[str]:
    return [chunk.delta for chunk in llm(routes["text"]).stream_chat(MESSAGES) if chunk.delta]


def completed() -> str:
    return str(llm(routes["text"]).complete("Say hello."))


def tools() -> list[Any]:
    model = llm(routes["calls"])
    tool = FunctionTool.from_defaults(fn=weather)
    *_, last = model.stream_chat_with_tools([tool], user_msg="Weather?")
    return [(call.tool_name, tool(**call.tool_kwargs).content) for call in model.get_tool_calls_from_response(last)]


print(json.dumps({act.__name__: act() for act in (whole, streamed, completed, tools)}))
