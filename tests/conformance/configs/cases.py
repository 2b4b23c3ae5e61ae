"""All cases by theme and name. A theme is a module beside this one that has `CASES`."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Final

from configs.steps import Steps

THEMES: Final = ("basics", "repetition", "modules", "lifecycles", "values", "inputs", "refactoring")

CASES: Final[Mapping[str, Mapping[str, Steps]]] = {theme: import_module(f"configs.{theme}").CASES for theme in THEMES}
