# Strings, heredocs and templates, each an output; `record.py` asks terraform for their values.
locals {
  name = "world"
  yes  = true
  list = ["a", "b", "c"]
  map  = { x = 1, y = 2 }
  none = null
  text = "one\ntwo"
  padded = "  in  "
}

output "plain" { value = "hello" }
output "empty" { value = "" }
output "interpolation" { value = "hello ${local.name}!" }
output "wrapped_list" { value = "${local.list}" }
output "wrapped_null" { value = ["${local.none}"] }
output "wrapped_number" { value = "${1}" }
output "adjacent" { value = "${local.name}${local.name}" }
output "number_in_text" { value = "x${1.50}y" }
output "bool_in_text" { value = "x${true}y" }
output "nested_quotes" { value = "a${"b${"c"}d"}e" }
output "nested_braces" { value = "a${{ x = "}" }["x"]}b" }
output "escape_letters" { value = "a\nb\rc\td\"e\\f" }
output "escape_unicode" { value = "\u00e9\U0001F600" }
output "escape_dollar" { value = "$${a} $$ $ $x" }
output "escape_percent" { value = "%%{a} %% % %x" }
output "escape_three_dollars" { value = "$$${local.name}" }
output "dollar_before_quote" { value = "cost$" }
output "percent_before_quote" { value = "100%" }
output "unicode" { value = "日本 ${local.name} é" }
output "decomposed" { value = "é" }
output "comment_signs" { value = "a # b // c /* d */" }
output "spaces_inside" { value = "a${  local.name  }b" }
output "newline_inside" {
  value = "a${
    local.name
  }b"
}
output "comment_inside" {
  value = "a${
    local.name # why
    /* or so */
  }b"
}
output "operator_at_line_start" {
  value = "a${1
    + 2}b"
}

output "strip_both" { value = "a  ${~ local.name ~}  b" }
output "strip_left" { value = "a  ${~ local.name }  b" }
output "strip_right" { value = "a  ${ local.name ~}  b" }
output "strip_escaped_newlines" { value = "a \n ${~ local.name ~} \n \n b" }
output "strip_value_kept" { value = "a ${~ local.padded ~} b" }
output "strip_only" { value = "${~ local.name ~}" }
output "strip_adjacent" { value = "a ${~ local.name ~} ${~ local.name ~} b" }
output "strip_tabs" { value = "a\t${~ local.name ~}\tb" }

output "if_true" { value = "a%{ if local.yes }b%{ endif }c" }
output "if_false" { value = "a%{ if !local.yes }b%{ endif }c" }
output "if_else" { value = "%{ if !local.yes }b%{ else }c%{ endif }" }
output "if_alone" { value = "%{ if local.yes }${local.name}%{ endif }" }
output "if_empty" { value = "%{ if local.yes }%{ endif }" }
output "if_nested" { value = "%{ if local.yes }%{ if false }x%{ else }y%{ endif }z%{ endif }" }
output "if_strip" { value = "a  %{~ if local.yes ~}  b  %{~ else ~}  c  %{~ endif ~}  d" }
output "for_list" { value = "%{ for x in local.list }<${x}>%{ endfor }" }
output "for_pair" { value = "%{ for i, x in local.list }${i}=${x};%{ endfor }" }
output "for_map" { value = "%{ for k, v in local.map }${k}=${v};%{ endfor }" }
output "for_if" { value = "%{ for x in local.list }%{ if x != "b" }${x}%{ endif }%{ endfor }" }
output "for_strip" { value = "[ %{~ for x in local.list ~} ${x}, %{~ endfor ~} ]" }
output "for_nested" { value = "%{ for x in local.list }%{ for y in local.list }${x}${y} %{ endfor }%{ endfor }" }
output "for_number" { value = "%{ for x in [1, 2.5] }${x} %{ endfor }" }

