"""What the documents show runs, and prints what they say; what they and the Notes refer to is there."""

import re
from pathlib import Path

import pytest

import rushlight as torch
from rushlight.core.op import OPS
from rushlight.layers import batching

ROOT = Path(__file__).parents[1]
DOCUMENTS = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")] + sorted((ROOT / "docs").glob("*.md"))
BLOCK = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)#:\s]+)(?:#([\w-]+))?\)")


def blocks(document):
    return BLOCK.findall((ROOT / document).read_text())


@pytest.fixture
def declarations():
    """What is declared meanwhile is forgotten again, and nothing else."""
    batching.rule_of(OPS["add"])  # loads those that are there
    before = dict(OPS), dict(batching.RULES)
    yield
    for table, entries in zip((OPS, batching.RULES), before):
        table.clear()
        table.update(entries)


@pytest.mark.parametrize("number", range(3))
def test_the_examples_of_the_readme_print_what_they_say(number, declarations, capsys):
    block = blocks("README.md")[number]
    said = re.findall(r"print\(.*\) +# (.+)", block)
    exec(block, {})
    assert said and capsys.readouterr().out.splitlines() == said


def test_an_operation_is_added_as_the_document_says(declarations):
    names = {}
    for block in blocks("docs/adding-an-op.md"):
        exec(block, names)
    x = torch.tensor([[0.5, -1.0]], dtype=torch.float64, requires_grad=True)
    square_sum, gudermannian = names["square_sum"], names["gudermannian"]
    assert torch.autograd.gradcheck(gudermannian, x) and torch.autograd.gradgradcheck(gudermannian, x)
    assert torch.autograd.gradcheck(square_sum, (x, 1), check_forward_ad=True) and torch.autograd.gradgradcheck(square_sum, (x, 1))
    assert torch.equal(torch.vmap(square_sum, (0, None))(x, 0), torch.tensor([1.25], dtype=torch.float64))
    with pytest.raises(TypeError, match=r"square_sum\(\): argument 'dim' \(position 2\) must be int, not str"):
        square_sum(x, "rows")


def anchors(document):
    """The anchors of a document's headings, as they are made of them where it is shown."""
    headings = re.findall(r"^#+ (.+)$", document.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_lead_somewhere(document):
    for path, anchor in LINK.findall(document.read_text()):
        target = document.parent / path
        assert target.exists(), path
        assert not anchor or anchor in anchors(target), f"{path}#{anchor}"


def test_notes_stand_where_the_architecture_says():
    text = (ROOT / "docs" / "architecture.md").read_text()
    for notes, file in re.findall(r"((?:`Note \[[^]]+\]`(?: and )?)+) in `([^`]+)`", text):
        for note in re.findall(r"Note \[[^]]+\]", notes):
            assert note in (ROOT / "src" / "rushlight" / file).read_text(), (note, file)


def test_notes_that_are_referred_to_are_written_once():
    text = "\n".join(path.read_text() for path in (ROOT / "src").rglob("*.py"))
    written = re.findall(r"^\s*(?:# )?Note \[(.+)\]$", text, re.MULTILINE)
    assert len(written) == len(set(written)) >= 40
    assert set(re.findall(r"Note \[([^]]+)\]", text)) == set(written)
