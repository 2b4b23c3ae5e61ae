"""Records the configuration that Terraform generates, with our provider: `python tests/engine/generated/record.py`."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[3]))
sys.path.insert(0, str(Path(__file__).parents[2]))  # for `kit`
sys.path.insert(0, str(Path(__file__).parents[2] / "plugin"))  # for `running`
sys.path.insert(0, str(Path(__file__).parent))  # for `importing`

from importing import RECORDED, blocks_of, prepare
from running import Terraform, environment_of_terraform, served


def main() -> None:
    """Writes the file anew."""
    with tempfile.TemporaryDirectory() as place:
        lab, blocks = prepare(Path(place))
        with served(lab.directory) as reattach:
            environment = environment_of_terraform(lab.directory, TF_REATTACH_PROVIDERS=reattach)
            terraform = Terraform(lab, environment).write(blocks)
            terraform.run("plan", "-generate-config-out=generated.tf")
        found = blocks_of((lab.directory / "generated.tf").read_text())
    RECORDED.write_text("".join(f"# __generated__ by Terraform {block}\n\n" for block in found))


if __name__ == "__main__":
    main()