output "heredoc" {
  value = <<EOT
hello
  ${local.name}
EOT
}
output "heredoc_empty" {
  value = <<EOT
EOT
}
output "heredoc_empty_line" {
  value = <<EOT

EOT
}
output "heredoc_no_escapes" {
  value = <<EOT
a\nb "quoted" \${local.name} \\
EOT
}
output "heredoc_escapes" {
  value = <<EOT
$${a} %%{b} $ % $$ %% "$${"
EOT
}
output "heredoc_marker_inside" {
  value = <<EOT
EOT is not the end
 EOTX
xEOT
EOT EOT
EOT
}
output "heredoc_indented_marker" {
  value = <<EOT
    text
    EOT
}
output "heredoc_marker_with_dash" {
  value = <<END-OF
x
END-OF
}
output "heredoc_multi_line_value" {
  value = <<EOT
a ${local.text} b
EOT
}
output "heredoc_interpolation_over_lines" {
  value = <<EOT
a ${
  local.name
} b
EOT
}
output "heredoc_comment_signs" {
  value = <<EOT
# a // b /* c */
EOT
}
output "heredoc_quote" {
  value = <<EOT
it's "
EOT
}
output "heredoc_brace_in_string" {
  value = <<EOT
a ${"}"} ${"${"x"}"} b
EOT
}
output "heredoc_only_interpolation" {
  value = <<EOT
${local.name}
EOT
}
output "heredoc_strip_both" {
  value = <<EOT
a  ${~ local.name ~}  b
c
EOT
}
output "heredoc_strip_line_end" {
  value = <<EOT
a
  ${~ local.name ~}
  b
EOT
}
output "heredoc_strip_last" {
  value = <<EOT
a ${local.name ~}
EOT
}
output "heredoc_directive" {
  value = <<EOT
%{ if local.yes }
b
%{ else }
c
%{ endif }
EOT
}
output "heredoc_directive_strip" {
  value = <<EOT
%{ if local.yes ~}
b
%{ else ~}
c
%{ endif ~}
d
EOT
}
output "heredoc_for" {
  value = <<EOT
%{ for x in local.list }
- ${x}
%{ endfor }
EOT
}
output "heredoc_for_strip" {
  value = <<EOT
%{ for k, v in local.map ~}
${k} = ${v}
%{ endfor ~}
EOT
}
output "heredoc_for_strip_before" {
  value = <<EOT
x
%{~ for k, v in local.map }
${k} = ${v}
%{~ endfor }
y
EOT
}
output "heredoc_in_list" {
  value = [<<A
a
A
  , <<B
b
B
  ]
}
output "heredoc_in_call" {
  value = upper(<<EOT
text
EOT
  )
}
output "heredoc_in_object" {
  value = {
    a = <<EOT
x
EOT
    b = 2
  }
}
output "heredoc_decomposed" {
  value = <<EOT
é
EOT
}

output "indented" {
  value = <<-EOT
    hello
      world
  EOT
}
output "indented_blank_lines" {
  value = <<-EOT
    a

      b
  
    c
  EOT
}
output "indented_spaces_line" {
  value = <<-EOT
    a
        
    c
  EOT
}
output "indented_tabs" {
  value = <<-EOT
	a
		b
	EOT
}
output "indented_mixed" {
  value = <<-EOT
	a
    b
	EOT
}
output "indented_interpolation_first" {
  value = <<-EOT
    a
  ${local.name}
    b
  EOT
}
output "indented_interpolation_at_start" {
  value = <<-EOT
${local.name}
    b
  EOT
}
output "indented_interpolated_indentation" {
  value = <<-EOT
    ${local.padded}
      ${local.text}
  EOT
}
output "indented_directives" {
  value = <<-EOT
    %{ if local.yes }
      b
    %{ endif }
    c
  EOT
}
output "indented_directives_strip" {
  value = <<-EOT
    begin
    %{~ for x in local.list ~}
      ${x}
    %{~ endfor ~}
    end
  EOT
}
output "indented_directives_strip_right" {
  value = <<-EOT
    begin
    %{ for x in local.list ~}
      ${x}
    %{ endfor ~}
    end
  EOT
}
output "indented_empty" {
  value = <<-EOT
  EOT
}
output "indented_marker_deeper" {
  value = <<-EOT
    a
      EOT
}
output "indented_after_interpolation" {
  value = <<-EOT
    a ${local.name}
        b ${local.name} c
  EOT
}
output "indented_interpolation_over_lines" {
  value = <<-EOT
      a ${
  local.name
} b
    c
  EOT
}
output "indented_escape_first" {
  value = <<-EOT
    $${a}
      b
  EOT
}

