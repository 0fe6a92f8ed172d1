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
#: The short way of two inputs and the engine's loop: a call in them is paid on every operation.
HOT = {"two_inputs", "_sweep"}
#: A room may import, when it is loaded, from itself and the rooms before it. A file of the package itself is a room.
ROOMS = (
    "_version version return_types arrays random core ops functional storage types fft linalg masked signal special layers "
    "autograd func amp profiler serialization distributed utils testing nn compiler optim view distributions multiprocessing "
    "backends cuda accelerator cpu mps xpu "
    "_torch_alias __init__ _VF _notebook cli __main__"
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


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_files_and_functions_stay_short(path):
    text = path.read_text()
    assert text.count("\n") <= 620
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            doc = len((ast.get_docstring(node, clean=False) or "").splitlines())
            limit = 78 if node.name in HOT else 66
            assert node.end_lineno - node.lineno + 1 - doc <= limit, f"{path}:{node.lineno} {node.name}"


def test_core_is_small():
    """core/ reads from top to bottom, in an afternoon: some 1,800 lines of code and no more."""
    lines = 0
    for path in (ROOT / "core").glob("*.py"):
        tree = ast.parse(path.read_text())
        docs = set()
        for node in ast.walk(tree):
            if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
                docs.update(range(node.lineno, node.end_lineno + 1))
        for number, line in enumerate(path.read_text().splitlines(), 1):
            lines += bool(line.strip()) and not line.strip().startswith("#") and number not in docs
    assert lines <= 1793


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
