"""What tests of the documents share: the pages, and the blocks of commands in them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md")])
WRITTEN = [page for page in PAGES if page.parent.name not in ("resources", "data-sources")]
"""The pages that are not generated from schemas."""

_BLOCK = re.compile(r"^```(?P<language>\w+) (?P<kind>run|file=\S+)\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)
_EXIT_CODE = re.compile(r"^\[exit code (\d)\]\n", re.MULTILINE)


@dataclass(frozen=True)
class WrittenFile:
    """A block ```LANGUAGE file=NAME: a file that the commands after it find."""

    name: str
    text: str


@dataclass(frozen=True)
class Command:
    """A command of a block ```console run, with what the page shows of its output."""

    line: str
    shown: str
    code: int


def name(page: Path) -> str:
    """The page as people name it: `docs/guide.md`."""
    return page.relative_to(ROOT).as_posix()


def steps(page: Path) -> Iterator[WrittenFile | Command]:
    """The files and commands of a page that are to be tried, in order."""
    for block in _BLOCK.finditer(page.read_text(encoding="utf-8")):
        if block["kind"] != "run":
            yield WrittenFile(block["kind"].removeprefix("file="), block["body"])
            continue
        first, *texts = re.split(r"^\$ ", block["body"], flags=re.MULTILINE)
        assert not first, f"{page}: a block that is run begins with a command"
        for text in texts:
            line, _, shown = text.partition("\n")
            code = _EXIT_CODE.search(shown)
            yield Command(line, _EXIT_CODE.sub("", shown), int(code[1]) if code else 0)


_TIME = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?Z")
_UUID = re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b")
_RUN = re.compile(r"  [0-9a-f]{8}$", re.MULTILINE)


def without_ids(text: str) -> str:
    """The text with what differs from run to run (times, ids, runs) made the same."""
    return _RUN.sub("  RUN", _UUID.sub("ID", _TIME.sub("TIME", text)))


def pattern(shown: str) -> re.Pattern[str]:
    """What an output must look like to be as shown.

    `...` on a line of its own stands for any lines, within a line for any text; blank lines at either end and
    white space at the end of a line do not count.
    """
    parts = []
    for line in without_ids(shown).strip().splitlines():
        if line == "...":
            parts.append(r"(?:.*\n)*?")
        else:
            text = re.escape(line).replace(r"\ \.\.\.\ ", " .*").replace(r"\.\.\.", ".*")
            parts.append(rf"{text}[^\S\n]*\n")
    return re.compile(rf"\s*{''.join(parts)}\s*\Z")
