"""How operations are declared: `op` in general, `elementwise` with torch's promotion and broadcasting.

Both return the function that calls the operation. It takes the short way where it can (see `short`), and the long one,
here, for all that is out of the ordinary: other dtypes, numbers, layers, shapes that do not fit.
"""

from __future__ import annotations

from collections.abc import Sequence
from threading import get_ident
from typing import Any

import numpy as np

from .._torch_function import noted
from ..arrays import dtypes
from ..arrays.blocks import LARGE, blockwise
from ..arrays.precision import EXACT, exact, widened
from ..arrays.promotion import result_dtype
from ..arrays.shapes import broadcast_shapes
from ..arrays.strided import in_c_order
from .op import F32, F64, LAYERS, LIVE, MODES, RAW, Call, Op, Rule, layer_of, parameters, quietly
from .record import record
from .short import CONSTANTS, is_tensor, one_input, two_inputs, with_out
from .tensor import PLAIN, Tensor


def op(name: str, forward: Call, node: str = "", vjp: Any = None, *, differentiable: Sequence[str] = (), **about: Any) -> Any:
    """Declares an operation in general and returns the function that calls it.

    `vjp` is a dict of rules by parameter of `forward`, or one function that returns all gradients of `differentiable`.
    The function takes Tensors (and numbers, shapes, ...) in the order of `forward`'s parameters; called on raw
    payloads only, as by a derivative rule in first-order backward, it computes on them directly. With
    ``contiguous=True`` its results are in C's order, however its arguments lie in memory, as those of torch's reductions are.
    """
    names = about.pop("names", None) or parameters(forward)
    forward = in_c_order(forward) if about.pop("contiguous", False) else forward
    if about.get("view"):
        from .views import view_call

        this = Op(name, forward, node or name, names, rules=vjp, saves=(f"{names[0]}_shape", *names[1:]), **about)
        return _named(view_call(this), this)
    joint = vjp if callable(vjp) else None
    # One input with a gradient, which comes first, or two that are all: calls on float tensors may take the short way.
    long = not vjp or joint is not None or about.keys() & {"several", "variadic"} or about.get("conforms")
    one, two = (False, False) if long else (list(vjp) == [names[0]], _are_two_inputs(names, vjp))
    saves = _one_input_saves(names) if one else (*names, "out") if two else None
    this = Op(name, forward, node or name, names, rules=None if joint else vjp, joint=joint,
              differentiable=differentiable, saves=saves, numbers=not two, **about)  # fmt: skip
    call = general(this)
    return _named(one_input(this, call) if one else two_inputs(this, call) if two else call, this)


def _are_two_inputs(names: Sequence[str], vjp: dict[str, Rule]) -> bool:
    reads = {parameter for rule in vjp.values() for parameter in parameters(rule)[1:]}
    return list(vjp) == list(names) and len(names) == 2 and reads <= {*names, "out"}


def _one_input_saves(names: Sequence[str]) -> tuple[str, ...]:
    """What the short way keeps, in its order: the arguments, the result, the input's shape."""
    return (*names, "out", f"{names[0]}_shape")


def _named(call: Any, op: Op) -> Any:
    call.__name__ = call.__qualname__ = op.name
    call.op = op
    op.call = call
    return call


def general(op: Op) -> Call:
    """The function that calls any operation; plain tensors and what is no tensor are recognized first."""
    forward, inputs, variadic, count = op.forward, op.inputs, op.variadic, len(op.names)

    def call(*arguments: Any) -> Any:
        if arguments and arguments[0].__class__ in LAYERS:
            return LAYERS[arguments[0].__class__].call(op, arguments)
        if variadic:
            return _anything(op, arguments)
        payloads, plain = [], False
        for a in arguments:
            if a.__class__ in PLAIN:
                a, plain = a._data, True
            elif a.__class__ not in CONSTANTS and (a.__class__ is not tuple or LIVE[0]) and is_tensor(a):
                return _anything(op, arguments)
            payloads.append(a)
        if not plain or (inputs and (len(payloads) != count or not _alike(payloads[:inputs]))):
            return _anything(op, arguments) if inputs else forward(*arguments)
        try:
            result = forward(*payloads)
        except (RuntimeWarning, ValueError, TypeError):
            if inputs:
                return _anything(op, arguments)
            result = quietly(forward, *payloads)
        return record(op, arguments, payloads, result)

    return call


def _alike(operands: Sequence[Any]) -> bool:
    """Whether these are floats of one dtype, which need no promotion, and not so many that threads would share them."""
    d: Any = getattr(operands[0], "dtype", None)
    return (d is F32 or d is F64) and all([a.__class__ in RAW and a.dtype is d and a.size < LARGE for a in operands])  # type: ignore[attr-defined]


def _anything(op: Op, arguments: Sequence[Any]) -> Any:
    """The long way through an operation: on layers, lists of tensors, any dtypes, numbers; errors in torch's words."""
    layer = layer_of(arguments)
    if layer is not None:
        return layer.call(op, arguments)
    raw = not any([isinstance(a, Tensor) for a in (arguments[0] if op.variadic else arguments)])
    if raw and (not op.inputs or any([hasattr(a, "dtype") for a in arguments[: op.inputs]])):
        return op.forward(*arguments)
    mode = MODES.get(get_ident()) if MODES else None
    return computed(op, arguments) if mode is None else mode.call(op, arguments)


