"""One candidate of Google's answers → deltas of the internal form, whole or piece by piece."""

import hashlib
from collections import Counter
from typing import Any

from routing.wire import json_text
from routing.wire.contract import Json
from routing.wire.gemini import FINISH_REASONS, SSE, dicts, finish_name, pick, tagged_signature

# What only Google's own callers know, kept beside the message under its own name.
_BESIDE = ("groundingMetadata", "urlContextMetadata", "citationMetadata", "safetyRatings", "finishMessage")


class CandidateReader:
    """State of one candidate: what has come so far.

    ``custom``: the caller's tools that take a text. ``whole``: all of it comes at once, so lists need no numbers.
    """

    __slots__ = ("_calls", "_custom", "_listed", "_response_id", "_text", "_thoughts", "_whole", "finish")

    def __init__(self, response_id: str, custom: frozenset[str] = frozenset(), whole: bool = False) -> None:
        self._response_id, self._custom, self._whole = response_id, custom, whole
        self._calls = 0
        self._text: list[str] = []
        self._thoughts: list[str] = []  # those that no signature has followed yet
        self._listed: Counter[str] = Counter()  # entries of each list of the delta
        self.finish = ""  # Google's word, once it has come

    def choice(self, candidate: Json) -> Json:
        """What this piece adds: delta, finish_reason and what goes beside them."""
        content = candidate.get("content")
        delta: Json = {}
        for part in dicts(pick(content, "parts") if isinstance(content, dict) else None):
            self._read(part, delta)
        for annotation in self._annotations(candidate):
            self._list(delta, "annotations", annotation)
        if self._whole:
            self._sign_text(delta)
        self.finish = finish_name(pick(candidate, "finishReason")) or self.finish
        choice: Json = {"delta": delta, "finish_reason": self._finish_reason()}
        if self.finish:
            choice["native_finish_reason"] = self.finish
        if (logprobs := _logprobs(pick(candidate, "logprobsResult"))) is not None:
            choice["logprobs"] = logprobs
        beside = {name: value for name in _BESIDE if (value := pick(candidate, name))}
        return {**choice, "extra_content": {"google": beside}} if beside else choice

    def _finish_reason(self) -> str | None:
        if not self.finish:
            return None
        reason = FINISH_REASONS.get(self.finish, "stop")
        return "tool_calls" if self._calls and reason == "stop" else reason

    def _read(self, part: Json, delta: Json) -> None:
        text, signature = part.get("text"), pick(part, "thoughtSignature")
        signature = signature if isinstance(signature, str) else ""
        call, data = pick(part, "functionCall"), pick(part, "inlineData")
        if part.get("thought") is True and isinstance(text, str):
            self._read_thought(text, signature, delta)
        elif isinstance(text, str):
            self._read_text(text, signature, delta)
        elif isinstance(call, dict):
            self._read_call(call, signature, delta)
        elif isinstance(data, dict):
            self._read_data(part, data, signature, delta)
        elif part:
            self._put_native(part, delta)

    def _put_native(self, part: Json, delta: Json) -> None:
        """A part that only Google knows, and how much of the text came before it."""
        before = sum(map(len, self._text))
        self._list(delta, "native_blocks", {"dialect": SSE, "block": part, "at": before})

    def _list(self, delta: Json, name: str, entry: Json) -> None:
        """Add to a list of the delta. In a stream each entry says its place: SDKs put lists together by it."""
        numbered = entry if self._whole else {"index": self._listed[name], **entry}
        self._listed[name] += 1
        delta.setdefault(name, []).append(numbered)

    def _sign(self, delta: Json, place: str, signature: str) -> None:
        """A signature as thinking blocks carry it, with the thoughts that came before it."""
        block = {
            "type": "thinking",
            "thinking": "".join(self._thoughts),
            "signature": tagged_signature(place, signature),
        }
        self._thoughts = []
        self._list(delta, "thinking_blocks", block)

    def _sign_text(self, delta: Json) -> None:
        """Thoughts before a signed text. In a stream its signature comes too late to end a block of thoughts."""
        signature = delta.get("extra_content", {}).get("google", {}).get("thought_signature")
        if signature and self._thoughts:
            self._sign(delta, "text", signature)

    def _read_thought(self, text: str, signature: str, delta: Json) -> None:
        self._thoughts.append(text)
        if text:
            delta["reasoning_content"] = delta.get("reasoning_content", "") + text
        if signature:
            self._sign(delta, "thought", signature)

    def _read_text(self, text: str, signature: str, delta: Json) -> None:
        self._text.append(text)
        if text:
            delta["content"] = delta.get("content", "") + text
        if signature:
            delta["extra_content"] = {"google": {"thought_signature": signature}}

    def _read_call(self, call: Json, signature: str, delta: Json) -> None:
        name, args = str(call.get("name") or ""), call.get("args")
        args = args if isinstance(args, dict) else {}
        arguments = json_text.write(args).decode()
        made: Json = {"index": self._calls, "id": self._call_id(call, name, arguments)}
        if name in self._custom:
            made |= {"type": "custom", "custom": {"name": name, "input": str(args.get("input") or "")}}
        else:
            made |= {"type": "function", "function": {"name": name, "arguments": arguments}}
        if signature:
            made["extra_content"] = {"google": {"thought_signature": signature}}
            self._sign(delta, str(self._calls), signature)
        delta.setdefault("tool_calls", []).append(made)
        self._calls += 1

    def _call_id(self, call: Json, name: str, arguments: str) -> str:
        """Google's own id where it gives one; else one that is the same each time the answer is read."""
        given = call.get("id")
        if isinstance(given, str) and given:
            return given
        known = f"{self._response_id}/{self._calls}/{name}/{arguments}".encode(errors="surrogatepass")
        return f"call_{hashlib.sha256(known).hexdigest()[:24]}"

    def _read_data(self, part: Json, data: Json, signature: str, delta: Json) -> None:
        mime, content = str(pick(data, "mimeType", "")), data.get("data")
        if not isinstance(content, str):
            return
        if mime.startswith("image/"):
            image: Json = {"type": "image_url", "image_url": {"url": f"data:{mime};base64,{content}"}}
            if signature:
                image["extra_content"] = {"google": {"thought_signature": signature}}
            self._list(delta, "images", image)
        elif mime.startswith("audio/") and "audio" not in delta:
            heard = pick(part, "audioTranscription")
            transcript = str(heard.get("text") or "") if isinstance(heard, dict) else ""
            audio = {"id": f"audio_{self._response_id}", "data": content, "transcript": transcript, "expires_at": 0}
            delta["audio"] = {**audio, "mime_type": mime}
        else:
            self._put_native(part, delta)

    def _annotations(self, candidate: Json) -> list[Json]:
        grounding, citations = pick(candidate, "groundingMetadata"), pick(candidate, "citationMetadata")
        found = []
        if isinstance(grounding, dict):
            found += self._grounded(grounding)
        if isinstance(citations, dict):
            found += [one for citation in dicts(citations.get("citations")) if (one := self._cited(citation, citation))]
        return found

    def _grounded(self, grounding: Json) -> list[Json]:
        """Each support with each of its sources; sources that support nothing in particular, once."""
        pages = [pick(c, "web") or pick(c, "retrievedContext") or c.get("maps") or {} for c in _chunks(grounding)]
        found, used = [], set()
        for support in dicts(pick(grounding, "groundingSupports")):
            segment, chosen = support.get("segment"), pick(support, "groundingChunkIndices")
            for number in chosen if isinstance(chosen, list) else []:
                if type(number) is int and 0 <= number < len(pages):
                    used.add(number)
                    found.append(self._cited(pages[number], segment if isinstance(segment, dict) else {}))
        found += [self._cited(page, {}) for number, page in enumerate(pages) if number not in used]
        return [one for one in found if one is not None]

    def _cited(self, page: Any, segment: Json) -> Json | None:
        url = page.get("uri") if isinstance(page, dict) else None
        if not isinstance(url, str) or not url:
            return None
        title = page.get("title")
        cited = {"url": url, "title": title if isinstance(title, str) else ""}
        places = {ours: self._place(pick(segment, name, 0)) for ours, name in _PLACES.items()}
        return {"type": "url_citation", "url_citation": {**cited, **places}}

    def _place(self, at: Any) -> int:
        """Google counts bytes of UTF-8, OpenAI characters."""
        if type(at) is not int or at <= 0:
            return 0
        return len("".join(self._text).encode(errors="replace")[:at].decode(errors="ignore"))


_PLACES = {"start_index": "startIndex", "end_index": "endIndex"}


def _chunks(grounding: Json) -> list[Json]:
    """The sources, each in its place: supports name them by number."""
    chunks = pick(grounding, "groundingChunks")
    return [c if isinstance(c, dict) else {} for c in chunks] if isinstance(chunks, list) else []


def _logprobs(result: Any) -> Json | None:
    if not isinstance(result, dict):
        return None
    others = dicts(pick(result, "topCandidates"))
    content = []
    for place, chosen in enumerate(dicts(pick(result, "chosenCandidates"))):
        top = dicts(others[place].get("candidates")) if place < len(others) else []
        content.append({**_logprob(chosen), "top_logprobs": [_logprob(one) for one in top]})
    return {"content": content, "refusal": None}


def _logprob(one: Json) -> Json:
    token, probability = str(one.get("token") or ""), pick(one, "logProbability", 0.0)
    return {"token": token, "logprob": probability, "bytes": list(token.encode(errors="surrogatepass"))}
