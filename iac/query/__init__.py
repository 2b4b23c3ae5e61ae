"""SQL over what there is: the views, and asking them."""

from iac.query.asking import DEFAULT_SECONDS, Answer, ask
from iac.query.places import FILENAME
from iac.query.views import SCHEMA, VIEWS, View

__all__ = ["DEFAULT_SECONDS", "FILENAME", "SCHEMA", "VIEWS", "Answer", "View", "ask"]
