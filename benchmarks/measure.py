"""What a server costs: CPU time and memory of its process and every process it started."""

import time

import psutil


def _tree(pid: int) -> list[psutil.Process]:
    root = psutil.Process(pid)
    return [root, *root.children(recursive=True)]


def cpu_seconds(pid: int) -> float:
    """User and system time so far, of children too, whether they live or have been waited for."""
    return sum(_own_cpu_seconds(process.pid) + sum(process.cpu_times()[2:4]) for process in _tree(pid))


def _own_cpu_seconds(pid: int) -> float:
    """Of all threads of one process, to the nanosecond; /proc counts in hundredths of a second."""
    sched_clock = 2  # what clock_getcpuclockid(3) answers on Linux, which Python does not expose
    return time.clock_gettime(~pid << 3 | sched_clock)


def rss_mib(pid: int) -> float:
    """Resident memory."""
    return sum(process.memory_info().rss for process in _tree(pid)) / 2**20
