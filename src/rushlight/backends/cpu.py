"""torch.backends.cpu."""

from __future__ import annotations

__all__ = ["get_cpu_capability"]


def get_cpu_capability() -> str:
    """The widest vector instructions of this processor that NumPy uses: "AVX512", "AVX2", "NEON" or "DEFAULT"."""
    from numpy._core._multiarray_umath import __cpu_features__ as features

    for feature, name in (("AVX512F", "AVX512"), ("AVX2", "AVX2"), ("NEON", "NEON")):
        if features.get(feature):
            return name
    return "DEFAULT"
