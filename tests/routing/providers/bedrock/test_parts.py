"""Content parts become blocks; what Bedrock cannot be told is refused by name."""

from typing import Any

import pytest

from routing.wire.contract import ErrorKind, Json
from tests.routing.providers.bedrock.requests import PIXEL, USER, refusal, said, sent


@pytest.mark.parametrize(
    ("url", "image"),
    [
        (f"data:image/png;base64,{PIXEL}", {"format": "png", "source": {"bytes": PIXEL}}),
        (f"data:image/jpg;base64,{PIXEL}", {"format": "jpeg", "source": {"bytes": PIXEL}}),
        (f"data:image/webp;charset=x;base64,{PIXEL}", {"format": "webp", "source": {"bytes": PIXEL}}),
        ("data:image/gif,%47%49", {"format": "gif", "source": {"bytes": "R0k="}}),
        ("s3://bucket-name/a.jpg", {"format": "jpeg", "source": {"s3Location": {"uri": "s3://bucket-name/a.jpg"}}}),
    ],
)
def test_images(url: str, image: Json) -> None:
    part = {"type": "image_url", "image_url": {"url": url, "detail": "high"}}
    assert sent(said(part))["messages"][0]["content"] == [{"image": image}]


def test_documents_get_names_that_bedrock_takes() -> None:
    def file(name: str, media_type: str = "application/pdf") -> Json:
        return {"type": "file", "file": {"filename": name, "file_data": f"data:{media_type};base64,{PIXEL}"}}

    blocks = sent(
        said(
            file("Q3_report (final)  v2.pdf"),
            file("a.b/c.csv", "text/csv"),
            file("", "text/x-python"),
            file(".md", "text/markdown"),
            file("c.docx", "application/octet-stream"),
            file("Q3 report (final) v2.pdf"),
        )
    )["messages"][0]["content"]
    assert blocks[0] == {"text": "(empty)"}  # a document needs a text beside it
    assert [(block["document"]["name"], block["document"]["format"]) for block in blocks[1:]] == [
        ("Q3 report (final) v2", "pdf"),
        ("a b c", "csv"),
        ("document", "txt"),
        ("md", "md"),
        ("c", "docx"),
        ("Q3 report (final) v2 2", "pdf"),
    ]


def test_documents_keep_citations_and_context() -> None:
    asked = {"citations": {"enabled": True}, "context": "From the archive", "title": "Letters"}
    file = {"type": "file", "file": {"file_data": "data:text/plain,Hello%20you", **asked}}
    (_, block) = sent(said({"type": "text", "text": "?"}, file))["messages"][0]["content"]
    assert block["document"] == {
        "format": "txt",
        "name": "Letters",
        "source": {"bytes": "SGVsbG8geW91"},
        "citations": {"enabled": True},
        "context": "From the archive",
    }


def test_video_audio_and_native_blocks() -> None:
    video = {"type": "video_url", "video_url": {"url": f"data:video/mp4;base64,{PIXEL}"}}
    audio = {"type": "input_audio", "input_audio": {"data": PIXEL, "format": "wav"}}
    guarded = {"guardContent": {"text": {"text": "x", "qualifiers": ["query"]}}}
    found = {"type": "search_result", "source": "s", "title": "t", "content": [{"type": "text", "text": "x"}]}
    native = [
        {"type": "native", "dialect": "bedrock", "block": guarded},
        {"type": "native", "dialect": "anthropic_messages", "block": found},
    ]
    assert sent(said(video, audio, *native))["messages"][0]["content"] == [
        {"video": {"format": "mp4", "source": {"bytes": PIXEL}}},
        {"audio": {"format": "wav", "source": {"bytes": PIXEL}}},
        guarded,
        {"searchResult": {"source": "s", "title": "t", "content": [{"text": "x"}]}},
    ]


@pytest.mark.parametrize(
    "part",
    [
        {"type": "image_url", "image_url": {"url": "https://example.com/a.png"}},
        {"type": "image_url", "image_url": {"url": f"data:image/tiff;base64,{PIXEL}"}},
        {"type": "file", "file": {"file_id": "file-1"}},
        {"type": "file", "file": {"filename": "a.zip", "file_data": f"data:application/zip;base64,{PIXEL}"}},
        {"type": "hologram"},
        {},
    ],
)
def test_what_bedrock_cannot_be_told_is_refused_by_name(part: Json) -> None:
    error = refusal(USER, said(part))
    assert (error.kind, error.param) == (ErrorKind.UNSUPPORTED, "messages[1].content")


@pytest.mark.parametrize(
    ("messages", "param"),
    [
        ([5], "messages[0]"),
        ([{"role": "judge", "content": "x"}], "messages[0].role"),
        ([{"role": "user", "content": 5}], "messages[0].content"),
        ([said({"type": "image_url"})], "messages[0].content"),
        ([said({"type": "input_audio", "input_audio": {"data": ""}})], "messages[0].content"),
    ],
)
def test_nonsense_is_a_bad_request(messages: list[Any], param: str) -> None:
    error = refusal(*messages)
    assert (error.kind, error.param) == (ErrorKind.BAD_REQUEST, param)
