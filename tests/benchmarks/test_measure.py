"""CPU time and memory of a process and its children."""

import os
import subprocess
import sys

from benchmarks.measure import cpu_seconds, rss_mib

BURN = "import time\nwhile time.process_time() < 0.3: pass\n"


def test_cpu_of_children_counts() -> None:
    before = cpu_seconds(os.getpid())
    subprocess.run([sys.executable, "-c", BURN], check=True)
    assert cpu_seconds(os.getpid()) - before >= 0.3


def test_memory_is_that_of_the_whole_family() -> None:
    alone = rss_mib(os.getpid())
    hold = "held = b'x' * 50_000_000\nprint(flush=True)\ninput()"
    with subprocess.Popen([sys.executable, "-c", hold], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        child.stdout.readline()
        assert rss_mib(os.getpid()) > alone + 45
        child.communicate(b"\n")
