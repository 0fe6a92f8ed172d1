"""float16 and bfloat16: the same bits as PyTorch's kernels, which compute in float32 and round once, or round every step."""

import itertools

import numpy as np
import pytest

import rushlight

pytest.importorskip("torch")
pytest.importorskip("expecttest", reason="PyTorch's description of its operations needs it")
import torch

from parity.op_db import ENTRIES, _run, _samples, seed, tensors
from parity.translation import translated

#: Operations that agree to the last bit. (Sums and products of matrices add up in another order.)
EXACT = (
    "abs acos add addcdiv addcmul asin atan atan2 ceil clamp copysign cos cosh deg2rad erf erfc exp exp2 expm1 floor fmax fmin "
    "fmod hypot ldexp lerp log log10 log1p log2 logaddexp logit maximum minimum mul nan_to_num neg nextafter nn.functional.celu "
    "nn.functional.elu nn.functional.glu nn.functional.hardsigmoid nn.functional.hardswish nn.functional.hardtanh "
    "nn.functional.leaky_relu nn.functional.logsigmoid nn.functional.mish nn.functional.relu nn.functional.selu "
    "nn.functional.silu nn.functional.softplus nn.functional.softsign pow rad2deg reciprocal remainder round sigmoid sign sin "
    "sinc sinh special.xlog1py sqrt square sub tan tanh trunc where xlogy"
).split()


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", EXACT)
def test_same_bits(name):
    compared = 0
    for entry, dtype in itertools.product(ENTRIES[name], (torch.float16, torch.bfloat16)):
        seed()
        for sample in itertools.islice(_samples(entry, dtype, False), 6) if dtype in entry.dtypes else ():
            ours = translated((sample.input, tuple(sample.args), dict(sample.kwargs)))
            got = _run(rushlight, translated(entry.op), ours[0], *ours[1], **ours[2])
            want = _run(torch, entry.op, sample.input, *sample.args, **sample.kwargs)
            for g, w in zip(tensors([got], rushlight), tensors([want], torch)):
                compared += w.numel()
                np.testing.assert_array_equal(g.float().numpy(), w.float().numpy())
    assert compared
