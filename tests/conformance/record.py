"""Records what the real `terraform` plans for every case: run by hand when cases change
(`python tests/conformance/record.py [name ...]`). The tests read what it wrote and need no binary.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))  # for `kit`
sys.path.insert(0, str(Path(__file__).parent))

from terraform_cases import CASES
from terraform_compare import plans_of_terraform

GOLDENS = Path(__file__).parent / "goldens"


def main(names: list[str]) -> None:
    """Records the named cases, or all."""
    for name, steps in CASES.items():
        if names and name not in names:
            continue
        with tempfile.TemporaryDirectory() as folder:
            plans = plans_of_terraform(Path(folder), steps)
        text = json.dumps(plans, indent=1, ensure_ascii=False, sort_keys=True)
        (GOLDENS / f"{name}.json").write_text(text + "\n")
    for golden in GOLDENS.glob("*.json"):
        if golden.stem not in CASES:
            golden.unlink()


if __name__ == "__main__":
    main(sys.argv[1:])
