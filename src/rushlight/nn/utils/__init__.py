"""Helpers for gradients, parameters and sequences."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from . import rnn
from .clip_grad import clip_grad_norm, clip_grad_norm_, clip_grad_value_, clip_grads_with_norm_, get_total_norm
from .convert_parameters import parameters_to_vector, vector_to_parameters

__all__ = [
    "clip_grad_norm",
    "clip_grad_norm_",
    "clip_grad_value_",
    "clip_grads_with_norm_",
    "convert_conv2d_weight_memory_format",
    "convert_conv3d_weight_memory_format",
    "fuse_conv_bn_eval",
    "fuse_conv_bn_weights",
    "fuse_linear_bn_eval",
    "fuse_linear_bn_weights",
    "get_total_norm",
    "parameters_to_vector",
    "parametrizations",
    "parametrize",
    "remove_spectral_norm",
    "remove_weight_norm",
    "rnn",
    "skip_init",
    "spectral_norm",
    "stateless",
    "vector_to_parameters",
    "weight_norm",
]

#: Functions of modules by the file they are in.
_OF_LAYERS = {
    "fusion": ("fuse_conv_bn_eval", "fuse_conv_bn_weights", "fuse_linear_bn_eval", "fuse_linear_bn_weights"),
    "init": ("skip_init",),
    "memory_format": ("convert_conv2d_weight_memory_format", "convert_conv3d_weight_memory_format"),
    "spectral_norm": ("remove_spectral_norm", "spectral_norm"),
    "weight_norm": ("remove_weight_norm", "weight_norm"),
}


def _load_those_of_layers() -> None:
    """Loads what needs the layers, which themselves need this package; called once they are there.

    (Two functions have the names of their files: each takes the place of its file here.)
    """
    for module, names in _OF_LAYERS.items():
        loaded = import_module(f"{__name__}.{module}")
        globals().update({name: getattr(loaded, name) for name in names})


def __getattr__(name: str) -> Any:
    if name in ("parametrizations", "parametrize", "prune", "stateless"):
        return import_module(f"{__name__}.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}", name=name)
