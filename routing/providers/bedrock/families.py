"""The families of models that are asked with a prompt: what each calls its fields, and how it writes a conversation.

https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters.html
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from billing.dataplane.usage import Usage, usage_from_counts
from routing.providers.bedrock.draft import Draft, refused
from routing.providers.bedrock.model import Model
from routing.wire.chat import parts_of
from routing.wire.contract import Call, Json
from routing.wire.reading import object_in, objects_in, text_in


@dataclass(frozen=True, slots=True)
class Template:
    """How a turn of each side is written; `{}` is what it said. ``alone``: a single question goes out as it is."""

    system: str
    user: str
    assistant: str
    end: str
    begin: str = ""
    alone: bool = False


@dataclass(frozen=True, slots=True)
class Family:
    """One row. ``names``: of temperature, top_p, top_k, the limit and the stop sequences, where it has them."""

    template: Template
    names: dict[str, str]
    read: Callable[[Json], "Piece | None"]
    prompt: str = "prompt"
    inside: str = ""  # a field in which all but the prompt stands
    always: Json = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Piece:
    """An answer, or a part of one. ``reason``: the family's own word for its end."""

    text: str
    reason: str = ""
    finish: str | None = None
    usage: Usage | None = None


_FINISHES = {
    "length": "length", "max_tokens": "length", "LENGTH": "length", "MAX_TOKENS": "length", "CONTENT_FILTERED":
    "content_filter", "CONTENT_FILTER": "content_filter", "ERROR_TOXIC": "content_filter",
}  # fmt: skip


def _piece(text: Any, reason: Any, read: Any = None, wrote: Any = None) -> Piece | None:
    """None where nothing of it is there."""
    if not isinstance(text, str) and not reason:
        return None
    word = text_in(reason)
    counted = usage_from_counts({"input_tokens": read, "output_tokens": wrote}) if read and wrote else None
    return Piece(text_in(text), word, _FINISHES.get(word, "stop") if word else None, counted)


def _first(data: Json, name: str) -> Json:
    return next(iter(objects_in(data.get(name))), {})


def _titan(data: Json) -> Piece | None:
    result = _first(data, "results") or data
    wrote = result.get("tokenCount", data.get("totalOutputTextTokenCount"))
    return _piece(result.get("outputText"), result.get("completionReason"), data.get("inputTextTokenCount"), wrote)


def _llama(data: Json) -> Piece | None:
    read, wrote = data.get("prompt_token_count"), data.get("generation_token_count")
    return _piece(data.get("generation"), data.get("stop_reason"), read, wrote)


def _claude(data: Json) -> Piece | None:
    return _piece(data.get("completion"), data.get("stop_reason"))


def _mistral(data: Json) -> Piece | None:
    output = _first(data, "outputs")
    return _piece(output.get("text"), output.get("stop_reason"))


def _jurassic(data: Json) -> Piece | None:
    completion = _first(data, "completions")
    text = object_in(completion.get("data")).get("text")
    return _piece(text, object_in(completion.get("finishReason")).get("reason"))


def _command(data: Json) -> Piece | None:
    generation = _first(data, "generations") or data
    return _piece(generation.get("text"), generation.get("finish_reason"))


_PLAIN = Template("{}\n\n", "User: {}\n", "Bot: {}\n", "Bot:", alone=True)
_HUMAN = Template("{}\n\n", "\n\nHuman: {}", "\n\nAssistant: {}", "\n\nAssistant:")
_INST = Template("[INST] {} [/INST]", "[INST] {} [/INST]", " {}</s>", "", begin="<s>")


def _headed(role: str) -> str:
    return f"<|start_header_id|>{role}<|end_header_id|>\n\n"


