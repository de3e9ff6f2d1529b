"""Lets the account that PostgreSQL runs as when root starts it reach its files; changes only what it must."""

import stat
from pathlib import Path

TRAVERSE = stat.S_IXOTH
READ = stat.S_IROTH


def open_way(data_dir: Path, program_dir: Path) -> None:
    """Make both places reachable for an account without rights, and the programs readable.

    Folders above get "pass through" and nothing more: nobody can list them who could not before.
    """
    for place in (data_dir, program_dir):
        for folder in place.parents:
            _add(folder, TRAVERSE)
    if not program_dir.stat().st_mode & TRAVERSE or not (program_dir / "bin").stat().st_mode & READ:
        for path in (program_dir, *program_dir.rglob("*")):
            _add(path, READ | (TRAVERSE if path.stat().st_mode & stat.S_IXUSR else 0))


def _add(path: Path, bits: int) -> None:
    mode = path.stat().st_mode
    if mode & bits != bits:
        path.chmod(stat.S_IMODE(mode) | bits)
