"""Arguments checked by a function's own annotations, before anything is computed, in torch's words.

    @checked
    def topk(input: Tensor, k: int, dim: int = -1, largest: bool = True, sorted: bool = True, *, out: Any = None): ...

    >>> torch.topk(torch.ones(3), 2, largest=None)
    Traceback (most recent call last):
    TypeError: topk(): argument 'largest' must be bool, not NoneType
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import partial, wraps
from inspect import Parameter, signature
from typing import Any, overload

import numpy as np

from ...core.tensor import PLAIN, Tensor
from .arguments import PYTHON_NUMBERS, is_index
from .layered import F
from .number_first import NumberFirst, of_method
from .options import PYTHON_DTYPES, argument_error, dtypes, missing_arguments, no_such_call, size_error

#: An annotation: the classes of nearly all values, what torch calls it, and whether another value passes.
_KINDS: dict[str, tuple[Any, str, Callable[[Any], bool]]] = {
    "Tensor": (PLAIN, "Tensor", lambda v: isinstance(v, Tensor)),
    "bool": ({bool}, "bool", lambda v: isinstance(v, np.bool)),
    "int": ({int}, "int", lambda v: not isinstance(v, bool) and (isinstance(v, (int, np.integer)) or is_index(v))),
    "float": ({float, int, bool}, "float", lambda v: _is_number(v) and not isinstance(v, complex)),
    "complex": ({float, int, bool, complex}, "Number", lambda v: _is_number(v)),
    "Tensor | complex": ({*PLAIN, float, int}, "Tensor", lambda v: isinstance(v, (Tensor, *PYTHON_NUMBERS))),
    "str": ({str}, "str", lambda v: isinstance(v, str)),
    "Sequence[int]": ((), "tuple of ints", lambda v: isinstance(v, (tuple, list)) and size_error("", "", v) is None),
    "dtypes.dtype": ({dtypes.dtype}, "torch.dtype", lambda v: isinstance(v, type) and v in PYTHON_DTYPES),
}  # fmt: skip

#: NumPy's words for parameters, which torch takes as well.
_ALIASES = {"axis": "dim", "keepdims": "keepdim", "x": "input", "a": "input", "x1": "input", "x2": "other"}


def _is_number(value: Any) -> bool:
    return isinstance(value, PYTHON_NUMBERS) or (isinstance(value, Tensor) and not value.ndim)


class _Kind:
    """What one parameter takes."""

    __slots__ = "classes", "optional", "passes", "word"

    def __init__(self, annotation: str) -> None:
        self.classes, self.word, self.passes = _KINDS[annotation.removesuffix(" | None")]
        self.optional = annotation.endswith(" | None")

    def takes(self, value: Any) -> bool:
        return (value is None and self.optional) or value.__class__ in self.classes or self.passes(value)


def _could_be(form: str, count: int) -> bool:
    """Whether a signature takes so many arguments."""
    parameters = [part for part in form.strip("()").split(", ") if part not in ("*", "")]
    return sum([" = " not in part for part in parameters]) <= count <= len(parameters)


class _Parameters:
    """What a function takes, from its annotations."""

    def __init__(self, function: Any) -> None:
        parameters = signature(function).parameters
        positional = Parameter.POSITIONAL_ONLY, Parameter.POSITIONAL_OR_KEYWORD
        names = [p.name for p in parameters.values() if p.kind in positional]
        self.names = parameters.keys()
        self.required = [p.name for p in parameters.values() if p.default is Parameter.empty and p.kind in positional]
        self.most = math.inf if any([p.kind is Parameter.VAR_POSITIONAL for p in parameters.values()]) else len(names)
        self.kinds = {p.name: _Kind(p.annotation) for p in parameters.values() if p.annotation.removesuffix(" | None") in _KINDS}
        self.places = tuple([(i, n, self.kinds[n]) for i, n in enumerate(names) if n in self.kinds])
        self.aliases = {alias: word for alias, word in _ALIASES.items() if word in parameters and alias not in parameters}


class _Refusals:
    """The errors of calls that do not fit: `first` is 1 for a function, and 0 for a method, which counts without its tensor."""

    def __init__(
        self, called: str, signatures: Sequence[str], older: Sequence[str], parameters: _Parameters, first: int
    ) -> None:
        self.called, self.required, self.most, self.first = called, parameters.required, parameters.most, first
        # A method takes no number for its tensor, and no `out_dtype`.
        of_methods = [form for form in signatures if not form.startswith("(Number") and "out_dtype" not in form]
        self.forms = signatures if first else [of_method(form) for form in of_methods]
        order = NumberFirst(called, signatures if first else of_methods, older)
        self.older = order if first else order.as_method()

    def answer(self, error: TypeError, function: Any, args: tuple[Any, ...], keywords: dict[str, Any]) -> Any:
        """The result of a call in an old order of arguments; raises `error` for any other."""
        skipped = args[: 1 - self.first]
        found = self.older.read(args[1 - self.first :], keywords) if self.older.orders else None
        if found is None:
            raise error
        return function(*skipped, *found[0], **found[1])

    def of_several(self, args: tuple[Any, ...], keywords: dict[str, Any]) -> TypeError | None:
        """The error that lists all forms, unless only one takes so many arguments."""
        count = len(args) + len(keywords) - 1 + self.first
        if not self.forms or sum([_could_be(form, count) for form in self.forms]) == 1:
            return None
        return no_such_call(self.called, args[1 - self.first :], keywords, self.forms)

    def of_argument(
        self, args: tuple[Any, ...], keywords: dict[str, Any], argument: str, word: str, place: int | None
    ) -> TypeError:
        """The error of an argument that is no `word`, by keyword or at a place."""
        value = keywords[argument] if place is None else args[place]
        place = None if place is None else place + self.first
        return (
            self.of_several(args, keywords)
            or self.too_many(args)
            or (size_error(self.called, argument, value, place) if word == "tuple of ints" else None)
            or argument_error(self.called, argument, word, value, place)
        )

    def of_count(self, error: TypeError, args: tuple[Any, ...], keywords: dict[str, Any]) -> TypeError:
        """The error of arguments that are too many, too few or of other names, which Python has found."""
        refused = self.of_several(args, keywords) or self.too_many(args)
        missing = [name for name in self.required[len(args) :] if name not in keywords]
        if refused or missing:
            return refused or missing_arguments(self.called, missing)
        return TypeError(f"{self.called}() {str(error).partition('() ')[2]}")

    def too_many(self, args: tuple[Any, ...]) -> TypeError | None:
        """The error of more arguments than have a place."""
        if len(args) <= self.most:
            return None
        least, most, given = [int(n) - 1 + self.first for n in (len(self.required), self.most, len(args))]
        counts = f"{most} positional argument" if least == most else f"from {least} to {most} positional argument"
        takes = counts + "s" * (most != 1)
        return TypeError(f"{self.called}() takes {takes} but {given} {'was' if given == 1 else 'were'} given")


@overload
def checked(function: F, *, signatures: Sequence[str] = (), older: Sequence[str] = (), name: str = "") -> F: ...
@overload
def checked(*, signatures: Sequence[str] = (), older: Sequence[str] = (), name: str = "") -> Callable[[F], F]: ...
def checked(function: Any = None, *, signatures: Sequence[str] = (), older: Sequence[str] = (), name: str = "") -> Any:
    """`function`, which raises TypeError for an argument that is not what its annotation says.

    Known are Tensor, bool, int, float, complex (any number), ``Tensor | complex``, str and dtypes.dtype, each also
    ``| None``; any other annotation is not checked. A function that has several `signatures` in torch lists them in
    its error, where more than one takes so many arguments; `older` ones it takes too, and warns. `name`: what torch calls
    it, if not by its own name. As a method, it does not count its first parameter: so this decorator comes first. NumPy's
    ``axis`` and ``keepdims`` are understood as `dim` and `keepdim`, as everywhere in torch.
    """
    if function is None:
        return lambda function: checked(function, signatures=signatures, older=older, name=name)
    called, parameters = name or function.__name__, _Parameters(function)

    def guarded(called: str, first: int) -> Any:
        return _guarded(function, parameters, _Refusals(called, signatures, older, parameters, first))

    call = guarded(called, 1)
    call.as_method, call.as_inplace = guarded(called, 0), partial(guarded, called + "_", 0)
    return call


def _depth(error: BaseException) -> int:
    """How many frames an error has passed."""
    depth, trace = 0, error.__traceback__
    while trace is not None:
        depth, trace = depth + 1, trace.tb_next
    return depth


def _guarded(function: Any, parameters: _Parameters, refusals: _Refusals) -> Any:
    names, kinds, places, aliases = parameters.names, parameters.kinds, parameters.places, parameters.aliases

    @wraps(function)
    def call(*args: Any, **keywords: Any) -> Any:
        count = len(args)
        for i, argument, kind in places:
            if i >= count:
                break
            if args[i].__class__ not in kind.classes and not kind.takes(args[i]):
                return refusals.answer(refusals.of_argument(args, keywords, argument, kind.word, i), function, args, keywords)
        if keywords and not keywords.keys() <= names:
            keywords = {aliases.get(argument, argument): value for argument, value in keywords.items()}
        for argument, value in keywords.items():
            if argument in kinds and not kinds[argument].takes(value):
                error = refusals.of_argument(args, keywords, argument, kinds[argument].word, None)
                return refusals.answer(error, function, args, keywords)
        try:
            return function(*args, **keywords)
        except TypeError as error:
            if _depth(error) > 1 + hasattr(function, "__wrapped__"):
                raise  # from within
            misfit = refusals.of_count(error, args, keywords)
        return refusals.answer(misfit, function, args, keywords)

    return call
