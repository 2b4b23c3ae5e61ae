"""JSON that other programs wrote: read with what it may have wrong, so that nothing after it need expect that."""

from __future__ import annotations

import json
from typing import Any, Final

from iac.values.codec import canonical, loads
from iac.values.json_problems import json_problem

DEEPEST: Final = 100
"""How many arrays and objects may be inside each other: what walks through them goes no deeper safely."""

_BOM: Final = b"\xef\xbb\xbf"


def read_json(content: bytes) -> Any:
    """The data of a JSON document. Raises ValueError, whose message says why, when it is none: also for what Unicode
    and JSON do not have (half of a surrogate pair, NaN), and for one that is nested too deeply."""
    try:
        data = loads(content.removeprefix(_BOM))
        if _too_deep(data):
            raise RecursionError
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    except UnicodeError:
        raise ValueError("it is not proper Unicode") from None
    except json.JSONDecodeError as problem:
        # The place, not what stands there: that may be a secret.
        why = json_problem(problem)
        place = f"line {problem.lineno}, column {problem.colno}"
        raise ValueError(f"{place}: {'it ends too early' if why.endswith('EOF') else why}") from None
    try:
        canonical(data).encode()
    except UnicodeError:
        raise ValueError("it is not proper Unicode") from None
    except (ValueError, OverflowError):
        raise ValueError("it has a number that JSON does not have") from None
    return data


def _too_deep(data: Any) -> bool:
    level = [data] if isinstance(data, dict | list) else []
    for _ in range(DEEPEST):
        parts = (part for outer in level for part in (outer.values() if isinstance(outer, dict) else outer))
        level = [part for part in parts if isinstance(part, dict | list)]
        if not level:
            return False
    return True
