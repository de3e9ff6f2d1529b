"""Where Bedrock answers: one address a region. https://docs.aws.amazon.com/general/latest/gr/bedrock.html"""

import re
from collections.abc import Mapping

_REGION = re.compile(r"[a-z]{2}(-[a-z]+)+-\d")


def base_url(settings: Mapping[str, str]) -> str:
    """The region's own address; empty where the settings name no region."""
    region = settings.get("region", "")
    if not _REGION.fullmatch(region):
        return ""
    suffix = "amazonaws.com.cn" if region.startswith("cn-") else "amazonaws.com"
    return f"https://bedrock-runtime.{region}.{suffix}"
