"""Where the root module's variables get their values, and turning raw input into values.

Precedence, low to high (Terraform's): the environment (`TF_VAR_name`), `terraform.tfvars`,
`terraform.tfvars.json`, `*.auto.tfvars` and `*.auto.tfvars.json` by name, then `-var` and `-var-file` in the
order given. Owns that and the check of values against declarations; validation rules, which may refer to
other objects, are left to the engine.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from iac.config.meta import extent_of
from iac.config.model import Module, Variable
from iac.diagnostics import Diagnostic, Diagnostics, DiagnosticsError, Pos, SourceRange, did_you_mean, error
from iac.hcl.defaults import apply_defaults
from iac.hcl.evaluate import evaluate
from iac.hcl.load import parse_source
from iac.hcl.render import go_quote
from iac.hcl.scope import EMPTY_SCOPE
from iac.hcl.syntax import BlockHeader, File
from iac.reading import read_file
from iac.values.convert import ConversionError, convert
from iac.values.types import DYNAMIC, without_optional
from iac.values.value import Value, null, string


@dataclass(frozen=True, slots=True)
class VariableOption:
    """A `-var name=value` (`file` None) or `-var-file path` of the command line."""

    text: str
    is_file: bool = False


@dataclass(frozen=True, slots=True)
class InputValue:
    """A raw value for a variable: text still to be read by the variable's type, or a value from a file."""

    origin: str
    text: str | None = None
    value: Value | None = None
    range: SourceRange | None = None


def collect_inputs(
    module: Module,
    directory: Path,
    environment: Mapping[str, str],
    options: Sequence[VariableOption],
    sources: dict[str, bytes],
    diagnostics: Diagnostics,
) -> dict[str, InputValue]:
    """The raw value of every root variable that is given one anywhere. Files read are added to `sources`.

    A pipe can be read only once: what is in `sources` of it is not read again.
    """
    found: dict[str, InputValue] = {}
    for name, text in environment.items():
        if name.startswith("TF_VAR_") and name[7:] in module.variables:
            found[name[7:]] = InputValue("environment", text=text)
    for path in _automatic_files(directory):
        _read_file(module, path, path.name, found, sources, diagnostics)
    for option in options:
        if option.is_file:
            _read_file(module, directory / option.text, option.text, found, sources, diagnostics)
        else:
            _read_option(module, option.text, found, diagnostics)
    return found


def _automatic_files(directory: Path) -> list[Path]:
    names = ["terraform.tfvars", "terraform.tfvars.json"]
    try:
        entries = sorted(os.listdir(directory))
    except OSError:
        entries = []
    automatic = [n for n in entries if n.endswith((".auto.tfvars", ".auto.tfvars.json"))]
    return [directory / n for n in (*(n for n in names if n in entries), *automatic)]


def _read_option(module: Module, text: str, found: dict[str, InputValue], diagnostics: Diagnostics) -> None:
    name, equals, value = text.partition("=")
    name = name.strip()
    if not equals or not name:
        diagnostics.error(
            "Invalid -var option",
            f"The given -var option {go_quote(text)} is not correctly specified. Must be a variable name and value "
            'separated by an equals sign, like -var="key=value".',
        )
    elif name not in module.variables:
        hint = did_you_mean(name, module.variables)
        diagnostics.error(
            "Value for undeclared variable",
            f'A variable named "{name}" was assigned on the command line, but the root module does not declare a '
            f'variable of that name.{hint} To use this value, add a "variable" block to the configuration.',
        )
    else:
        found[name] = InputValue("-var", text=value)


