"""Records what state file Terraform writes for a configuration: run it by hand to renew `goldens/terraform.tfstate`.

The configuration is in `goldens/` too, so that a test can plan over the recorded state.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

GOLDENS = Path(__file__).parent / "goldens"


def record() -> str:
    """The state file after an apply of the configuration."""
    with tempfile.TemporaryDirectory() as directory:
        settings = Path(directory, "empty.tfrc")
        settings.touch()
        shutil.copytree(GOLDENS / "config", Path(directory, "config"))

        def terraform(*arguments: str) -> str:
            done = subprocess.run(
                ["terraform", f"-chdir={directory}/config", *arguments],
                env={**os.environ, "TF_CLI_CONFIG_FILE": str(settings)},
                capture_output=True,
                text=True,
                check=True,
            )
            return done.stdout

        terraform("init")
        terraform("apply", "-auto-approve")
        return terraform("state", "pull")


if __name__ == "__main__":
    (GOLDENS / "terraform.tfstate").write_text(record())
    sys.stdout.write("1 state\n")
