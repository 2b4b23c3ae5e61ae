"""Records what the real `terraform` says of every wrong input, in `golden/THEME.json`, for `test_wrong_inputs.py`.

python tests/conformance/wrong_inputs/record.py [THEME | CASE ...]
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))  # for `wrong_inputs`

from wrong_inputs.inputs import Mistake, WrongInput, mistakes_of_terraform, wrong_inputs

GOLDEN = Path(__file__).parent / "golden"
AT_ONCE = 3
"""How many cases are recorded at the same time."""


def answers(case: WrongInput) -> list[Mistake]:
    """What terraform says of a case."""
    with tempfile.TemporaryDirectory() as folder:
        return mistakes_of_terraform(Path(folder), case)


def dump(golden: Mapping[str, Sequence[Mistake]]) -> str:
    """The golden file: a line for each mistake."""
    cases = []
    for name, mistakes in golden.items():
        lines = ",\n".join(f" {json.dumps(mistake, ensure_ascii=False)}" for mistake in mistakes)
        cases.append(f"{json.dumps(name)}: [\n{lines}\n]")
    return "{\n" + ",\n".join(cases) + "\n}\n"


def main(names: Sequence[str]) -> None:
    """Records the named themes and cases, or all."""
    GOLDEN.mkdir(exist_ok=True)
    for theme, cases in wrong_inputs().items():
        path = GOLDEN / f"{theme}.json"
        golden = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
        wanted = [name for name in cases if not names or theme in names or name in names]
        with ThreadPoolExecutor(AT_ONCE) as pool:
            golden.update(zip(wanted, pool.map(answers, (cases[name] for name in wanted)), strict=True))
        path.write_text(dump({name: golden[name] for name in cases if name in golden}), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
