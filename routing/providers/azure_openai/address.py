"""Where a resource answers. Azure has three surfaces, told apart by how the address ends:

/openai/v1   OpenAI's own paths, the deployment's name as the model
/openai      the older, dated one: the deployment's name in the path, an `api-version` with each request
/models      models of other makers, dated as well

https://learn.microsoft.com/en-us/azure/foundry/openai/api-version-lifecycle
"""

import re
from collections.abc import Mapping
from urllib.parse import urlsplit

DATED = "/openai"
_RESOURCE = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
_DATE = re.compile(r"\d{4}-\d\d-\d\d")


def base_url(settings: Mapping[str, str]) -> str:
    """The resource's own address; empty where the settings name none."""
    resource = settings.get("resource", "")
    return _with_surface(f"https://{resource}.openai.azure.com", settings) if _RESOURCE.fullmatch(resource) else ""


def completed(base_url: str, settings: Mapping[str, str]) -> str:
    """An account's own address: where it ends with the host, as Azure's portal shows it, the surface is added."""
    return base_url if urlsplit(base_url).path.strip("/") else _with_surface(base_url, settings)


def _with_surface(host: str, settings: Mapping[str, str]) -> str:
    return host + (DATED if _DATE.match(settings.get("api_version", "")) else "/openai/v1")