output "key_name" { value = { a = 1 } }
output "key_quoted" { value = { "a b" = 1 } }
output "key_template" { value = { "a${local.name}" = 1 } }
output "key_expression" { value = { (local.name) = 1 } }
output "key_call" { value = { upper("a") = 1 } }
output "key_number" { value = { 1 = 2, 1.50 = 3 } }
output "key_true" { value = { true = 1, null = 2, false = 3 } }
output "key_keyword" { value = { in = 2, for = 1, if = 3, else = 4, endif = 5, endfor = 6, for_each = 7 } }
output "key_colon" { value = { a : 1, "b" : 2 } }
output "key_traversal" { value = { (local.map.x) = 1 } }
output "key_sum" { value = { (1 + 1) = 1 } }
output "key_unicode" { value = { größe = 1 } }
output "object_trailing_comma" { value = { a = 1, b = 2, } }
output "object_lines" {
  value = {
    # first
    a = 1 # one

    /* second */ b = 2,
    c = 3 // three
  }
}
output "negative" { value = [-1, - 1, -1.5, 3 - -1, 3-1, - (-1), -local.map.x] }
output "not" { value = [!true, !!true, !(true)] }
output "arithmetic" { value = [1 + 2 * 3, (1 + 2) * 3, 10 / 4, 7 % 3, 1 - 2 - 3, 2 * 3 % 4] }
output "comparison" { value = [1 < 2, 1 <= 1, 2 > 1, 2 >= 3, 1 == 1, 1 != 1] }
output "logic" { value = [true || false && false, true && !false] }
output "precedence" { value = [1 + 1 == 2 && 2 < 3 || false, true ? 1 : 2 + 3, -1 + 2] }
output "conditional_chain" { value = false ? 1 : true ? 2 : 3 }
output "conditional_in_parentheses" {
  value = (
    local.yes
    ? "a"
    : "b"
  )
}
output "operators_over_lines" {
  value = (1
    + 2
    - 3)
}
output "legacy_index" { value = local.list.1 }
output "legacy_index_chain" { value = [{ a = ["x"] }].0.a.0 }
output "index_of_call" { value = split(",", "a,b")[1] }
output "index_expression" { value = local.list[1 + 1] }
output "index_string" { value = local.map["x"] }
output "splat" { value = [{ a = 1 }, { a = 2 }][*].a }
output "splat_of_splat" { value = [{ a = [{ b = 1 }] }, { a = [] }][*].a[*].b }
output "splat_attribute" { value = [{ a = [1, 2] }, { a = [3, 4] }].*.a[0] }
output "splat_full_index" { value = [{ a = [1, 2] }, { a = [3, 4] }][*].a[0] }
output "splat_null" { value = local.none[*] }
output "splat_single" { value = local.name[*] }
output "splat_legacy_number" { value = [[1, 2], [3, 4]].*.1 }
output "for_tuple" { value = [for x in local.list : upper(x) if x != "b"] }
output "for_object" { value = { for k, v in local.map : k => v + 1 } }
output "for_group" { value = { for x in ["a", "b", "a"] : x => 1... } }
output "for_over_lines" {
  value = {
    for
    k,
    v
    in local.map
    :
    k
    =>
    v
    if
    v > 1
  }
}
output "call_trailing_comma" { value = max(1, 2, ) }
output "call_expanded" { value = max([1, 3, 2]...) }
output "call_over_lines" {
  value = max(
    1, # one
    2
  )
}
output "call_namespaced" { value = core::upper("a") }
output "tuple_over_lines" {
  value = [
    1,
    # two
    2, /* three */ 3
    ,
  ]
}
output "numbers" { value = [0, 007, 1e3, 1E-2, 1.5e+2, 123456789012345678901234567890] }
output "comments_between" {
  value = /* a */ 1 /* b */ + /* c
  over lines */ 2 // end
}
