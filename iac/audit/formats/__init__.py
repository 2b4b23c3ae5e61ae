"""The formats that events are written in for other systems and for people, by name.

Each takes events and gives text piece by piece, as the events come: nothing is gathered, so memory stays flat.
A piece ends with a line end; all pieces together are the document. The table on a terminal is a view's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final, TypeAlias

from iac.audit.formats.cloudevents import cloudevents
from iac.audit.formats.csv import csv
from iac.audit.formats.json import json
from iac.audit.formats.markdown import markdown
from iac.audit.formats.ndjson import ndjson
from iac.audit.formats.ocsf import ocsf
from iac.audit.record import Event

Format: TypeAlias = Callable[[Iterable[Event]], Iterator[str]]

FORMATS: Final[Mapping[str, Format]] = {
    "json": json,
    "ndjson": ndjson,
    "csv": csv,
    "ocsf": ocsf,
    "cloudevents": cloudevents,
    "markdown": markdown,
}
