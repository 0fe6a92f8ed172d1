"""Writes docs/coverage.md: how much of PyTorch's own description of itself runs here and agrees.

    cd tests && python -m parity.coverage             # a quarter of an hour; needs torch==2.13.0 and expecttest
    cd tests && python -m parity.coverage Modules     # these anew, and the names; the others as they are on the page
    cd tests && python -m parity.coverage names       # the section of names alone: seconds
"""

from __future__ import annotations

import itertools
import sys
import textwrap
import warnings
from collections.abc import Callable, Iterable
from pathlib import Path

from . import batched, documented, exceptions, forward, forward_beyond, forward_through, module_db, op_db, optim_db

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
    ("Operations in forward mode", forward.FORWARD, forward.problems, exceptions.FORWARD,
     "tangents of the results, tangents of the gradients (float64, complex128)"),
    ("Operations in forward mode beyond PyTorch", forward_beyond.NAMES, forward_beyond.problems, exceptions.OPERATIONS,
     "tangents of the results along random directions with PyTorch's gradients for random weights, <u, J v> = <J* u, v>; "
     "tangents of the gradients in the same way with PyTorch's second derivatives (float64, complex128). These are the "
     "operations that PyTorch differentiates, but not in forward mode, or wrongly"),
    ("Operations without a derivative in forward mode", forward_through.NAMES, forward_through.problems,
     exceptions.FORWARD_THROUGH,
     "that results of tensors with tangents have none, or zeros, as under PyTorch; that what PyTorch refuses is refused in its "
     "words (float64, complex128). Counted are those that take tensors of floating point and that PyTorch does not refuse"),
    ("Operations under vmap", batched.NAMES, batched.problems, exceptions.BATCHED,
     "values, in-place forms, and gradients of each example, of batches in the first and the last dimension, of all arguments, "
     "the first and the others. Counted are those that PyTorch's vmap takes"),
    ("Modules", module_db.ENTRIES, module_db.problems, exceptions.MODULES,
     "repr, parameters and buffers by name and value, forward in train and eval mode, gradients, state_dict, errors"),
    ("Optimizers", optim_db.ENTRIES, optim_db.problems, exceptions.OPTIMIZERS,
     "parameters and state after every step, param groups, state_dict, errors"),
    ("Documented examples", documented.names(), documented.problems, exceptions.DOCUMENTED,
     "what every example in the docstrings of PyTorch's public names prints, and how it fails: words to the letter, numbers to "
     "four digits. Examples for other devices, compilers, processes, files and sparse layouts are left out"),
]  # fmt: skip

#: Of these, an entry counts where PyTorch gives results: how many, by entry.
COUNTED = {
    "Operations under vmap": batched.GIVEN, "Operations without a derivative in forward mode": forward_through.GIVEN,
}  # fmt: skip


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
    details += "\nThese raise NotImplementedError:\n\n"
    for space, refused in exceptions.REFUSED.items():
        details += "".join(f"- `{space}.{name}`: {reason}\n" for name, reason in refused.items())
    return NAMES_HEAD + table + details


def section(title: str, results: dict[str, str], what: str) -> tuple[str, str]:
    """A row of the table, and what comes below it."""
    looping = ""
    if title in COUNTED:
        results = {name: problem for name, problem in results.items() if COUNTED[title].get(name) or problem}
    if title == "Operations under vmap":
        looping = "Run in a loop, with a warning, for want of a rule (the entry, and what in it loops): " + ", ".join(
            f"`{name}` ({', '.join(sorted(loops))})" for name, loops in sorted(batched.LOOPS.items()) if loops
        )
        from func.test_vmap import LOOPING

        looping += ". Operations without a rule, by these entries or by our own samples: " + ", ".join(
            f"`{name}`" for name in sorted(LOOPING)
        )
    passed = [name for name, problem in results.items() if not problem]
    row = f"| {title} | {len(passed)} | {len(results)} | {len(results) - len(passed)} |\n"
    details = f"## {title}\n\nCompared: {what}.\n\n"
    details += "".join(f"- `{name}`: {problem}\n" for name, problem in results.items() if problem)
    for paragraph in (looping, "Pass: " + ", ".join(f"`{name}`" for name in passed)):
        if paragraph:
            details += "\n" + textwrap.fill(paragraph, 120, break_long_words=False) + "\n"
    return row, details


def on_the_page(title: str) -> tuple[str, str]:
    """The row and the section that the page has."""
    page = PAGE.read_text()
    row = next(line for line in page.splitlines() if line.startswith(f"| {title} |"))
    return row + "\n", "## " + next(part for part in page.split("\n## ") if part.startswith(f"{title}\n"))


def main(titles: list[str]) -> None:
    if titles == ["names"]:
        PAGE.write_text(PAGE.read_text().partition("\n## Names\n")[0] + names_section())
        return
    table, details = "", ""
    for title, names, problems, left_out, what in KINDS:
        anew = not titles or title in titles
        row, text = section(title, measured(names, problems, left_out), what) if anew else on_the_page(title)
        table += row
        details += "\n" + text.rstrip("\n") + "\n"
    passed = [int(row.split("|")[2]) for row in table.splitlines() if "forward mode" in row]
    words = f"\nSo {sum(passed)} operations run in forward mode: {' + '.join(map(str, passed))}.\n"
    PAGE.write_text(HEAD + table + words + details + names_section())
    print(table)


if __name__ == "__main__":
    main(sys.argv[1:])
