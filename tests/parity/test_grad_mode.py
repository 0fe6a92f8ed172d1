"""The switches of grad mode against PyTorch: what they are, take and refuse."""

import pytest

pytest.importorskip("torch")
pytest.register_assert_rewrite("parity.nn_cases")
from parity.nn_cases import check, outcome, parametrize  # noqa: E402


def arguments(t):
    names = ("set_grad_enabled", "set_multithreading_enabled", "_force_original_view_tracking", "inference_mode")
    modes = [(name, mode) for name in names for mode in (True, False, *((3, None, "a") if name != "inference_mode" else ()))]
    # What the constructor sets, leaving the context takes back.
    return [outcome(lambda t, name=name, mode=mode: left(getattr(t.autograd, name)(mode)), t) for name, mode in modes]


def left(switch):
    with switch:
        return type(switch).__name__, switch.mode, switch.clone().mode


def levels(t):
    forward_ad = t.autograd.forward_ad
    with forward_ad.dual_level():
        return [
            outcome(lambda t: forward_ad.make_dual(t.ones(2), t.ones(2), level=3), t)[0],
            outcome(lambda t: forward_ad.unpack_dual(t.ones(2), level=3).tangent, t)[0],
            outcome(lambda t: forward_ad.exit_dual_level(level=3), t)[0],  # PyTorch warns of its own use of torch.jit
        ]


@parametrize([arguments, levels])
def test_grad_mode(case):
    check(case)
