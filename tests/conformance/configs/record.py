"""Records what the real `terraform` makes of every case, in `golden/THEME.json`, for `test_configs.py`.

python tests/conformance/configs/record.py [THEME | CASE ...]
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))  # for `kit`
sys.path.insert(0, str(Path(__file__).parents[1]))  # for `configs`

from configs.cases import CASES
from configs.compare import Outcome, outcomes_of_terraform
from configs.steps import Steps

GOLDEN = Path(__file__).parent / "golden"
AT_ONCE = 3
"""How many cases are recorded at the same time."""


def answers(steps: Steps) -> list[Outcome]:
    """What terraform makes of a case."""
    with tempfile.TemporaryDirectory() as folder:
        return outcomes_of_terraform(Path(folder), steps)


def dump(golden: Mapping[str, Sequence[Outcome]]) -> str:
    """The golden file: a line for each step."""
    cases = []
    for name, outcomes in golden.items():
        lines = ",\n".join(json.dumps(o, ensure_ascii=False, sort_keys=True) for o in outcomes)
        cases.append(f"{json.dumps(name)}: [\n{lines}\n]")
    return "{\n" + ",\n".join(cases) + "\n}\n"


def main(names: Sequence[str]) -> None:
    """Records the named themes and cases, or all."""
    GOLDEN.mkdir(exist_ok=True)
    for theme, cases in CASES.items():
        path = GOLDEN / f"{theme}.json"
        golden = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
        wanted = [name for name in cases if not names or theme in names or name in names]
        with ThreadPoolExecutor(AT_ONCE) as pool:
            golden.update(zip(wanted, pool.map(answers, (cases[name] for name in wanted)), strict=True))
        text = dump({name: golden[name] for name in cases if name in golden})
        path.write_text(text, encoding="utf-8")
    for path in GOLDEN.glob("*.json"):
        if path.stem not in CASES:
            path.unlink()


if __name__ == "__main__":
    main(sys.argv[1:])
