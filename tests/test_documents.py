"""What the documents show runs, and prints what they say; what they and the Notes refer to is there."""

import re
from pathlib import Path

import pytest

from rushlight.core.op import OPS

ROOT = Path(__file__).parents[1]
DOCUMENTS = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")] + sorted((ROOT / "docs").glob("*.md"))
BLOCK = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)#:\s]+)(?:#([\w-]+))?\)")


@pytest.mark.parametrize("number", range(3))
def test_the_examples_of_the_readme_print_what_they_say(number, capsys):
    block = BLOCK.findall((ROOT / "README.md").read_text())[number]
    said = re.findall(r"print\(.*\) +# (.+)", block)
    known = set(OPS)
    try:
        exec(block, {})
    finally:
        for name in set(OPS) - known:
            del OPS[name]
    assert said and capsys.readouterr().out.splitlines() == said


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
