"""Gives our plans, and those of Terraform, to programs made for its JSON: `python -m tests.consumers [NAME ...]`.

Prints what each says, and whether it says the same of both. Install those to try first, the large ones each in an
environment of its own, and put them on the PATH: `pip install checkov`, `pip install terraform-compliance`,
`pip install flatplan tfsumpy terrasafe`, and `pip install "iac[consumers]"` for the rest.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from consumers.table import CONSUMERS, PLANS, Consumer, plans


def main(names: list[str]) -> int:
    """Runs the named consumers, or all that are installed; 1 when one tells a difference."""
    differs = False
    for consumer in CONSUMERS:
        if names and consumer.package not in names:
            continue
        if consumer.program is None:
            _say(f"== {consumer.package}: not installed\n")
            continue
        for case, step in PLANS:
            differs |= not _same(consumer, case, step)
    return int(differs)


def _same(consumer: Consumer, case: str, step: int) -> bool:
    with tempfile.TemporaryDirectory() as place:
        lab, first, second = (Path(place, name) for name in ("lab", "iac", "terraform"))
        for folder in (lab, first, second):
            folder.mkdir()
        ours, theirs = plans(lab, case, step)
        said, wanted = consumer.run(first, ours), consumer.run(second, theirs)
    same = said == wanted
    _say(f"== {consumer.package}, {case} {step}: exit code {said[0]}, {'the same' if same else 'NOT the same'}")
    _say(f"{said[1].rstrip()}\n")
    if not same:
        _say(f"-- of the plan of terraform: exit code {wanted[0]}\n{wanted[1].rstrip()}\n")
    return same


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
