"""`python -m iac` is `iac`."""

import sys

from iac.cli.main import main

sys.exit(main())
