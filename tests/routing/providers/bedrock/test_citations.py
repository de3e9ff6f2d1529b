"""Citations reach callers in Anthropic's words, and those of web pages in OpenAI's too."""

import pytest

from routing.providers.bedrock.citations import cited
from routing.wire.contract import Json
from tests.routing.providers.bedrock.exchanges import read
from tests.routing.providers.bedrock.test_response import parsed
from tests.routing.providers.bedrock.test_stream import END, START, delta, stop

TEXT = {"sourceContent": [{"text": "Ruby was "}, {"text": "made."}], "title": "History"}
CHAR = {**TEXT, "location": {"documentChar": {"documentIndex": 1, "start": 3, "end": 9}}}
WEB: Json = {"location": {"web": {"url": "https://ruby-lang.org/", "domain": "ruby-lang.org"}}}
CITED = {"cited_text": "Ruby was made."}


@pytest.mark.parametrize(
    ("location", "expected"),
    [
        (
            {"documentChar": {"documentIndex": 1, "start": 3, "end": 9}},
            {"type": "char_location", "document_index": 1, "start_char_index": 3, "end_char_index": 9},
        ),
        (
            {"documentPage": {"start": 1, "end": 2}},
            {"type": "page_location", "document_index": 0, "start_page_number": 1, "end_page_number": 2},
        ),
        (
            {"documentChunk": {"documentIndex": 0, "start": 0, "end": 1}},
            {"type": "content_block_location", "document_index": 0, "start_block_index": 0, "end_block_index": 1},
        ),
    ],
)
def test_places_in_documents(location: Json, expected: Json) -> None:
    ((entry,),) = cited([{**TEXT, "location": location}], 4, 8).values()
    assert entry == {
        "dialect": "anthropic_messages",
        "citation": {**expected, **CITED, "document_title": "History"},
        "start_index": 4,
        "end_index": 8,
    }


def test_places_in_search_results() -> None:
    location = {"searchResultLocation": {"searchResultIndex": 2, "start": 0, "end": 1}}
    ((entry,),) = cited([{**TEXT, "source": "https://x.example", "location": location}], 0, 1).values()
    assert entry["citation"] == {
        "type": "search_result_location", "search_result_index": 2, "start_block_index": 0, "end_block_index": 1,
        "source": "https://x.example", "title": "History", **CITED,
    }  # fmt: skip


def test_pages_of_the_web() -> None:
    found = cited([WEB], 0, 5)
    cite = {"url": "https://ruby-lang.org/", "title": "ruby-lang.org", "start_index": 0, "end_index": 5}
    assert found["annotations"] == [{"type": "url_citation", "url_citation": cite}]
    assert found["citations"][0]["citation"]["type"] == "web_search_result_location"
    assert cited([{"location": {"moon": {}}}, {}], 0, 1) == {}


def test_they_stand_beside_the_text_that_they_support() -> None:
    content = [{"text": "So: "}, {"citationsContent": {"content": [{"text": "1993."}], "citations": [CHAR, WEB]}}]
    message = parsed(content)["message"]
    assert message["content"] == "So: 1993."
    assert [(one["start_index"], one["end_index"]) for one in message["citations"]] == [(4, 9), (4, 9)]
    assert len(message["annotations"]) == 1

    body = START + delta(0, text="So: ") + stop(0) + delta(1, text="1993.")
    body += delta(1, citation=CHAR) + delta(1, citation=WEB) + stop(1) + delta(2, citation=WEB) + stop(2)
    reading = read([body + END])
    streamed = [one for delta in reading.deltas for one in delta.get("citations", ())]
    assert [one.pop("index") for one in streamed] == [0, 1, 2]
    assert streamed[:2] == message["citations"]
    assert [one["index"] for delta in reading.deltas for one in delta.get("annotations", ())] == [0, 1]
