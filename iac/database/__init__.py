"""The database connection: SQL in, tuples out, transactions that nest.

Owns opening, transactions and turning database failures into diagnostics. Leaves tables and their schema
to `iac.storage`, and what is stored to the packages that own it. Never imports SQLAlchemy for SQLite.
"""

from iac.database.connection import Database, Params
from iac.database.driver import DatabaseNotFound, IntegrityError, SchemaDamaged

__all__ = ["Database", "DatabaseNotFound", "IntegrityError", "Params", "SchemaDamaged"]