def _read_file(
    module: Module,
    path: Path,
    shown: str,
    found: dict[str, InputValue],
    sources: dict[str, bytes],
    diagnostics: Diagnostics,
) -> None:
    try:
        source = sources[shown] if shown in sources and not path.is_file() else read_file(path, pipes=True)
    except OSError as problem:
        diagnostics.error(
            "Failed to read variables file",
            f"Given variables file {shown} does not exist or cannot be read: {problem.strerror or problem}.",
        )
        return
    sources[shown] = source
    file, problems = parse_source(source, shown)
    diagnostics.extend(problems)
    attributes, problems = file.body.just_attributes()
    diagnostics.extend(_declared_in_values(file) or problems)
    for attribute in attributes.values():
        if attribute.name not in module.variables:
            hint = did_you_mean(attribute.name, module.variables)
            diagnostics.warning(
                "Value for undeclared variable",
                f'The root module does not declare a variable named "{attribute.name}" but a value was found in file '
                f'"{shown}".{hint} If you meant to use this value, add a "variable" block to the configuration.',
                attribute.range,
            )
            continue
        try:
            value = evaluate(attribute.expression, EMPTY_SCOPE)
        except DiagnosticsError as problem:
            diagnostics.extend(problem.diagnostics)
            continue
        found[attribute.name] = InputValue(shown, value=value, range=attribute.expression.range)


def _declared_in_values(file: File) -> list[Diagnostic]:
    """What is wrong with the first `variable` block in a file of values."""
    content, _ = file.body.content({}, {"variable": BlockHeader("name")}, partial=True)
    return [
        error(
            "Variable declaration in .tfvars file",
            "A .tfvars file gives values to variables that are declared in .tf files, and declares none. Move the "
            f'block to a .tf file, such as variables.tf.\n\nTo give variable "{block.labels[0]}" a value here, write:\n'
            f"    {block.labels[0]} = <value>",
            block.type_range,
        )
        for block in content.blocks[:1]
    ]


def resolve(variable: Variable, given: InputValue | None, diagnostics: Diagnostics) -> Value | None:
    """The value of a root variable; None when it is wrong or missing (then a diagnostic says so)."""
    if given is None:
        if variable.default is None:
            diagnostics.error(
                "No value for required variable",
                f'The root module input variable "{variable.name}" is not set, and has no default value. Use a -var or '
                "-var-file command line argument to provide a value for this variable.",
                variable.range,
            )
            return None
        return default_value(variable, diagnostics)
    value = given.value if given.value is not None else _parse_text(variable, given, diagnostics)
    if value is None:
        return None
    return settle(variable, value, given.range, given.origin, diagnostics)


def places(module: Module, given: Mapping[str, InputValue]) -> dict[str, SourceRange]:
    """Where files give the root variables their values, but for sensitive ones: a mistake there would show them."""
    return {n: g.range for n, g in given.items() if g.range is not None and not module.variables[n].sensitive}


def resolve_ephemeral(
    module: Module, planned: Collection[str], given: Mapping[str, InputValue], diagnostics: Diagnostics
) -> dict[str, Value]:
    """The values of the ephemeral root variables for applying a saved plan, which does not hold them.

    Those that were given for the plan (`planned`) must be given again, and no others.
    """
    values = {}
    for name, variable in module.variables.items():
        if not variable.ephemeral:
            continue
        if name in planned and name not in given:
            diagnostics.error(
                "No value for required variable",
                f'The ephemeral input variable "{name}" was set during the plan phase, and so must also be set during '
                "the apply phase.",
            )
        elif name in given and name not in planned:
            diagnostics.error(
                "Ephemeral variable was not set during planning",
                f'The ephemeral input variable "{name}" was not set during the planning phase, and so must remain '
                "unset during the apply phase.",
            )
        else:
            value = resolve(variable, given.get(name), diagnostics)
            if value is not None:
                values[name] = value
    return values


def refuse_settled(module: Module, options: Sequence[VariableOption], diagnostics: Diagnostics) -> None:
    """Refuses options for variables whose values a saved plan holds already."""
    for option in options:
        name = option.text.partition("=")[0].strip()
        if not option.is_file and name in module.variables and not module.variables[name].ephemeral:
            diagnostics.error(
                "Can't change a saved plan",
                f'The given plan file says what is to be done, so the variable "{name}" cannot be set when applying '
                "it. Only ephemeral variables are given again. Make a new plan with this value instead.",
            )


