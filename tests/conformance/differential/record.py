"""Records what the real `terraform` makes of the expressions of `found.txt` and of some generated ones, in `golden/`.

python tests/conformance/differential/record.py
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))  # for `conformance`

from conformance.differential.answers import GOLDEN, ask, found
from conformance.differential.generate import generate
from conformance.differential.terraform import Terraform

from iac.values.codec import line

COUNT = 150
"""How many generated expressions are recorded."""


def main() -> None:
    """Writes the golden files: a line for each expression."""
    GOLDEN.mkdir(exist_ok=True)
    generated = [node.text for node in generate(COUNT, COUNT)]
    with tempfile.TemporaryDirectory() as folder:
        terraform = Terraform(Path(folder))
        for name, expressions in (("found", found()), ("generated", generated)):
            answers = ask(terraform, dict(enumerate(expressions)))
            lines = (f"{line(text)}: {line(answers[number])}" for number, text in enumerate(expressions))
            (GOLDEN / f"{name}.json").write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
