"""Records what the real `terraform` says of the broken files of `mistakes.txt`, in `mistakes.json`.

Run it by hand, after changing the cases: `python tests/hcl/record_mistakes.py`.
"""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from pathlib import Path

HERE = Path(__file__).parent

MEANING = (
    "Unsupported",
    "Reference to",
    "Invalid reference",
    "Missing required argument",
    "Function calls not allowed",
    "Variables not allowed",
    "Invalid template interpolation value",
    "Call to unknown function",
    "Error in function call",
    "Invalid root name",
    "Invalid output name",
)
"""How the summaries begin of what is wrong with the meaning of a file that did parse, or of its sound parts."""


def cases() -> dict[str, str]:
    """The broken files by name; they end with a newline unless the name says "at end of file"."""
    text = (HERE / "mistakes.txt").read_text(encoding="utf-8")
    parts = (part.partition("\n") for part in f"\n{text}".split("\n=== ")[1:])
    return {name: source if name.endswith("at end of file") else f"{source}\n" for name, _, source in parts}


def diagnostics(source: str) -> list[dict[str, object]]:
    """What `terraform validate` says is wrong with the syntax of a file."""
    with tempfile.TemporaryDirectory() as directory:
        Path(directory, "main.tf").write_text(source, encoding="utf-8")
        environment = {**os.environ, "TF_CLI_CONFIG_FILE": os.devnull}
        run = subprocess.run(
            ["terraform", "validate", "-json"], cwd=directory, env=environment, capture_output=True, check=False
        )
    found = []
    for item in json.loads(run.stdout)["diagnostics"]:
        if item["summary"].startswith(MEANING) and "operator" not in item["summary"]:
            continue
        start, end = item["range"]["start"], item["range"]["end"]
        found.append(
            {
                "summary": item["summary"],
                "detail": item["detail"],
                "start": [start["line"], start["column"], start["byte"]],
                "end": [end["line"], end["column"], end["byte"]],
            }
        )
    return found


if __name__ == "__main__":
    golden = {name: diagnostics(source) for name, source in cases().items()}
    text = json.dumps(golden, indent=1, ensure_ascii=False)
    (HERE / "mistakes.json").write_text(text + "\n", encoding="utf-8")
