"""Printed tensors against PyTorch itself: random ones of every dtype, shape, magnitude and option."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from hypothesis import given, settings  # noqa: E402
from hypothesis import strategies as st  # noqa: E402
from hypothesis.extra import numpy as hnp  # noqa: E402

from rushlight.arrays import printing  # noqa: E402

FLOATING = ["float16", "bfloat16", "float32", "float64"]
COMPLEX = ["complex64", "complex128"]
INTEGRAL = ["uint8", "int8", "int16", "int32", "int64", "uint16", "uint32", "uint64"]
DTYPES = [*FLOATING, *COMPLEX, *INTEGRAL, "bool"]


@pytest.fixture(autouse=True)
def defaults():
    yield
    torch.set_default_dtype(torch.float32)
    set_both()


def set_both(**options):
    for package in (torch, printing):
        package.set_printoptions(profile="default")
        package.set_printoptions(**options)


def ours(tensor):
    payload = tensor.detach().resolve_conj()
    return printing.tensor_repr(
        (payload.float() if payload.dtype == torch.bfloat16 else payload).numpy(),
        str(tensor.dtype).removeprefix("torch."),
        str(torch.get_default_dtype()).removeprefix("torch."),
        requires_grad=tensor.requires_grad,
        grad_fn_name=type(tensor.grad_fn).__name__ if tensor.grad_fn is not None else None,
    )


def random_options(rng):
    choices = {
        "precision": [0, 1, 2, 3, 4, 8, 12],
        "threshold": [0, 1, 5, 20, 100, 1000, float("inf")],
        "edgeitems": [0, 1, 2, 3, 4, 10],
        "linewidth": [1, 10, 20, 40, 60, 80, 120, 200],
        "profile": ["default", "short", "full", "unknown"],
        "sci_mode": [True, False, None],
    }
    return {
        name: values[rng.integers(len(values))]
        for name, values in choices.items()
        if rng.random() < rng.choice([0, 0.5])
    }


def random_shape(rng):
    if rng.random() < 0.15:
        return (int(rng.choice([20, 200, 999, 1000, 1001, 3000])),)
    sizes = [1, 2, 3, 4, 6, 7, 13] if rng.random() < 0.8 else [0, 1, 2]
    return tuple(int(size) for size in rng.choice(sizes, size=rng.integers(5)))


def random_floats(rng, shape):
    """Of one magnitude or of all of them, integral or not, at the bounds of scientific notation, and not finite."""
    normal = rng.standard_normal(shape)
    bounds = [1e8, 1.0, 1000.0, 1001.0, 1e-4, 0.9999e-4, -1e8, 1e5 + 0.5, -999.5]
    extremes = [5e-324, 1e-310, 1e308, 1e-45, 65504.0, 6e-8, 3e38]
    recipes = [
        lambda: normal,
        lambda: normal * 10.0 ** rng.integers(-30, 30),
        lambda: normal * 10.0 ** rng.integers(-30, 30, size=shape),
        lambda: rng.integers(-9, 10, size=shape) * 10.0 ** rng.integers(11),
        lambda: rng.uniform(1e-4, 0.1, size=shape) * 10.0 ** rng.integers(4),
        lambda: rng.choice(bounds, size=shape),
        lambda: rng.choice(extremes, size=shape),
        lambda: np.zeros(shape),
    ]
    values = recipes[rng.integers(len(recipes))]()
    odd = rng.random(shape) < rng.choice([0, 0, 0, 0.2, 0.9, 1.0])
    return np.where(odd, rng.choice([np.nan, np.inf, -np.inf, 0.0, -0.0], size=shape), values)


def random_tensor(rng):
    name, shape = DTYPES[rng.integers(len(DTYPES))], random_shape(rng)
    dtype = getattr(torch, name)
    if name in FLOATING:
        tensor = torch.from_numpy(random_floats(rng, shape)).to(dtype)
    elif name in COMPLEX:
        tensor = torch.complex(*(torch.from_numpy(random_floats(rng, shape)) for _ in range(2))).to(dtype)
    elif name == "bool":
        tensor = torch.from_numpy(np.array(rng.random(shape) < rng.choice([0, 0.5, 1])))
    else:
        low, high = torch.iinfo(dtype).min, torch.iinfo(dtype).max
        bound = rng.choice([2, 10, 500])
        if rng.random() < 0.7:
            low, high = max(low, -bound), min(high, bound)
        tensor = torch.from_numpy(np.array(rng.integers(low, high, endpoint=True, size=shape, dtype=name)))
    if tensor.dim() > 1 and rng.random() < 0.3:
        tensor = tensor.transpose(0, -1)
    if tensor.dim() > 0 and rng.random() < 0.2:
        tensor = tensor[::2]
    if name in FLOATING + COMPLEX and rng.random() < 0.5:
        tensor.requires_grad_()
        tensor = [tensor, tensor * 1, tensor.clone()][rng.integers(3)]
    return tensor


@pytest.mark.parametrize("seed", range(16))
def test_random_tensors_under_random_options(seed):
    rng = np.random.default_rng(seed)
    for _ in range(125):
        options = random_options(rng)
        set_both(**options)
        assert printing.get_printoptions() == torch._tensor_str.get_printoptions()
        torch.set_default_dtype(getattr(torch, FLOATING[rng.integers(4)] if rng.random() < 0.3 else "float32"))
        tensor = random_tensor(rng)
        assert ours(tensor) == repr(tensor), (options, tensor.shape, tensor.dtype)


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.data())
def test_any_bit_pattern(data):
    dtype = data.draw(st.sampled_from([name for name in DTYPES if name != "bfloat16"]))
    shapes = hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4)
    array = np.asarray(data.draw(hnp.arrays(dtype, shapes)))
    set_both(
        precision=data.draw(st.integers(0, 16)),
        threshold=data.draw(st.sampled_from([0, 4, 1000])),
        edgeitems=data.draw(st.integers(0, 3)),
        linewidth=data.draw(st.integers(0, 130)),
        sci_mode=data.draw(st.sampled_from([None, True, False])),
    )
    tensor = torch.from_numpy(array)
    assert ours(tensor) == repr(tensor)


def test_every_bfloat16():
    every = np.arange(2**16, dtype=np.uint32) << 16
    tensors = torch.from_numpy(every.view(np.float32).reshape(512, 128)).to(torch.bfloat16)
    for row in tensors[::8]:
        assert ours(row) == repr(row)
    for number in tensors.reshape(-1)[::64]:
        assert ours(number) == repr(number)


def test_a_large_tensor_and_a_large_printout():
    tensor = torch.from_numpy(np.random.default_rng(0).standard_normal((1000, 1000)))
    assert ours(tensor) == repr(tensor)
    set_both(profile="full")
    assert ours(tensor[:40, :60]) == repr(tensor[:40, :60])


# PyTorch's forward mode warns of its own use of torch.jit.script when it is first entered.
@pytest.mark.filterwarnings("ignore:`torch.jit.script` is deprecated:DeprecationWarning")
def test_dual_tensors():
    with torch.autograd.forward_ad.dual_level():
        dual = torch.autograd.forward_ad.make_dual(torch.tensor([1.0, 2.0]), torch.tensor([0.5, 0.25]))
        text = printing.tensor_repr(np.array([1.0, 2.0]), "float32", "float32", tangent=torch.tensor([0.5, 0.25]))
        assert text == repr(dual)


def test_subclasses_and_given_contents():
    class Sub(torch.Tensor):
        pass

    for values in ([[1.0, 2.0], [3.0, 4.5]], 0.5):
        sub = torch.tensor(values).as_subclass(Sub)
        assert printing.tensor_repr(sub.numpy(), "float32", "float32", class_name="Sub") == repr(sub)
    tensor = torch.zeros(2, 2, dtype=torch.float64)
    text = printing.tensor_repr(tensor.numpy(), "float64", "float32", tensor_contents="[elsewhere]")
    assert text == tensor.__repr__(tensor_contents="[elsewhere]")


@pytest.mark.parametrize(
    "options",
    [
        {"precision": -1},
        {"precision": 2.0},
        {"precision": True},
        {"linewidth": float("inf")},
        {"linewidth": "a"},
        {"threshold": "a"},
        {"edgeitems": 1.0, "threshold": 0},
    ],
)
def test_wrong_options_raise_what_pytorch_raises(options):
    tensor = torch.tensor([0.5, 0.25, 0.75])
    set_both(**options)
    with pytest.raises(Exception) as theirs:
        repr(tensor)
    with pytest.raises(type(theirs.value)) as raised:
        ours(tensor)
    assert str(raised.value) == str(theirs.value)
