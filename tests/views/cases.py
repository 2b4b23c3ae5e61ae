"""The configurations whose plans are recorded as goldens: each a change from one to another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Case:
    """From the configuration `before` (applied, unless empty) through `steps` to a plan of `after`."""

    before: str
    after: str
    options: tuple[str, ...] = ()
    steps: tuple[tuple[str, ...], ...] = ()
    files: Mapping[str, str] = field(default_factory=dict)


def data(value: str, name: str = "x", more: str = "") -> str:
    """A configuration with one `terraform_data` whose input is `value`."""
    body = f"  input = {value}\n" if value else ""
    return f'resource "terraform_data" "{name}" {{\n{body}{more}}}\n'


def change(before: str, after: str) -> Case:
    """The input of one resource changes."""
    return Case(data(before), data(after))


def outputs(before: str, after: str) -> Case:
    """One output changes."""
    old, new = (f"output {{\n  value = {v}\n}}\n".replace("output", 'output "o"') for v in (before, after))
    return Case(old, new)


MANY = "{ " + ", ".join(f"k{i} = {i}" for i in range(30)) + " }"
MANY_CHANGED = MANY.replace("k7 = 7", "k7 = 70").replace("k20 = 20, ", "")
LONG = "[" + ", ".join(f'"e{i}"' for i in range(30)) + "]"
LONG_CHANGED = LONG.replace('"e5"', '"E5"').replace('"e20", ', "").replace('"e25"', '"e25", "new"')
RULES = '[{ from = 80, to = "a" }, { from = 443, to = "b" }, { from = 22, to = "c" }]'
RULES_CHANGED = '[{ from = 80, to = "a" }, { from = 8443, to = "b" }, { from = 22, to = "c" }, { from = 1, to = "d" }]'
MULTILINE = '"one\\ntwo\\nthree\\nfour\\n"'
MULTILINE_CHANGED = '"one\\n2\\nthree\\nfour\\nfive\\n"'
COUNTED = 'resource "terraform_data" "x" {\n  count = %d\n  input = count.index\n}\n'
KEYED = 'resource "terraform_data" "x" {\n  for_each = toset(%s)\n  input    = each.key\n}\n'
CALL = 'module "m" {\n  source = "./m"\n}\n'
INSIDE = {"m/main.tf": data('"in"')}
LIFECYCLE = "  lifecycle {\n    create_before_destroy = true\n  }\n"
SECRET = 'variable "s" {\n  default   = "hidden"\n  sensitive = true\n}\n'

CASES: dict[str, Case] = {
    # creating
    "create_empty": Case("", data("")),
    "create_string": Case("", data('"hello"')),
    "create_number_and_bool": Case("", data("{ a = 1, b = true, c = 1.5, d = 100000000000000000000, e = -3 }")),
    "create_nested": Case("", data('{ a = { b = { c = ["x", { d = 1 }] } }, empty = {}, none = [] }')),
    "create_nulls": Case("", data('{ a = null, l = [null, "x"], m = { n = null } }')),
    "create_odd_keys": Case("", data('{ "a b" = 1, "c.d" = 2, "é" = 3, "x-y" = 4, "1z" = 5, "" = 6 }')),
    "create_escapes": Case("", data(r'"tab\t quote\" back\\ dollar$${x} nul\u0001 é 世 \u00a0 \U0001F600"')),
    "create_multiline": Case("", data(MULTILINE)),
    "create_multiline_nested": Case("", data(f"{{ script = {MULTILINE}, list = [{MULTILINE}] }}")),
    "create_multiline_indented": Case("", data(r'"  a\n    b\n\n  c"')),
    "create_json": Case("", data('jsonencode({ a = 1, b = ["x", null, true], c = { d = "e" } })')),
    "create_json_list": Case("", data('jsonencode([1, "a", []])')),
    "create_json_broken": Case("", data('"{not json"')),
    "create_set_and_map": Case("", data('{ s = toset(["b", "a"]), m = tomap({ k = "v" }), l = tolist([1]) }')),
    "create_sensitive": Case("", SECRET + data("{ a = var.s, b = [var.s, 1], c = { d = var.s } }")),
    "create_sensitive_whole": Case("", SECRET + data("var.s")),
    "create_unknown": Case("", data('"a"') + data("{ a = terraform_data.x.id, l = [terraform_data.x.id, 1] }", "y")),
    "create_triggers": Case("", data('"a"', more="  triggers_replace = { a = 1, b = [2] }\n")),
    "create_many": Case("", COUNTED % 12),
    "create_for_each": Case("", KEYED % '["b", "a", "c d"]'),
    "create_in_module": Case("", CALL, files=INSIDE),
    "create_important_names": Case("", data('{ id = 1, name = "n", tags = { a = "b" }, other = 2 }')),
    "create_empty_string": Case("", data('""')),
    # updating in place
    "update_string": change('"a"', '"b"'),
    "update_number": change("1", "2.5"),
    "update_bool": change("true", "false"),
    "update_to_null": change('"a"', "null"),
    "update_from_null": change("null", '"a"'),
    "update_object_attribute": change("{ a = 1, b = 2, c = 3 }", "{ a = 1, b = 20, c = 3 }"),
    "update_object_add_and_remove": change("{ a = 1, b = 2, c = 3 }", "{ a = 1, c = 3, d = 4 }"),
    "update_nested_object": change(
        "{ a = { b = 1, c = { d = 1, e = 2 } }, f = 1 }", "{ a = { b = 1, c = { d = 2, e = 2 } }, f = 1 }"
    ),
    "update_null_inside": change("{ a = null, b = 1, c = 2 }", "{ a = 1, b = null, c = 2 }"),
    "update_important_unchanged": change(
        '{ id = 1, name = "n", tags = { a = "b", c = "d" }, x = 1 }',
        '{ id = 1, name = "n", tags = { a = "b", c = "d" }, x = 2 }',
    ),
    "update_list_append": change('["a", "b"]', '["a", "b", "c"]'),
    "update_list_insert": change('["a", "b", "c", "d"]', '["a", "b", "x", "c", "d"]'),
    "update_list_remove": change('["a", "b", "c", "d", "e"]', '["a", "c", "d", "e"]'),
    "update_list_replace": change('["a", "b", "c"]', '["x", "y", "z"]'),
    "update_list_reorder": change('["a", "b", "c", "d"]', '["d", "c", "b", "a"]'),
    "update_list_duplicates": change('["a", "a", "b"]', '["a", "b", "b", "a"]'),
    "update_list_to_empty": change('["a", "b"]', "[]"),
    "update_list_from_empty": change("[]", '["a"]'),
    "update_list_of_objects": change(RULES, RULES_CHANGED),
    "update_list_of_lists": change('[["a", "b"], ["c"]]', '[["a", "x"], ["c"], []]'),
    "update_list_nulls": change('["a", null]', '[null, "b"]'),
    "update_long_list": change(LONG, LONG_CHANGED),
    "update_many_keys": change(MANY, MANY_CHANGED),
    "update_set": change('toset(["a", "b", "c"])', 'toset(["b", "c", "d"])'),
    "update_map": change('tomap({ a = "1", b = "2" })', 'tomap({ b = "3", c = "4" })'),
    "update_multiline": change(MULTILINE, MULTILINE_CHANGED),
    "update_multiline_same_length": change('"a\\nb\\nc\\n"', '"a\\nx\\nc\\n"'),
    "update_list_same_length_objects": change("[{ a = 1 }, { a = 2 }, { b = 3 }]", "[{ a = 1 }, { a = 9 }, { a = 2 }]"),
    "update_list_same_length_lists": change('[["a"], ["b", "c"]]', '[["a"], ["b", "d"]]'),
    "update_list_reorder_duplicates": change('["a", "a", "b"]', '["b", "b", "a"]'),
    "update_list_mixed": change('[1, "a", { x = 1 }, ["l"]]', '["a", 1, ["l"], { x = 2 }]'),
    "update_list_with_unknown": Case(
        data('["a", "b", { c = "d" }]', "y"),
        data('"b"', "z") + data('["a", terraform_data.z.id, { c = terraform_data.z.id }]', "y"),
    ),
    "update_sensitive_moves": Case(data('["a", sensitive("b")]'), data('[sensitive("a"), "b"]')),
    "update_multiline_from_line": change('"one"', MULTILINE),
    "update_multiline_nested": change(f"{{ s = {MULTILINE}, t = 1 }}", f"{{ s = {MULTILINE_CHANGED}, t = 1 }}"),
    "update_multiline_trailing_space": change('"a\\nb"', '"a\\nb\\n"'),
    "update_json": change('jsonencode({ a = 1, b = [1, 2], c = "x" })', 'jsonencode({ a = 2, b = [1, 3], c = "x" })'),
    "update_json_whitespace": change('"{\\"a\\": 1}"', '"{\\"a\\":1}"'),
    "update_json_kind": change("jsonencode({ a = 1 })", "jsonencode([1])"),
    "update_json_to_text": change("jsonencode({ a = 1 })", '"text"'),
    "update_json_nested": change(
        '{ p = jsonencode({ s = [{ e = "A", r = ["x"] }] }), q = 1 }',
        '{ p = jsonencode({ s = [{ e = "D", r = ["x", "y"] }] }), q = 1 }',
    ),
    "update_type": change('"a"', "{ a = 1 }"),
    "update_type_inside": change("{ a = 1, b = [1] }", '{ a = "1", b = { c = 1 } }'),
    "update_number_to_string": change("1", '"1"'),
    "update_sensitive_value": Case(
        SECRET + data("{ a = var.s, b = 1 }"),
        SECRET.replace("hidden", "other") + data("{ a = var.s, b = 1 }"),
    ),
    "update_to_sensitive": Case(data('{ a = "v", b = 1 }'), data('{ a = sensitive("v"), b = 1 }')),
    "update_from_sensitive": Case(data('{ a = sensitive("v"), b = 1 }'), data('{ a = "v", b = 1 }')),
    "update_to_sensitive_changed": Case(data('{ a = "v" }'), data('{ a = sensitive("w") }')),
    "update_sensitive_in_list": Case(data('["a", sensitive("b")]'), data('["a", sensitive("c"), "d"]')),
    "update_whole_to_sensitive": Case(data('"v"'), data('sensitive("v")')),
    "update_to_unknown": Case(data('"a"', "y"), data('"b"', "z") + data("terraform_data.z.id", "y")),
    "update_to_unknown_inside": Case(
        data('{ a = "a", b = [1, "x"], c = { d = 1 } }', "y"),
        data('"b"', "z")
        + data("{ a = terraform_data.z.id, b = [1, terraform_data.z.id], c = terraform_data.z.output }", "y"),
    ),
    "update_empty_strings": change('{ a = "", b = "x" }', '{ a = "x", b = "" }'),
    "update_quotes": change(r'"say \"hi\""', r'"say \"ho\"\\"'),
    # replacing
    "replace_triggers": Case(
        data('"a"', more='  triggers_replace = "1"\n'), data('"a"', more='  triggers_replace = "2"\n')
    ),
    "replace_triggers_list": Case(
        data('"a"', more='  triggers_replace = ["1", "z"]\n'),
        data('"a"', more='  triggers_replace = ["2", "z"]\n'),
    ),
    "replace_triggers_object": Case(
        data('"a"', more="  triggers_replace = { a = 1, b = 2 }\n"),
        data('"b"', more="  triggers_replace = { a = 1, b = 3 }\n"),
    ),
    "replace_triggers_added": Case(data('"a"'), data('"a"', more='  triggers_replace = "1"\n')),
    "replace_triggers_removed": Case(data('"a"', more="  triggers_replace = [1]\n"), data('"a"')),
    "replace_triggers_unknown": Case(
        data('"a"', more='  triggers_replace = "1"\n'),
        data('"z"', "z") + data('"a"', more="  triggers_replace = terraform_data.z.id\n"),
    ),
    "replace_create_first": Case(
        data('"a"', more="  triggers_replace = 1\n" + LIFECYCLE),
        data('"a"', more="  triggers_replace = 2\n" + LIFECYCLE),
    ),
    "replace_tainted": Case(data("{ a = 1 }"), data("{ a = 1 }"), steps=(("taint", "terraform_data.x"),)),
    "replace_requested": Case(data('"a"'), data('"a"'), options=("-replace=terraform_data.x",)),
    "replace_triggered_by": Case(
        data('"a"') + data('"b"', "y", "  lifecycle {\n    replace_triggered_by = [terraform_data.x]\n  }\n"),
        data('"c"') + data('"b"', "y", "  lifecycle {\n    replace_triggered_by = [terraform_data.x]\n  }\n"),
    ),
    # deleting
    "delete_no_config": Case(data('{ a = 1, l = ["x"], s = "y" }') + data('"k"', "kept"), data('"k"', "kept")),
    "delete_multiline_and_json": Case(
        data(f"{{ m = {MULTILINE}, j = jsonencode({{ a = [1] }}), e = {{}}, n = null }}"), ""
    ),
    "delete_sensitive": Case(SECRET + data("{ a = var.s }"), ""),
    "delete_count_index": Case(COUNTED % 3, COUNTED % 1),
    "delete_each_key": Case(KEYED % '["a", "b"]', KEYED % '["a"]'),
    "delete_count_removed": Case(COUNTED % 2, data("0", "x")),
    "delete_to_count": Case(KEYED % '["a"]', COUNTED % 1),
    "delete_plain_to_each": Case(data('"a"'), KEYED % '["a"]'),
    "delete_module": Case(CALL, "", files=INSIDE),
    "delete_moved_nowhere": Case(data('"a"'), "moved {\n  from = terraform_data.x\n  to   = terraform_data.y\n}\n"),
    "destroy": Case(
        data('"a"') + 'output "o" {\n  value = terraform_data.x.id\n}\n',
        data('"a"') + 'output "o" {\n  value = terraform_data.x.id\n}\n',
        options=("-destroy",),
    ),
    "destroy_nothing": Case("", "", options=("-destroy",)),
    # moving, importing, forgetting
    "moved": Case(data('"a"'), data('"a"', "y") + "moved {\n  from = terraform_data.x\n  to   = terraform_data.y\n}\n"),
    "moved_and_changed": Case(
        data('"a"'), data('"b"', "y") + "moved {\n  from = terraform_data.x\n  to   = terraform_data.y\n}\n"
    ),
    "moved_and_replaced": Case(
        data('"a"'),
        data('"a"', "y", "  triggers_replace = 1\n")
        + "moved {\n  from = terraform_data.x\n  to   = terraform_data.y\n}\n",
    ),
    "imported": Case("", data("") + 'import {\n  to = terraform_data.x\n  id = "some-id"\n}\n'),
    "imported_and_changed": Case("", data("{ a = 1 }") + 'import {\n  to = terraform_data.x\n  id = "some-id"\n}\n'),
    "imported_and_replaced": Case(
        "",
        data('"a"', more="  triggers_replace = 1\n") + 'import {\n  to = terraform_data.x\n  id = "some-id"\n}\n',
    ),
    "forgotten": Case(
        data('"a"') + data('"b"', "z"),
        data('"c"', "z") + "removed {\n  from = terraform_data.x\n  lifecycle {\n    destroy = false\n  }\n}\n",
    ),
    "forgotten_alone": Case(
        data('"a"'), "removed {\n  from = terraform_data.x\n  lifecycle {\n    destroy = false\n  }\n}\n"
    ),
    # outputs
    "output_create": Case(
        "", 'output "b" {\n  value = { x = 1, y = ["a"] }\n}\noutput "a_long_name" {\n  value = "s"\n}\n'
    ),
    "output_update": outputs('{ a = 1, b = [1, 2], c = "x" }', '{ a = 2, b = [1, 3], c = "x" }'),
    "output_type_change": outputs('"a"', '["a"]'),
    "output_multiline": outputs(MULTILINE, MULTILINE_CHANGED),
    "output_json": outputs("jsonencode({ a = 1 })", "jsonencode({ a = 2 })"),
    "output_delete": Case(
        'output "o" {\n  value = [1, { a = "b" }]\n}\noutput "p" {\n  value = 1\n}\n',
        'output "p" {\n  value = 1\n}\n',
    ),
    "output_sensitive": Case(
        'output "o" {\n  value     = "a"\n  sensitive = true\n}\n',
        'output "o" {\n  value     = "b"\n  sensitive = true\n}\n',
    ),
    "output_becomes_sensitive": Case(
        'output "o" {\n  value = "a"\n}\n', 'output "o" {\n  value     = "a"\n  sensitive = true\n}\n'
    ),
    "output_no_longer_sensitive": Case(
        'output "o" {\n  value     = "a"\n  sensitive = true\n}\n', 'output "o" {\n  value = "b"\n}\n'
    ),
    "output_sensitive_create": Case("", 'output "o" {\n  value     = { a = 1 }\n  sensitive = true\n}\n'),
    "output_unknown": Case(
        "",
        data('"a"')
        + 'output "o" {\n  value = { a = terraform_data.x.id, b = [terraform_data.x.output] }\n}\n'
        + 'output "w" {\n  value = terraform_data.x.id\n}\n',
    ),
    "output_to_unknown": Case(
        'output "o" {\n  value = "a"\n}\noutput "p" {\n  value = { a = [1], b = 2 }\n}\n',
        data('"a"')
        + 'output "o" {\n  value = terraform_data.x.id\n}\n'
        + 'output "p" {\n  value = { a = terraform_data.x.output, b = 2 }\n}\n',
    ),
    "output_null": Case('output "o" {\n  value = null\n}\n', 'output "o" {\n  value = [null]\n}\n'),
    # nothing to do
    "no_changes": Case(data('"a"'), data('"a"')),
    "no_changes_refresh_only": Case(data('"a"'), data('"a"'), options=("-refresh-only",)),
    "variables": Case("", 'variable "n" {\n  default = 3\n}\n' + SECRET + data("var.n"), options=("-var=n=4",)),
    "mixed": Case(
        data('"a"')
        + data('"b"', "gone")
        + data('"t"', "t", "  triggers_replace = 1\n")
        + data("1", "u")
        + LIFECYCLE.join(('resource "terraform_data" "cbd" {\n  triggers_replace = 1\n', "}\n")),
        data('"a"')
        + data('"n"', "new")
        + data('"t"', "t", "  triggers_replace = 2\n")
        + data("2", "u")
        + LIFECYCLE.join(('resource "terraform_data" "cbd" {\n  triggers_replace = 2\n', "}\n"))
        + 'output "o" {\n  value = 1\n}\n',
    ),
    "checks": Case(
        "",
        data(
            '"a"',
            more='  lifecycle {\n    postcondition {\n      condition     = self.input == "a"\n'
            '      error_message = "Not a."\n    }\n  }\n',
        )
        + 'check "c" {\n  assert {\n    condition     = terraform_data.x.id != ""\n'
        + '    error_message = "Empty."\n  }\n}\n',
    ),
}

DIAGNOSTICS: dict[str, tuple[str, str]] = {
    "in_resource": ("main.tf", 'resource "terraform_data" "x" {\n  input = nope.a\n}\n'),
    "at_header": ("main.tf", 'output "q" {}\n'),
    "at_block_type": ("main.tf", '# a comment {\nbogus "b" {}\n'),
    "indented_header": ("main.tf", 'locals {}\n  resource "terraform_data" "x" "y" {}\n'),
    "after_braces_in_strings": (
        "main.tf",
        'locals {\n  a = "${"{"} }"\n  b = <<-EOT\n    } ${"{"}\n  EOT\n  /* { */ c = 1 // {\n}\n'
        'output "m" {\n  value = tonumber({ a = 1 }[var.x])\n}\n',
    ),
    "several_lines": ("main.tf", 'output "m" {\n  value = [1,\n    2,\n\n    3].a\n}\n'),
    "values": (
        "main.tf",
        'variable "n" {\n  default = ["é", 2]\n}\nvariable "k" {\n  default = 7\n}\n'
        'output "m" {\n  value = var.n[var.k]\n}\n',
    ),
    "for_each_values": (
        "main.tf",
        'resource "terraform_data" "x" {\n  for_each = { "ü" = { v = 1 } }\n  input    = each.value.w\n}\n',
    ),
    "long_detail": (
        "main.tf",
        'variable "v" {\n  default = 1\n  validation {\n    condition     = var.v > 1\n    error_message = '
        '"Some words that go on and on, longer than one line of a terminal, to be wrapped.\\n\\n  code stays '
        'as it is, however long the line may become in the end, even this one\\n\\nLast."\n  }\n}\n',
    ),
    "multibyte": ("main.tf", 'output "m" {\n  value = "ééé ${nope.x} 世"\n}\n'),
    "json_file": (
        "main.tf.json",
        '{\n  "resource": {"terraform_data": {"x": [\n    {"input": "${nope.a}"}]}}\n}\n',
    ),
    "json_top": ("main.tf.json", '{"outputt": {}}\n'),
    "warning": (
        "main.tf",
        'variable "n" {\n  default = [1]\n}\n'
        'check "a" {\n  assert {\n    condition     = length(var.n) == 2\n    error_message = "No."\n  }\n}\n',
    ),
}
"""A file each, with one mistake in it."""
