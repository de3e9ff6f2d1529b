"""Drives the gateway with LangChain and prints what came back. Runs in .venv-clients, with routes as its argument."""

import json
import os
import sys
from typing import Any

from langchain_core.messages import HumanMessage, ToolMessage
from langchain_core.tools import tool
from langchain_openai import ChatOpenAI, OpenAIEmbeddings
from pydantic import BaseModel

routes = json.loads(sys.argv[1])
ADDRESS: Any = {"base_url": os.environ["GATEWAY_URL"] + "/v1", "api_key": os.environ["GATEWAY_KEY"]}


class City(BaseModel):
    """A city."""

    city: str
    people: int


@tool
def weather(input: str) -> str:
    """The weather in a city."""
    return f"{input}: 12 °C"


def chat(route: str, **fields: Any) -> Any:
    return ChatOpenAI(model=route, max_retries=0, **ADDRESS, **fields)


def whole() -> dict[str, Any]:
    answer = chat(routes["text"]).invoke([("system", "Be kind."), ("human", "Say hello.")])
    return {"text": answer.text, "input": answer.usage_metadata["input_tokens"]}


def streamed() -> dict[str, Any]:
    chunks = list(chat(routes["text"], stream_usage=True).stream("Say hello."))
    words = [chunk.text for chunk in chunks if chunk.text]
    return {"words": words, "input": sum((chunk.usage_metadata or {}).get("input_tokens", 0) for chunk in chunks)}


def tools() -> dict[str, Any]:
    model = chat(routes["calls"], streaming=True).bind_tools([weather])
    asked = HumanMessage("Weather?")
    said = model.invoke([asked])
    [call] = said.tool_calls
    result = weather.invoke(call)
    assert isinstance(result, ToolMessage)
    model.invoke([asked, said, result])
    return {"name": call["name"], "result": result.content}


def response() -> str:
    return str(chat(routes["text"], use_responses_api=True).invoke("Say hello.").text)


def structured() -> dict[str, Any]:
    return dict(chat(routes["json"]).with_structured_output(City).invoke("Which city?").model_dump())


def embeddings() -> list[list[float]]:
    model = OpenAIEmbeddings(model=routes["text"], check_embedding_ctx_length=False, **ADDRESS)
    return list(model.embed_documents(["one", "two"]))


said = {act.__name__: act() for act in (whole, streamed, tools, response, structured, embeddings)}
print(json.dumps(said))
