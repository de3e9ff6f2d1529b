"""What `make up` prints when everything runs: what to open, and a first request to paste."""

from pathlib import Path

from gateway_platform.secrets_file import read_lines

TEXT = """
  Gateway Platform runs (ready after {seconds:.0f} s). Ctrl-C stops it; the data stays in {var_dir}.

    Admin     {url}
    E-mail    {email}
    Password  {password}

  A first request; the same values are in {file}:

    curl -N {url}/v1/chat/completions \\
      -H "Authorization: Bearer {key}" \\
      -H "Content-Type: application/json" \\
      -d '{{"model": "{model}", "stream": true, "messages": [{{"role": "user", "content": "Say hello."}}]}}'
"""


def greeting(var_dir: Path, seconds: float, model: str) -> str:
    """The text, with the values that `prepare` left in quickstart.env."""
    file = var_dir / "quickstart.env"
    values = read_lines(file)
    return TEXT.format(
        seconds=seconds,
        var_dir=var_dir,
        file=file,
        model=model,
        url=values["GATEWAY_URL"],
        email=values["ADMIN_EMAIL"],
        password=values["ADMIN_PASSWORD"] or "the one you chose",
        key=values["GATEWAY_KEY"],
    )
