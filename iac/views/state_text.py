"""A state as text: `show` and `state show`, in Terraform's form."""

from __future__ import annotations

from iac.address import MANAGED
from iac.schema import ResourceSchema
from iac.state.model import InstanceObject, State
from iac.values.value import ONLY_SENSITIVE
from iac.views.diff_text import Drawing, Options
from iac.views.diffs import diff_block, diff_value
from iac.views.state_json import SchemaOf, object_value_of
from iac.views.style import style

EMPTY_STATE = "The state file is empty. No resources are represented.\n"
NO_STATE = "No state.\n"

_ALL = Options(everything=True)


def render_state(state: State | None, schema_of: SchemaOf, *, color: bool) -> str:
    """The whole state: every object, then the root outputs."""
    if state is None:
        return NO_STATE
    if state.is_empty:
        return EMPTY_STATE
    drawing = Drawing(style(color), with_symbols=False)
    objects = sorted(
        [*state.instances.values(), *state.deposed.values()],
        key=lambda o: (len(o.address.module) > 0, o.address.sort_key(), o.deposed or ""),
    )
    text = "\n".join(_render_object(o, schema_of(o.address.resource), drawing) for o in objects)
    if state.outputs:
        text += "\n\nOutputs:\n\n"
        for name in sorted(state.outputs):
            output = state.outputs[name]
            value = output.value.with_marks(ONLY_SENSITIVE) if output.sensitive else output.value
            diff = diff_value(value, value, output.value.type)
            text += f"{name} = {drawing.draw(diff, 0, _ALL)}\n"
    return text


def render_instance(instance: InstanceObject, schema: ResourceSchema, *, color: bool) -> str:
    """One object: `# ADDRESS:` and the block as it might be written."""
    return _render_object(instance, schema, Drawing(style(color), with_symbols=False))


def _render_object(instance: InstanceObject, schema: ResourceSchema, drawing: Drawing) -> str:
    value = object_value_of(instance, schema)
    resource = instance.address.resource
    note = f" (deposed object {instance.deposed})" if instance.deposed else ""
    if not note and instance.is_tainted:
        note = " (tainted)"
    kind = "resource" if resource.mode == MANAGED else "data"
    body = drawing.draw(diff_block(value, value, schema.block), 0, _ALL)
    return f'# {instance.address}:{note}\n{kind} "{resource.type}" "{resource.name}" {body}\n'
