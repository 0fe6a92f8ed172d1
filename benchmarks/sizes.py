"""How much a package and what it needs take on disk."""

import re
import tomllib
from importlib import metadata
from pathlib import Path

ROOT = Path(__file__).parents[1]


def installed_bytes(package: str) -> int:
    """The bytes of `package` and of every installed distribution that it needs, byte code left out."""
    return sum(_distribution_bytes(name) for name in _with_requirements(package, set()))


def _with_requirements(name: str, seen: set[str]) -> set[str]:
    name = re.sub(r"[-_.]+", "-", name).lower()
    if name not in seen:
        try:
            requirements = _requirements(name)
        except metadata.PackageNotFoundError:  # needed on another system, or by another Python
            return seen
        seen.add(name)
        for requirement in requirements:
            _with_requirements(requirement, seen)
    return seen


def _requirements(name: str) -> list[str]:
    if name == "rushlight":  # which may run from a checkout that is not installed
        lines = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["dependencies"]
    else:
        lines = metadata.requires(name) or []
    return [re.split(r"[^\w.-]", line, maxsplit=1)[0] for line in lines if "extra ==" not in line]


def _distribution_bytes(name: str) -> int:
    if name == "rushlight":  # an editable installation lists none of its files
        paths = [path for path in (ROOT / "src" / "rushlight").rglob("*") if path.is_file()]
    else:
        paths = [Path(str(file.locate())) for file in metadata.files(name) or []]
    return sum(path.stat().st_size for path in paths if path.suffix != ".pyc" and path.is_file())