def computed(op: Op, arguments: Sequence[Any], value: Any = None) -> Any:
    """An operation on tensors, by the long way; `value` is its result where that is known already."""
    if op.inputs:
        return record(op, arguments, *_promoted(op, arguments, value))
    payloads = [[_payload(x) for x in a] if op.variadic and a is arguments[0] else _payload(a) for a in arguments]
    return record(op, arguments, payloads, quietly(op.forward, *payloads) if value is None else value)


def _payload(a: Any) -> Any:
    return a._data if isinstance(a, Tensor) else a


def elementwise(name: str, forward: Call, node: str = "", *vjp: Rule, names: Sequence[str] | None = None, **about: Any) -> Any:
    """Declares an elementwise operation: one rule per input, promotion and broadcasting as torch does them.

    The first `inputs` parameters are tensors (or numbers, unless ``numbers=False``; signatures say where, if not
    anywhere) that broadcast and promote together; one without a rule has no gradient. Calls on float tensors take a
    short way through where there is one input, or two and no further parameters. ``promote`` maps the common dtype of
    the inputs to that in which to compute (`int_to_float` for the likes of ``sin``), and raises for a dtype that the
    operation does not know; ``check`` is called with the inputs, to raise for a mixture that it refuses, unless they are
    float tensors of one dtype.
    """
    names = names or (parameters(forward) if hasattr(forward, "__code__") else ("x", "y")[: max(len(vjp), 1)])
    inputs = about.pop("inputs", len(vjp) or len(names))
    about.setdefault("numbers", inputs > 1)
    simple = inputs == 1 or len(names) == inputs == 2
    # What is one call of NumPy rounds once by itself.
    forward = widened(forward) if about.get("wide", True) and hasattr(forward, "__code__") else forward
    saves = (_one_input_saves(names) if inputs == 1 else (*names, "out")) if simple and vjp else None
    this = Op(name, forward, node or name, names, rules=dict(zip(names, vjp)), conforms=True, saves=saves, **about)
    this.inputs = inputs
    slow = general(this)
    slow.__name__ = name
    # The operator answers NotImplemented where the function raises.
    operator = _named(two_inputs(this, _as_operator(name, slow)), this) if simple and inputs == 2 else None
    call = _named(with_out(two_inputs(this, slow)) if operator else one_input(this, slow) if simple else slow, this)
    call.operator = operator
    return call


def _promoted(op: Op, arguments: Sequence[Any], known: Any) -> tuple[list[Any], Any]:
    """The payloads of an elementwise operation in the dtype in which torch computes it, and its value."""
    operands = arguments[: op.inputs]
    if len(arguments) != len(op.names):
        count = f"{len(op.names)} positional argument{'s' * (len(op.names) != 1)}"
        raise TypeError(f"{op.name}() takes {count} but {len(arguments)} were given")
    check_operands(op, operands)
    if op.check is not None:
        op.check(*operands)
    dtype = result_dtype([_category(a) for a in operands])
    if op.promote is not None:
        dtype = op.promote(dtype)
    payloads = [*[_cast_operand(a, dtype) for a in operands], *[_payload(a) for a in arguments[op.inputs :]]]
    if known is not None:
        return payloads, known
    if op.wide is EXACT:
        payloads[1] = exact(_payload(operands[1]), payloads[1])
    value = widened(op.forward) if dtype.itemsize == 2 and op.wide else op.forward
    try:
        return payloads, quietly(blockwise, value, payloads)
    except ValueError:
        broadcast_shapes(*[p.shape for p in payloads if hasattr(p, "shape")])  # raises in torch's words
        raise


NUMBERS = (bool, int, float, complex)


def check_operands(op: Op, operands: Sequence[Any]) -> None:
    """Raises TypeError, in torch's words, if `operands` cannot be those of the operation."""
    if op.numbers is not True and op.numbers is not False:
        return op.numbers.check(operands)
    for position, a in enumerate(operands):
        if not hasattr(a, "dtype") and not (op.numbers and isinstance(a, NUMBERS)):
            word = "input" if position == 0 else op.names[position] if len(op.names[position]) > 1 else "other"
            words = f"{op.name}(): argument '{word}' (position {position + 1}) must be Tensor, not {type(a).__name__}"
            raise noted(TypeError(words), a)


def _category(a: Any) -> Any:
    """An operand as promotion sees it: a number, or a dtype and a number of dimensions."""
    if isinstance(a, Tensor):
        return a.dtype, a._data.ndim
    return a if isinstance(a, (*NUMBERS, np.generic)) else (dtypes.of_array(a), a.ndim)


def _cast_operand(a: Any, dtype: dtypes.dtype) -> Any:
    if isinstance(a, Tensor):
        data = a._data
        return data if dtypes.of_array(data) is dtype else dtypes.cast(data, dtype)
    if isinstance(a, NUMBERS):
        return dtypes.cast(np.asarray(a), dtype)[()]
    return dtypes.cast(a, dtype)


def int_to_float(dtype: dtypes.dtype) -> dtypes.dtype:
    """The `promote` of operations whose result on integers is of the default dtype."""
    return dtype if dtype.is_floating_point or dtype.is_complex else dtypes.get_default_dtype()


def _as_operator(name: str, slow: Call) -> Call:
    name = name.removeprefix("bitwise_")

    def call(x: Any, y: Any) -> Any:
        if not isinstance(x, Tensor):
            kind = type(x).__name__
            raise TypeError(f"descriptor '__{name}__' for 'torch._C.TensorBase' objects doesn't apply to a '{kind}' object")
        if not isinstance(y, (Tensor, *NUMBERS, np.ndarray, np.generic)):
            return NotImplemented
        return slow(x, y)

    return call
