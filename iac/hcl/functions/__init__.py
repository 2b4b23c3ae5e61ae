"""The functions of the language: `spec` says what a function is, `registry` which there are.

The other modules hold the functions themselves, one module a family; they are imported when needed.
"""

from iac.hcl.functions.registry import function_table
from iac.hcl.functions.spec import Function, FunctionContext, FunctionError, Parameter, Thunk, call

__all__ = ["Function", "FunctionContext", "FunctionError", "Parameter", "Thunk", "call", "function_table"]
