"""The real small model answers in OpenAI's dialect."""

import importlib.util
import sys
from pathlib import Path

import httpx
import pytest

from gateway_platform.embedded.ports import remembered_port
from gateway_platform.embedded.process import wait_until
from gateway_platform.local_model import MODEL, model_file
from gateway_platform.supervisor import start_program

installed = model_file() is not None and importlib.util.find_spec("xllamacpp") is not None


@pytest.mark.skipif(not installed, reason="`make test LOCAL_MODEL=1` installs the model")
def test_streams_an_answer_and_stops(tmp_path: Path) -> None:
    port = remembered_port(tmp_path / "port")
    url = f"http://127.0.0.1:{port}"
    running = start_program("model", [sys.executable, "-m", "gateway_platform.local_model", str(port)], {})
    try:
        assert wait_until(lambda: _is_healthy(url), seconds=60)
        messages = [{"role": "user", "content": "Say hello."}]
        body = {"model": MODEL, "messages": messages, "max_tokens": 4, "stream": True}
        answer = httpx.post(f"{url}/v1/chat/completions", json=body, timeout=60)
    finally:
        running.stop(timeout=20)
    assert answer.text.startswith("data: {")
    assert answer.text.rstrip().endswith("data: [DONE]")
    assert f'"model":"{MODEL}"' in answer.text
    assert running.process.poll() == 0


def _is_healthy(url: str) -> bool | None:
    try:
        return httpx.get(f"{url}/health", timeout=1).status_code == 200 or None
    except httpx.HTTPError:
        return None
