"""``torch.version``: the PyTorch whose behaviour this is, with rushlight's own version behind the plus sign."""

from ._version import __version__ as _rushlight_version

__version__ = f"2.13.0+rushlight.{_rushlight_version}"
debug = False
cuda: str | None = None
git_version = ""
hip: str | None = None
xpu: str | None = None
