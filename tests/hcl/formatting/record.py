"""Records what the real `terraform fmt` makes of many files, in `goldens.json`: pairs of input and output.

The files are those of `cases.txt`, the examples and cases in this repository, and random ones. Run it by hand, after
changing any of them: `python tests/hcl/formatting/record.py`.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from sources import Source

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
RANDOM_FILES = 400
LONGEST = 3000
"""Random files with more characters than this are left out: the same is in shorter ones."""


def inputs() -> list[str]:
    """All texts to format."""
    cases = (HERE / "cases.txt").read_text(encoding="utf-8").split("=====\n")
    files = [
        path.read_text(encoding="utf-8")
        for directory in ("examples", "tests")
        for pattern in ("*.tf", "*.tfvars")
        for path in sorted((ROOT / directory).rglob(pattern))
    ]
    generated = (Source(seed).file() for seed in range(RANDOM_FILES))
    return [*cases, *files, *(text for text in generated if len(text) <= LONGEST)]


def formatted(texts: Sequence[str]) -> list[str | None]:
    """What the real one writes; None for a text that does not parse."""
    with tempfile.TemporaryDirectory() as directory:
        paths = [Path(directory, f"{index:05}.tf") for index in range(len(texts))]
        for path, text in zip(paths, texts, strict=True):
            path.write_bytes(text.encode())
        run = subprocess.run(
            ["terraform", "fmt", "-no-color", "-list=false", directory],
            env={**os.environ, "TF_CLI_CONFIG_FILE": os.devnull},
            capture_output=True,
            text=True,
            check=False,
        )
        refused = set(re.findall(r"(\d{5}\.tf) line", run.stderr))
        return [None if path.name in refused else path.read_bytes().decode() for path in paths]


if __name__ == "__main__":
    texts = list(dict.fromkeys(inputs()))
    pairs = [[text, result] for text, result in zip(texts, formatted(texts), strict=True) if result is not None]
    lines = ",\n".join(json.dumps(pair, ensure_ascii=False) for pair in pairs)
    (HERE / "goldens.json").write_text(f"[\n{lines}\n]\n", encoding="utf-8")
    print(f"{len(pairs)} files recorded, {len(texts) - len(pairs)} do not parse")  # noqa: T201
