"""The command `rushlight`, also `python -m rushlight`.

    rushlight run script.py [arguments]      an unmodified PyTorch script, module or notebook, on rushlight
    rushlight run --view out.html script.py  the same, and then the graph of its last backward as a picture

`run` does what the interpreter does with `python script.py`: the same `sys.argv`, `sys.path[0]`, `__main__` module,
traceback and exit code, so that a program cannot tell the two apart, except that `torch` is rushlight.
"""

import argparse
import builtins
import os
import pkgutil
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from importlib.util import find_spec
from types import CodeType, ModuleType, TracebackType
from typing import Any, NamedTuple, NoReturn

from . import _notebook, _torch_alias
from ._version import __version__

_RUN_USAGE = "rushlight run [-h] [--view FILE] (script.py | notebook.ipynb | folder | - | -m module | -c code) [argument ...]"


class _Program(NamedTuple):
    """What `rushlight run` runs, and where it says it is."""

    codes: Iterable[CodeType]
    argv0: str
    path0: str  # sys.path[0]: where the program's own modules lie
    names: dict[str, Any]  # of __main__
    interactive: bool = False  # whether it may call get_ipython()


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line `argv` (default: `sys.argv[1:]`) and return the exit code."""
    own, program_arguments = _split(list(sys.argv[1:] if argv is None else argv))
    options = _parser().parse_args(own)
    view = getattr(options, "view", None)
    if view not in (None, "-") and not view.endswith((".html", ".svg", ".png", ".dot", ".txt")):
        _fail(f"--view {view}: the name must end in .html, .svg, .png, .dot or .txt", 2)
    return options.command(options, program_arguments)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="rushlight", description="PyTorch's autograd in readable Python on NumPy.")
    parser.add_argument("--version", action="version", version=f"rushlight {__version__}")
    commands = parser.add_subparsers(title="commands", required=True, metavar="command")
    run = commands.add_parser(
        "run",
        usage=_RUN_USAGE,
        help="run a PyTorch script, module or notebook on rushlight",
        description="Run a Python program in which `import torch`, and of anything below it, gives rushlight, "
        "whether or not PyTorch is installed.",
    )
    run.add_argument(
        "--view",
        metavar="FILE",
        help="write the graph of the program's last backward: .html is a page on which backward can be followed step by "
        "step, .svg and .png are pictures, .dot and .txt are texts; - prints it",
    )
    what = run.add_mutually_exclusive_group(required=True)
    what.add_argument("-m", dest="module", help="run a module or package, as python -m does")
    what.add_argument("-c", dest="code", help="run the code given here")
    what.add_argument("path", nargs="?", help="a script, a notebook, or a folder with a __main__.py; - is stdin")
    run.set_defaults(command=_run)
    return parser


def _split(argv: list[str]) -> tuple[list[str], list[str]]:
    """(our arguments, the program's): all that follows the name of the program to run is for the program."""
    if argv[:1] == ["run"]:
        for i, argument in enumerate(argv[1:], 1):
            if argument == "--view" or argv[i - 1] == "--view":
                continue
            if argument in ("-m", "-c") and argv[i + 1 :]:  # glued, so that argparse takes any text for the value
                return [*argv[:i], argument + argv[i + 1]], argv[i + 2 :]
            if argument[:2] in ("-m", "-c") or argument == "-" or not argument.startswith("-"):
                return argv[: i + 1], argv[i + 1 :]
    return argv, []


def _run(options: argparse.Namespace, arguments: list[str]) -> int:
    """Run a program as `__main__`, and let what it raises reach the interpreter, which knows what to do with it."""
    try:
        _torch_alias.install_as_torch()
    except ImportError as error:
        _fail(str(error), 1)
    # For the processes that multiprocessing spawns; behind sys.path[0], before any PyTorch.
    sys.path.insert(1, os.path.join(os.path.dirname(__file__), "_as_torch"))
    try:
        program = _load(options)
        namespace = _become_main(program, arguments)
        with _viewing(options.view):
            for code in program.codes:
                if _overrides_functions(code):
                    from . import overrides  # noqa: F401 - from now on functions ask
                exec(code, namespace)
    except BaseException:
        hook = sys.excepthook
        if _is_notebook(options.path) and hook is sys.__excepthook__:
            hook = _print_quoting_cells
        sys.excepthook = _hiding_the_runner(hook)  # only now, so that the program never sees another than its own
        raise
    return 0


def _overrides_functions(code: CodeType) -> bool:
    """Whether a program defines ``__torch_function__``: perhaps in a class that is no Tensor, of which nothing else tells."""
    inner = [c for c in code.co_consts if isinstance(c, CodeType)]
    return "__torch_function__" in code.co_names or any([_overrides_functions(c) for c in inner])


@contextmanager
def _viewing(path: str | None) -> Iterator[None]:
    """Draws what the program did last, also if it fails."""
    if path is None:
        yield
        return
    from .view import record

    with record() as seen:
        try:
            yield
        finally:
            try:
                if path == "-":
                    print(seen.graph())
                else:
                    seen.save(path)
            except (RuntimeError, ImportError, OSError) as error:  # nothing to draw, no matplotlib, nowhere to write
                print(f"rushlight: --view: {error}", file=sys.stderr)


def _load(options: argparse.Namespace) -> _Program:
    if options.module is not None:
        return _load_module(options.module)
    if options.code is not None:
        return _Program(_compiled(options.code, "<string>"), "-c", "", {})
    if options.path == "-":
        return _Program(_compiled(sys.stdin.buffer.read(), "<stdin>"), "-", "", {})
    if pkgutil.get_importer(options.path) is not None:
        return _load_folder(options.path)
    return _load_file(options.path)


def _load_file(path: str) -> _Program:
    """A script or a notebook."""
    full_path = os.path.join(os.getcwd(), path)  # as the interpreter does: absolute, but not normalised
    try:
        with open(path, "rb") as file:
            source = file.read()
    except OSError as error:
        _fail(f"can't open file {full_path!r}: [Errno {error.errno}] {error.strerror}", 2)
    folder = os.path.dirname(os.path.realpath(path))
    if _is_notebook(path):
        return _load_notebook(path, folder, source)
    names = {"__file__": full_path, "__cached__": None, "__loader__": SourceFileLoader("__main__", full_path)}
    return _Program(_compiled(source, full_path), path, folder, names, _notebook.is_exported(source))


def _is_notebook(path: str | None) -> bool:
    return path is not None and path.endswith(".ipynb")


def _load_notebook(path: str, folder: str, source: bytes) -> _Program:
    try:
        cells = _notebook.read_cells(path, source.decode("utf-8"))
    except (_notebook.NotebookError, UnicodeDecodeError) as error:
        _fail(str(error), 1)
    codes = (code for cell in cells for code in _notebook.compile_cell(*cell))
    return _Program(codes, path, folder, {}, interactive=True)


def _load_module(name: str) -> _Program:
    """What `python -m name` runs: the module, or the `__main__` of the package."""
    sys.argv[:] = ["-m"]
    _put_first_on_path(os.getcwd())
    try:
        spec = find_spec(name)
        if spec is not None and spec.submodule_search_locations is not None:
            spec = find_spec(f"{name}.__main__")
            if spec is None:
                _fail(f"No module named {name}.__main__; {name!r} is a package and cannot be directly executed", 1)
    except ModuleNotFoundError as error:
        if error.name is None or not f"{name}.".startswith(f"{error.name}."):
            raise  # it is the program that lacks something
        _fail(f"Error while finding module specification for {name!r} (ModuleNotFoundError: {error})", 1)
    if spec is None:
        _fail(f"No module named {name}", 1)
    return _from_spec(spec, spec.origin or name, os.getcwd())


def _load_folder(path: str) -> _Program:
    """A folder or zip file, of which Python runs the `__main__` module."""
    full_path = os.path.abspath(path)
    spec = PathFinder.find_spec("__main__", [full_path])
    if spec is None:
        _fail(f"can't find '__main__' module in {full_path!r}", 1)
    return _from_spec(spec, path, full_path)


def _from_spec(spec: ModuleSpec, argv0: str, path0: str) -> _Program:
    get_code = getattr(spec.loader, "get_code", None)
    code = get_code(spec.name) if get_code else None
    if code is None:
        _fail(f"No code object available for {spec.name}", 1)
    names = {
        "__file__": spec.origin,
        "__cached__": spec.cached,
        "__loader__": spec.loader,
        "__package__": spec.parent,
        "__spec__": spec,
    }
    return _Program([code], argv0, path0, names)


def _compiled(source: str | bytes, filename: str) -> Iterable[CodeType]:
    # A generator: a syntax error is the program's, raised when all is as the program expects it.
    yield compile(source, filename, "exec", dont_inherit=True)


def _become_main(program: _Program, arguments: list[str]) -> dict[str, Any]:
    """Give the program the arguments, the module path and the `__main__` module that the interpreter would give it.

    Returns the namespace of `__main__`. The module stays in `sys.modules`, where pickle and multiprocessing look.
    """
    sys.argv[:] = [program.argv0, *arguments]
    _put_first_on_path(program.path0)
    module = sys.modules["__main__"] = ModuleType("__main__")
    namespace = vars(module)
    namespace.update(program.names, __builtins__=builtins)
    if program.interactive:
        shell = _notebook.Shell(namespace)
        namespace["get_ipython"] = lambda: shell
    return namespace


def _put_first_on_path(folder: str) -> None:
    if not sys.flags.safe_path:
        sys.path[0] = folder


def _fail(message: str, code: int) -> NoReturn:
    print(f"rushlight: {message}", file=sys.stderr)
    raise SystemExit(code)


def _hiding_the_runner(hook: Any) -> Any:
    """The excepthook `hook`, given the program's frames alone."""

    def excepthook(kind: type[BaseException], error: BaseException, traceback: TracebackType | None) -> Any:
        traceback = _program_frames(traceback)
        return hook(kind, error.with_traceback(traceback), traceback)

    return excepthook


def _print_quoting_cells(kind: type[BaseException], error: BaseException, traceback: TracebackType | None) -> None:
    """`sys.__excepthook__`, which before Python 3.13 quotes the lines of files alone, for a notebook's cells."""
    from traceback import print_exception

    print_exception(error)


def _program_frames(traceback: TracebackType | None) -> TracebackType | None:
    """`traceback` without what led from the interpreter to the program, and without ours that only look names up."""
    looking_up = (_torch_alias.__file__, _notebook.__file__, sys.modules[__package__].__file__)
    frames: list[TracebackType] = []
    while traceback is not None:
        filename = traceback.tb_frame.f_code.co_filename
        if filename == __file__:
            frames.clear()
        elif filename not in looking_up and (frames or not filename.startswith("<frozen ")):
            frames.append(traceback)
        traceback = traceback.tb_next
    for frame, following in zip(frames, [*frames[1:], None], strict=False):
        frame.tb_next = following
    return frames[0] if frames else None
