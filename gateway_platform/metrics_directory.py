"""Where the workers of one machine share their counters."""

import os
from pathlib import Path


def prepare_metrics_directory() -> None:
    """Tell prometheus_client to share counters between processes; it looks once, when it is first imported."""
    default = Path(os.environ.get("VAR_DIR", "var")) / "metrics"
    directory = Path(os.environ.setdefault("PROMETHEUS_MULTIPROC_DIR", str(default)))
    directory.mkdir(parents=True, exist_ok=True)
