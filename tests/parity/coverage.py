"""Writes docs/coverage.md: how much of PyTorch's own description of itself runs here and agrees.

    cd tests && python -m parity.coverage          # a few minutes; needs torch==2.13.0 and expecttest
    cd tests && python -m parity.coverage names    # the section of names alone: seconds
"""

from __future__ import annotations

import itertools
import sys
import textwrap
import warnings
from collections.abc import Callable, Iterable
from pathlib import Path

from . import exceptions, forward, module_db, op_db, optim_db

PAGE = Path(__file__).parents[2] / "docs" / "coverage.md"
HEAD = """\
# Coverage

This page is generated: `cd tests && python -m parity.coverage`. PyTorch 2.13 describes its own surface as data, with
sample inputs and with inputs that must raise; each sample is run under rushlight and under PyTorch, and what a program
can see must agree.

| | pass | of | left out or different |
|---|---|---|---|
"""
KINDS: list[tuple[str, Iterable[str], Callable[[str], Iterable[str]], dict[str, str], str]] = [
    ("Operations", op_db.ENTRIES, op_db.problems, exceptions.OPERATIONS,
     "value, dtype, shape, views and their strides, gradient, gradient of the gradient (float64, complex128), method, in-place "
     "and out= forms, errors"),
    ("Operations in forward mode", forward.FORWARD, forward.problems, {**exceptions.OPERATIONS, **exceptions.FORWARD},
     "tangents of the results, tangents of the gradients (float64, complex128)"),
    ("Modules", module_db.ENTRIES, module_db.problems, exceptions.MODULES,
     "repr, parameters and buffers by name and value, forward in train and eval mode, gradients, state_dict, errors"),
    ("Optimizers", optim_db.ENTRIES, optim_db.problems, exceptions.OPTIMIZERS,
     "parameters and state after every step, param groups, state_dict, errors"),
]  # fmt: skip


def measured(names: Iterable[str], problems: Callable[[str], Iterable[str]], left_out: dict[str, str]) -> dict[str, str]:
    """Each name with what keeps it from passing: nothing, the reason it is left out, or the first difference."""
    found: dict[str, str] = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name in sorted(names):
            found[name] = left_out.get(name) or "; ".join(itertools.islice(problems(name), 1))
    return found


NAMES_HEAD = """
## Names

Every public name of these namespaces of PyTorch is here, or is listed with its reason (`*` stands for any letters).

| namespace | here | of |
|---|---|---|
"""


def names_section() -> str:
    """The public names of PyTorch, by namespace: how many are here, and which are not."""
    from .test_names import SPACES, public, spaces

    table, details = "", ""
    for space in SPACES:
        theirs, ours = spaces(space)
        wanted = public(space, theirs)
        table += f"| `{space}` | {sum(hasattr(ours, n) for n in wanted)} | {len(wanted)} |\n"
        reasons: dict[str, list[str]] = {}
        for pattern, reason in exceptions.NAMES.get(space, {}).items():
            reasons.setdefault(reason, []).append(f"`{pattern}`")
        if reasons:
            details += f"\n`{space}` leaves out:\n\n"
            details += "".join(f"- {', '.join(patterns)}: {reason}\n" for reason, patterns in reasons.items())
    return NAMES_HEAD + table + details


def main(only: list[str]) -> None:
    if only == ["names"]:
        PAGE.write_text(PAGE.read_text().partition("\n## Names\n")[0] + names_section())
        return
    table, details = "", ""
    for title, names, problems, left_out, what in KINDS:
        results = measured(names, problems, left_out)
        passed = [name for name, problem in results.items() if not problem]
        table += f"| {title} | {len(passed)} | {len(results)} | {len(results) - len(passed)} |\n"
        details += f"\n## {title}\n\nCompared: {what}.\n\n"
        details += "".join(f"- `{name}`: {problem}\n" for name, problem in results.items() if problem)
        details += "\n" + textwrap.fill("Pass: " + ", ".join(f"`{name}`" for name in passed), 120, break_long_words=False) + "\n"
    PAGE.write_text(HEAD + table + details + names_section())
    print(table)


if __name__ == "__main__":
    main(sys.argv[1:])
