"""Where Vertex AI answers, and what it calls a model: for Google's own and for those of its partners.

https://cloud.google.com/vertex-ai/docs/general/locations
"""

import re
from collections.abc import Mapping
from urllib.parse import quote

from routing.wire import json_text
from routing.wire.contract import Target
from routing.wire.reading import object_in, text_in

_REGION = re.compile(r"[a-z][a-z0-9-]{0,40}")
WHOLE_NAMES = ("projects/", "publishers/", "models/", "tunedModels/", "endpoints/")


def vertex_address(settings: Mapping[str, str]) -> str:
    """Where Vertex AI answers in a region; `global`, where none is named, is everywhere. Empty for no region's name."""
    region = region_of(settings)
    if not _REGION.fullmatch(region):
        return ""
    if region in ("us", "eu"):  # https://cloud.google.com/vertex-ai/docs/general/locations#multi-region
        return f"https://aiplatform.{region}.rep.googleapis.com/v1"
    prefix = "" if region == "global" else f"{region}-"
    return f"https://{prefix}aiplatform.googleapis.com/v1"


def region_of(settings: Mapping[str, str]) -> str:
    return settings.get("region") or settings.get("location") or "global"


def vertex_model(model: str, target: Target, publisher: str) -> str:
    """The path of a model, whose name is quoted already; under its publisher where it names none."""
    if model.startswith("projects/"):
        return f"/{model}"
    if not model.startswith(WHOLE_NAMES):
        model = f"publishers/{publisher}/models/{model}"
    project = target.settings.get("project") or _project_in(target.secrets)
    if not project:  # express mode: an API key stands for its project
        return f"/{model}"
    return f"/projects/{quote(project, safe=':')}/locations/{quote(region_of(target.settings))}/{model}"


def _project_in(secrets: tuple[str, ...]) -> str:
    """The project of a service account."""
    if not secrets or not secrets[0].startswith("{"):
        return ""
    try:
        account = json_text.read(secrets[0].encode())
    except json_text.InvalidJson:
        return ""
    return text_in(object_in(account).get("project_id"))


def speaks_anthropic(model: str) -> bool:
    """Whether a model is one of Anthropic's, which answer in its words here as well."""
    return "publishers/anthropic/" in model or model.rpartition("/")[2].startswith("claude")
