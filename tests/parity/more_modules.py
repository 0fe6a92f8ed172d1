"""Modules that PyTorch's `module_db` leaves out, described as it describes the others."""

from __future__ import annotations

from typing import Any

import torch
from torch.testing import make_tensor
from torch.testing._internal.common_modules import FunctionInput, ModuleInfo, ModuleInput


def _info(name: str, *cases: tuple[tuple[Any, ...], dict[str, Any], tuple[Any, ...]]) -> ModuleInfo:
    """A module with cases: arguments and keywords of the constructor, inputs (a shape stands for a random tensor)."""

    def inputs(info, device, dtype, requires_grad, training, **_):
        def made(given: Any) -> Any:
            if isinstance(given, tuple):
                return make_tensor(given, device=device, dtype=dtype, requires_grad=requires_grad)
            return given

        return [ModuleInput(FunctionInput(*arguments, **keywords), FunctionInput(*map(made, given)))
                for arguments, keywords, given in cases]  # fmt: skip

    return ModuleInfo(getattr(torch.nn, name), module_inputs_func=inputs, train_and_eval_differ=True)


MORE = [
    _info("Identity", ((1,), {"unused": 2}, ((2, 3),))),
    _info("Flatten", ((), {}, ((2, 3, 4),)), ((0, -2), {}, ((2, 3, 4),)), ((), {"start_dim": 2}, ((2, 3, 4, 5),))),
    _info("Unflatten", ((1, (2, 3)), {}, ((4, 6),)), ((-1, [3, -1]), {}, ((4, 6),)), ((0, torch.Size([2, 2])), {}, ((4, 6),))),
    _info("CosineSimilarity", ((), {}, ((2, 3), (2, 3))), ((0, 1e-3), {}, ((2, 3), (2, 3))), ((), {"dim": -1}, ((2, 3), (3,)))),
    _info("PairwiseDistance", ((), {}, ((2, 3), (2, 3))), ((1, 1e-3, True), {}, ((2, 3), (3,))), ((), {"p": 3.0}, ((3,), (3,)))),
    _info("Hardsigmoid", ((), {}, ((2, 3),)), ((True,), {}, ())[:2] + ((torch.tensor([1.0, -4.0, 5.0]),),)),
    _info("RReLU", ((), {}, ((2, 3),)), ((0.2, 0.4), {}, ((),)), ((), {"lower": 0.3, "upper": 0.3}, ((4, 5),))),
    _info("ChannelShuffle", ((2,), {}, ((2, 4, 3, 3),)), ((3,), {}, ((2, 6, 4),))),
    _info("PixelShuffle", ((2,), {}, ((2, 8, 3, 3),)), ((3,), {}, ((9, 2, 1),))),
    _info("PixelUnshuffle", ((2,), {}, ((2, 2, 4, 6),)), ((3,), {}, ((1, 3, 6),))),
    _info("NLLLoss2d", ((), {}, ((2, 3, 2, 2), torch.tensor([[[0, 1], [2, 0]], [[1, 1], [2, 2]]]))),
          ((), {"ignore_index": 1, "reduction": "none"}, ((2, 3), torch.tensor([1, 2])))),
    _info("TripletMarginLoss", ((), {}, ((2, 3),) * 3), ((0.5, 1.0), {"swap": True}, ((2, 3),) * 3),
          ((), {"p": 3, "reduction": "none"}, ((3,),) * 3), ((2.0,), {"reduction": "sum", "eps": 1e-3}, ((5, 3),) * 3)),
    _info("TripletMarginWithDistanceLoss", ((), {}, ((2, 3),) * 3), ((), {"margin": 0.5, "swap": True}, ((2, 3),) * 3),
          ((), {"distance_function": torch.nn.PairwiseDistance(1), "reduction": "none"}, ((2, 3),) * 3)),
    _info("AdaptiveLogSoftmaxWithLoss",
          ((8, 10, [2, 5]), {}, ((4, 8), torch.tensor([0, 3, 9, 1]))), ((8, 10, [4]), {"div_value": 2.0, "head_bias": True},
          ((4, 8), torch.tensor([0, 3, 9, 4]))), ((8, 10, [2]), {}, ((8,), torch.tensor(7)))),
]  # fmt: skip
