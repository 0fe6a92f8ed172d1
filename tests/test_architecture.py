"""The house keeps its shape: imports go one way, files stay readable, importing stays light."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import rushlight
from rushlight.ops import later

ROOT = Path(rushlight.__file__).parent
FILES = sorted(ROOT.rglob("*.py"))
TESTS = sorted(Path(__file__).parent.rglob("*.py"))
#: Functions whose body is longer than 50 lines, and why.
LONG = {
    "core/backward.py:_sweep": "the engine's loop: a call in it is paid at every node",
    "core/short.py:two_inputs": "the short way of two inputs: a call in it is paid by every operation",
    "core/short.py:call": "its inner function, which is that way",
    "core/short.py:one_input": "the short way of one input, likewise",
}
#: A room may import, when it is loaded, from itself and the rooms before it. A file of the package itself is a room.
ROOMS = (
    "_version version torch_version return_types arrays random _torch_function core _C ops _ops functional storage types "
    "fft linalg masked signal special layers autograd func amp profiler serialization distributed utils testing nn "
    "_overriding _overridable overrides compiler jit optim view distributions multiprocessing backends cuda accelerator cpu "
    "mps xpu _torch_alias __init__ _VF _notebook cli __main__"
).split()
#: Stands on the path as the module `torch`, outside the package.
ALIAS = "_as_torch"


def top_level_imports(path):
    """The rushlight modules that a file imports as it is loaded, as paths below the package."""
    package = path.relative_to(ROOT).parts[:-1]
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.ImportFrom) and node.level:
            base = package[: len(package) - node.level + 1]
            module = tuple((node.module or "").split(".")) if node.module else ()
            if module:
                yield (*base, *module)
            else:
                yield from ((*base, alias.name) for alias in node.names)


def name_of(path):
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", [f for f in FILES if f.parent.name != ALIAS], ids=name_of)
def test_imports_go_one_way(path):
    room = ROOMS.index(path.relative_to(ROOT).parts[0].removesuffix(".py"))
    for target in top_level_imports(path):
        if target:
            assert ROOMS.index(target[0]) <= room, f"{path} imports {'.'.join(target)}"


def test_core_knows_nothing_of_the_rooms_above():
    """Not inside its functions either: what it asks of them, they register (`op.LAYERS`, `Op.into`) or hang on its classes."""
    for path in (ROOT / "core").glob("*.py"):
        nodes = list(ast.walk(ast.parse(path.read_text())))
        checks = [n for n in nodes if isinstance(n, ast.If) and ast.unparse(n.test) == "TYPE_CHECKING"]
        for node in set(nodes) - {n for check in checks for n in ast.walk(check)}:
            if isinstance(node, ast.ImportFrom) and node.level == 2:
                assert ROOMS.index(node.module.partition(".")[0]) < ROOMS.index("core"), f"{path}:{node.lineno}"


def functions(tree):
    """The functions of a file, with the lines of their bodies: signatures and docstrings do not count, inner functions do."""
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            body = node.body[1:] if ast.get_docstring(node) is not None else node.body
            yield node, node.end_lineno - body[0].lineno + 1 if body else 0


def tables(tree):
    """The lines of a file's tables: assignments and calls of constants at its top level."""
    return sum(n.end_lineno - n.lineno for n in tree.body if isinstance(n, (ast.Assign, ast.AnnAssign, ast.Expr)))


def test_files_and_functions_stay_short():
    long = set()
    for path in FILES:
        text = path.read_text()
        assert text.count("\n") <= 600, path
        long |= {f"{name_of(path)}:{function.name}" for function, lines in functions(ast.parse(text)) if lines > 50}
    assert long == set(LONG)


def test_tests_stay_short():
    """Beside their tables of cases, files of tests are held to the same size."""
    for path in TESTS:
        text = path.read_text()
        tree = ast.parse(text)
        assert text.count("\n") - tables(tree) <= 600, path
        assert all(lines <= 50 for _, lines in functions(tree)), path


def test_core_is_small():
    """core/ reads from top to bottom, in an afternoon: some 1,500 lines of code and hardly more."""
    lines = 0
    for path in (ROOT / "core").glob("*.py"):
        tree = ast.parse(path.read_text())
        docs = set()
        for node in ast.walk(tree):
            if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
                docs.update(range(node.lineno, node.end_lineno + 1))
        for number, line in enumerate(path.read_text().splitlines(), 1):
            lines += bool(line.strip()) and not line.strip().startswith("#") and number not in docs
    assert lines <= 1567


@pytest.mark.parametrize("module", later.FAMILIES)
def test_later_families_are_as_the_table_says(module):
    functions, methods = (names.split() for names in later.FAMILIES[module])
    loaded = later.load(module)
    assert set(functions) <= set(loaded.__all__)
    for name in functions:
        assert getattr(rushlight, name) is getattr(loaded, name)
    for name in methods:
        assert not isinstance(vars(rushlight.Tensor)[name], later.LaterMethod), name


def test_import_is_light():
    """`import rushlight` loads neither SciPy nor the heavy parts of the standard library."""
    code = "import sys; import rushlight; print(*[m for m in ('scipy', 'torch', 'asyncio', 'multiprocessing') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT.parent)
    assert done.stdout.strip() == ""


def test_nothing_imports_torch():
    for path in FILES:
        for node in ast.walk(ast.parse(path.read_text())):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) and not node.level else []
            assert not any(n.split(".")[0] == "torch" for n in names), path
