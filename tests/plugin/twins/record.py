"""Records the goldens: what Terraform with our provider makes of every case.

Run by hand (`python tests/plugin/twins/record.py [name ...]`) when cases change; the tests read what it wrote and need
no binary.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[3]))
sys.path.insert(0, str(Path(__file__).parents[2]))

from kit import Lab
from plugin.running import Terraform, environment_of_terraform, served
from plugin.twins.cases import CASES
from plugin.twins.observing import Real, observe

GOLDENS = Path(__file__).parent / "goldens"


def main(names: list[str]) -> None:
    """Records the cases named, or all."""
    with tempfile.TemporaryDirectory() as place:
        os.environ["IAC_CACHE_DIR"] = f"{place}/cache"
        with served(Path(place)) as reattach:
            for name in names or CASES:
                directory = Path(place, name)
                directory.mkdir()
                environment = environment_of_terraform(directory, TF_REATTACH_PROVIDERS=reattach)
                told = observe(Real(Terraform(Lab(directory), environment)), CASES[name])
                (GOLDENS / f"{name}.json").write_text(json.dumps(told, indent=1, sort_keys=True) + "\n")
                sys.stdout.write(f"{name}\n")


if __name__ == "__main__":
    main(sys.argv[1:])
