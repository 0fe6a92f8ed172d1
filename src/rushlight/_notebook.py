"""Running a Jupyter notebook, or the Python script that Jupyter exports from one, as a program.

A notebook's cells run from top to bottom in one namespace; the value of a cell's last expression is shown as Python's
own prompt shows it (`sys.displayhook`). What only steers the notebook's page or its machine (`%matplotlib inline`,
`!pip install ...`) is skipped with a note on stderr; `%time` and its like run what they time; any other magic raises
NotImplementedError by its name.
"""

import ast
import json
import linecache
import re
import sys
import time
import timeit
from collections.abc import Iterator
from types import CodeType
from typing import Any

_EXPORTED = re.compile(rb"^# In\[[ \d]*\]:$", re.MULTILINE)
_MAGIC_LINE = re.compile(r"^(\s*)(%|!)(.*)$")
_PAGE_MAGICS = frozenset(
    ("autoreload", "autosave", "colors", "conda", "config", "load_ext", "matplotlib", "pip", "reload_ext", "xmode")
)


class NotebookError(Exception):
    """The file is not a notebook that can be run."""


def is_exported(source: bytes) -> bool:
    """Whether `source` is a script that Jupyter exported: it marks every cell with a comment `# In[3]:`."""
    return _EXPORTED.search(source) is not None


def read_cells(path: str, text: str) -> list[tuple[str, str]]:
    """The code cells of the notebook `text` as (file name for tracebacks, source), numbered from 1 as they run.

    Raises:
        NotebookError: not JSON, not a notebook of format 4, or not one in Python.
    """
    try:
        notebook = json.loads(text)
        if notebook["nbformat"] < 4:
            raise NotebookError(f"{path} is a notebook of format {notebook['nbformat']}; format 4 is needed")
        language = notebook["metadata"].get("language_info", {}).get("name", "python")
        if language != "python":
            raise NotebookError(f"{path} is a notebook in {language}, not in Python")
        sources = ["".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "code"]
    except (json.JSONDecodeError, KeyError, TypeError, AttributeError) as error:
        raise NotebookError(f"{path} is not a notebook: {error!r}") from error
    cells = [(f"{path} In[{number}]", source) for number, source in enumerate(sources, 1)]
    for name, source in cells:  # tracebacks and warnings quote lines from here
        linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
    return cells


def compile_cell(name: str, source: str) -> Iterator[CodeType]:
    """The code of one cell: its statements, then its last expression as one whose value is shown."""
    tree = _parsed(source, name)
    shown = []
    if tree.body and isinstance(tree.body[-1], ast.Expr) and not _ends_in_semicolon(source):
        shown = [tree.body.pop()]
    yield compile(tree, name, "exec", dont_inherit=True)
    if shown:
        yield compile(ast.Interactive(shown), name, "single", dont_inherit=True)


def _parsed(source: str, name: str) -> ast.Module:
    """The syntax tree of `source`, in which a magic is where Python's parser stumbles over one."""
    while True:
        try:
            # Not ast.parse, whose own frame would stand in the traceback of a syntax error.
            return compile(source, name, "exec", ast.PyCF_ONLY_AST, dont_inherit=True)  # type: ignore[return-value]
        except SyntaxError as error:
            plain = _without_magic(source, error.lineno or 1)
            if plain == source:
                raise
            source = plain


def _ends_in_semicolon(source: str) -> bool:
    last = source.rstrip().rpartition("\n")[2]
    return last.partition("#")[0].rstrip().endswith(";")


def _without_magic(source: str, number: int) -> str:
    """`source` with the magic of line `number`, if there is one, as the call that Jupyter exports it to."""
    if source.lstrip().startswith("%%"):
        head, _, body = source.lstrip().partition("\n")
        name, _, line = head[2:].partition(" ")
        return f"get_ipython().run_cell_magic({name!r}, {line!r}, {body!r})"
    lines = source.split("\n")
    lines[number - 1] = _MAGIC_LINE.sub(_as_call, lines[number - 1])
    return "\n".join(lines)


def _as_call(match: re.Match[str]) -> str:
    indent, sign, rest = match.groups()
    if sign == "!":
        return f"{indent}get_ipython().system({rest.strip()!r})"
    name, _, line = rest.strip().partition(" ")
    return f"{indent}get_ipython().run_line_magic({name!r}, {line!r})"


class Shell:
    """What `get_ipython()` gives a notebook: the magics that make sense outside of one."""

    def __init__(self, namespace: dict[str, Any]) -> None:
        self.user_ns = namespace

    def system(self, command: str) -> None:
        """Skip a shell command: it set up the notebook's machine, and this may be another."""
        _note_skipped(f"!{command}")

    def run_line_magic(self, name: str, line: str, _stack_depth: int = 1) -> Any:
        """Run, or skip, the line magic `%name line`."""
        if name in _PAGE_MAGICS:
            return _note_skipped(f"%{name} {line}".rstrip())
        return self._run_code_magic(f"%{name}", name, line)

    def run_cell_magic(self, name: str, line: str, cell: str) -> Any:
        """Run the cell magic `%%name line` on the lines of `cell`."""
        if line:
            raise NotImplementedError(f"the notebook magic %%{name} {line} is not available under rushlight run")
        return self._run_code_magic(f"%%{name}", name, cell)

    def _run_code_magic(self, magic: str, name: str, source: str) -> Any:
        if name == "time":
            return self._time(magic, source)
        if name == "timeit":
            loops, seconds = timeit.Timer(source, globals=self.user_ns).autorange()
            return print(f"{seconds / loops * 1e6:.3g} µs per loop ({loops} loops)")
        if name == "capture" and magic == "%%capture":
            return self._capture(magic, source)
        raise NotImplementedError(f"the notebook magic {magic} is not available under rushlight run")

    def _run(self, magic: str, source: str) -> None:
        for code in compile_cell(f"<{magic}>", source):
            exec(code, self.user_ns)

    def _time(self, magic: str, source: str) -> None:
        start = time.perf_counter()
        self._run(magic, source)
        print(f"Wall time: {(time.perf_counter() - start) * 1e3:.3g} ms")

    def _capture(self, magic: str, source: str) -> None:
        import contextlib
        import io

        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            self._run(magic, source)


def _note_skipped(line: str) -> None:
    print(f"rushlight run: skipped {line}", file=sys.stderr)