def _parse_text(variable: Variable, given: InputValue, diagnostics: Diagnostics) -> Value | None:
    """Text from the command line or the environment: a string as it is, anything else as an expression."""
    text = given.text or ""
    if not variable.has_type or variable.type.is_primitive:
        return string(text)
    from iac.hcl.parser import parse_expression  # brings Lark with it, and is seldom needed

    name = f"<value for var.{variable.name}>"
    expression, problems = parse_expression(text, name, Pos(1, 1, 0))
    if problems:
        diagnostics.extend(problems)
        return None
    try:
        return evaluate(expression, EMPTY_SCOPE)
    except DiagnosticsError as problem:
        diagnostics.extend(problem.diagnostics)
        return None


def default_value(variable: Variable, diagnostics: Diagnostics) -> Value | None:
    """The declared default as a value of the variable's type; None when it does not fit."""
    assert variable.default is not None
    try:
        value = evaluate(variable.default, EMPTY_SCOPE)
        if variable.defaults is not None:
            value = apply_defaults(value, variable.defaults)
        value = convert(value, variable.type)
    except DiagnosticsError as problem:
        diagnostics.extend(problem.diagnostics)
        return None
    except ConversionError as problem:
        where, what = variable.default.range, "This default value is not compatible with the variable's type constraint"
        if variable.overridden is not None:
            given = where.filename == variable.overridden.filename
            what = "The overridden default value for this variable" + what.removeprefix("This default value")
            if not given:
                what = "Overriding this variable's type constraint has made its default value invalid"
            where = variable.overridden
        diagnostics.error("Invalid default value for variable", f"{what}: {problem}.", where)
        return None
    if value.is_null and not variable.nullable:
        detail = "A null default value is not valid when nullable=false."
        diagnostics.error("Invalid default value for variable", detail, variable.default.range)
        return None
    return value.with_marks(variable.marks)


def settle(
    variable: Variable,
    value: Value,
    range: SourceRange | None,
    origin: str,
    diagnostics: Diagnostics,
    *,
    module: str = "",
) -> Value | None:
    """A given value made to fit the declaration: defaults filled in, converted, null replaced, marked.

    `module` is the address of a child module that the variable is of.
    """
    address = f"{module}.var.{variable.name}" if module else f"var.{variable.name}"
    if value.is_null and not variable.nullable:
        if variable.default is not None:
            return default_value(variable, diagnostics)
        diagnostics.error(
            "Required variable not set",
            f"The given value is not suitable for {address} defined at {extent_of(variable.range)}: required variable "
            "may not be set to null.",
            range or variable.range,
        )
        return None
    try:
        if variable.defaults is not None:
            value = apply_defaults(value, variable.defaults)
        value = convert(value, variable.type)
    except ConversionError as problem:
        source = range or variable.range
        detail = f"The given value is not suitable for {address} declared at {extent_of(variable.range)}: {problem}."
        if variable.sensitive and range is not None:  # the place of the value would show it
            source = variable.range
            detail = (
                f"The given value is not suitable for {address}, which is sensitive: {problem}. Invalid value defined "
                f"at {extent_of(range)}."
            )
        elif origin == "environment":
            named = f"TF_VAR_{variable.name}"
            detail = f"Unsuitable value for var.{variable.name} set using the {named} environment variable: {problem}."
        elif origin == "-var":
            detail = f'Unsuitable value for var.{variable.name} set using -var="{variable.name}=...": {problem}.'
        diagnostics.error("Invalid value for input variable", detail, source)
        return None
    if value.is_null and value.type is DYNAMIC and variable.type is not DYNAMIC:
        value = null(without_optional(variable.type))
    return value.with_marks(variable.marks)