_LLAMA_3 = Template(
    system=_headed("system") + "{}<|eot_id|>",
    user=_headed("user") + "{}<|eot_id|>",
    assistant=_headed("assistant") + "{}<|eot_id|>",
    end=_headed("assistant"),
    begin="<|begin_of_text|>",
)
_SAMPLING = {"temperature": "temperature", "top_p": "top_p", "top_k": "top_k"}
_LLAMA_NAMES = {"temperature": "temperature", "top_p": "top_p", "limit": "max_gen_len"}
_FAMILIES: list[tuple[str, re.Pattern[str], Family]] = [
    ("amazon", re.compile(r"titan-t"), Family(
        _PLAIN, {"temperature": "temperature", "top_p": "topP", "limit": "maxTokenCount", "stop": "stopSequences"},
        _titan, "inputText", "textGenerationConfig",
    )),
    ("meta", re.compile(r"llama-?[12](?!\d)"), Family(_INST, _LLAMA_NAMES, _llama)),
    ("meta", re.compile(r"llama"), Family(_LLAMA_3, _LLAMA_NAMES, _llama)),
    ("anthropic", re.compile(r"claude-(v2|v1|instant|2)"), Family(
        _HUMAN, {**_SAMPLING, "limit": "max_tokens_to_sample", "stop": "stop_sequences"}, _claude,
        always={"max_tokens_to_sample": 4096},
    )),
    ("mistral", re.compile(r""), Family(_INST, {**_SAMPLING, "limit": "max_tokens", "stop": "stop"}, _mistral)),
    ("ai21", re.compile(r"j2"), Family(
        _PLAIN, {"temperature": "temperature", "top_p": "topP", "limit": "maxTokens", "stop": "stopSequences"},
        _jurassic,
    )),
    ("cohere", re.compile(r"command-(light-)?text"), Family(
        _PLAIN, {"temperature": "temperature", "top_p": "p", "top_k": "k", "limit": "max_tokens",
                 "stop": "stop_sequences"}, _command,
    )),
]  # fmt: skip
_READ = {
    "model", "messages", "stream", "stream_options", "temperature", "top_p", "top_k", "max_tokens",
    "max_completion_tokens", "stop", "n", "user", "store",
}  # fmt: skip


def family_of(model: Model) -> Family | None:
    return next((row for vendor, name, row in _FAMILIES if vendor == model.vendor and name.match(model.name)), None)


def piece_in(family: Family, data: Json) -> Piece | None:
    return family.read(data)


def request_of(family: Family, call: Call, draft: Draft) -> Json:
    """The body. Raises `UpstreamError` (UNSUPPORTED) for what a prompt cannot say."""
    chat = call.chat
    for name in ("tools", "functions", "response_format"):
        if chat.get(name) and object_in(chat[name]).get("type") != "text":
            raise refused("This model only continues a prompt: it knows no tools, and no forms of answers.", name)
    if chat.get("n") not in (None, 1):
        raise refused("Bedrock gives one answer a request.", "n")
    stop = chat.get("stop")
    given = {
        "temperature": chat.get("temperature"), "top_p": chat.get("top_p"), "top_k": chat.get("top_k"),
        "limit": chat.get("max_completion_tokens") or chat.get("max_tokens"),
        "stop": [stop] if isinstance(stop, str) else stop,
    }  # fmt: skip
    for name, value in {**chat, **given}.items():
        unknown = name not in family.names if name in given else name not in _READ
        if unknown and value is not None:
            draft.warn(f"{name} was left out: this model has no such field.")
    options = {**family.always, **{own: given[name] for name, own in family.names.items() if given[name] is not None}}
    if family.inside:
        options = {family.inside: options} if options else {}
    raw = call.dialect == "openai_completions"  # whose callers have a prompt, and no chat
    template = Template("{}", "{}", "{}", "") if raw else family.template
    body = {family.prompt: _written(template, chat.get("messages")), **options}
    return {**body, "stream": True} if family.read is _command and call.stream else body


def _written(template: Template, messages: Any) -> str:
    turns = [(text_in(message.get("role")), _text(message)) for message in objects_in(messages)]
    if template.alone and len(turns) == 1:
        return turns[0][1]
    patterns = {"system": template.system, "developer": template.system, "assistant": template.assistant}
    # Not str.format: what was said may hold braces.
    said = [patterns.get(role, template.user).replace("{}", text, 1) for role, text in turns]
    return template.begin + "".join(said) + template.end


def _text(message: Json) -> str:
    if message.get("role") == "tool" or message.get("tool_calls"):
        raise refused("This model only continues a prompt: it knows no tools.", "messages")
    texts = []
    for part in parts_of(message.get("content")):
        if not isinstance(part.get("text"), str):
            raise refused("This model only continues a prompt: it takes texts alone.", "messages")
        texts.append(part["text"])
    return "\n".join(texts)
