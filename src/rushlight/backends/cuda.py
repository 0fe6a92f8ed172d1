"""torch.backends.cuda: not built. The switches of matrix products and of attention can be set, and change nothing."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace

__all__ = [
    "cudnn_sdp_enabled", "enable_cudnn_sdp", "enable_flash_sdp", "enable_math_sdp", "enable_mem_efficient_sdp",
    "flash_sdp_enabled", "is_built", "is_flash_attention_available", "math_sdp_enabled", "matmul",
    "mem_efficient_sdp_enabled", "sdp_kernel",
]  # fmt: skip

matmul = SimpleNamespace(
    allow_tf32=False, allow_fp16_reduced_precision_reduction=True, allow_bf16_reduced_precision_reduction=True
)
#: The kernels of attention that may be used.
_sdp = {"flash": True, "mem_efficient": True, "math": True, "cudnn": True}


def is_built() -> bool:
    """False."""
    return False


def is_flash_attention_available() -> bool:
    """False."""
    return False


def flash_sdp_enabled() -> bool:
    """What `enable_flash_sdp` set, at first True."""
    return _sdp["flash"]


def mem_efficient_sdp_enabled() -> bool:
    """What `enable_mem_efficient_sdp` set, at first True."""
    return _sdp["mem_efficient"]


def math_sdp_enabled() -> bool:
    """What `enable_math_sdp` set, at first True."""
    return _sdp["math"]


def cudnn_sdp_enabled() -> bool:
    """What `enable_cudnn_sdp` set, at first True."""
    return _sdp["cudnn"]


def enable_flash_sdp(enabled: bool) -> None:
    """Notes whether flash attention may be used; there is one kernel here."""
    _sdp["flash"] = bool(enabled)


def enable_mem_efficient_sdp(enabled: bool) -> None:
    """Notes whether memory-efficient attention may be used; there is one kernel here."""
    _sdp["mem_efficient"] = bool(enabled)


def enable_math_sdp(enabled: bool) -> None:
    """Notes whether attention may be computed by plain operations; there is one kernel here."""
    _sdp["math"] = bool(enabled)


def enable_cudnn_sdp(enabled: bool) -> None:
    """Notes whether cuDNN's attention may be used; there is one kernel here."""
    _sdp["cudnn"] = bool(enabled)


@contextmanager
def _sdp_kernels(given: dict[str, bool]) -> Iterator[dict[str, bool]]:
    before = dict(_sdp)
    _sdp.update(given)
    try:
        yield {}
    finally:
        _sdp.update(before)


def sdp_kernel(
    enable_flash: bool = True, enable_math: bool = True, enable_mem_efficient: bool = True, enable_cudnn: bool = True
):  # type: ignore[no-untyped-def]
    """A block with these switches. Deprecated, as in PyTorch: use `torch.nn.attention.sdpa_kernel`.

    Example::

        with torch.backends.cuda.sdp_kernel(enable_flash=False):
            output = torch.nn.functional.scaled_dot_product_attention(query, key, value)
    """
    warnings.warn(
        "`torch.backends.cuda.sdp_kernel()` is deprecated. In the future, this context manager will be removed. Please see "
        "`torch.nn.attention.sdpa_kernel()` for the new context manager, with updated signature.",
        FutureWarning,
        stacklevel=2,
    )
    return _sdp_kernels(
        {"flash": enable_flash, "math": enable_math, "mem_efficient": enable_mem_efficient, "cudnn": enable_cudnn}
    )
