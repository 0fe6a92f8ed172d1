"""``torch.__version__``: a string that is compared as a version."""

from __future__ import annotations

import re
from typing import Any

from . import version

__all__ = ["TorchVersion"]

#: PEP 440, without epochs: release, pre-release, post-release, development release, local version.
_VERSION = (
    r"\s*v?(\d+(?:\.\d+)*)(?:[-_.]?(a|b|c|rc|alpha|beta|pre|preview)[-_.]?(\d*))?"
    r"(?:[-_.]?(?:post|rev|r)[-_.]?(\d*)|-(\d+))?(?:[-_.]?dev[-_.]?(\d*))?(?:\+([a-z0-9]+(?:[-_.][a-z0-9]+)*))?\s*"
)
_STAGES = {"alpha": "a", "beta": "b", "c": "rc", "pre": "rc", "preview": "rc"}


def _key(text: str) -> tuple[Any, ...]:
    """What orders versions as PEP 440 does. Raises ValueError for what is no version."""
    found = re.fullmatch(_VERSION, text.lower())  # compiled when first asked
    if found is None:
        raise ValueError(f"Invalid version: {text!r}")
    release, stage, number, post, implicit, dev, local = found.groups()
    parts = [int(part) for part in release.split(".")]
    while parts and not parts[-1]:
        parts.pop()
    if stage is not None:
        pre: tuple[Any, ...] = (0, _STAGES.get(stage, stage), int(number or 0))
    else:  # a development release of the version itself comes before its pre-releases
        pre = (-1,) if dev is not None and post is implicit is None else (1,)
    after = -1 if post is implicit is None else int(post or implicit or 0)
    before = float("inf") if dev is None else int(dev or 0)
    places = () if local is None else tuple([(1, int(p)) if p.isdigit() else (0, p) for p in re.split("[-_.]", local)])
    return parts, pre, after, before, places


def _comparison(name: str) -> Any:
    def compare(self: TorchVersion, other: Any) -> Any:
        try:
            against = other if isinstance(other, str) else ".".join([str(part) for part in other])
            return getattr(_key(self), name)(_key(against))
        except (TypeError, ValueError):
            return getattr(super(TorchVersion, self), name)(other)

    return compare


class TorchVersion(str):
    """A string that is ordered as a version (PEP 440), against strings and tuples of numbers.

    What is no version is compared as a string; so it is by ``!=``.

    Example::

        >>> torch.torch_version.TorchVersion("1.10.0") > "1.9", torch.__version__ >= (2, 0)
        (True, True)
    """

    __slots__ = ()
    __hash__ = str.__hash__
    __eq__, __lt__, __le__, __gt__, __ge__ = map(_comparison, ("__eq__", "__lt__", "__le__", "__gt__", "__ge__"))


__version__ = TorchVersion(version.__version__)
