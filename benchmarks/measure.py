"""What a server costs: CPU time and memory of its process and every process it started."""

import psutil


def _tree(pid: int) -> list[psutil.Process]:
    root = psutil.Process(pid)
    return [root, *root.children(recursive=True)]


def cpu_seconds(pid: int) -> float:
    """User and system time so far, of children too, whether they live or have been waited for."""
    return sum(sum(process.cpu_times()[:4]) for process in _tree(pid))


def rss_mib(pid: int) -> float:
    """Resident memory."""
    return sum(process.memory_info().rss for process in _tree(pid)) / 2**20
