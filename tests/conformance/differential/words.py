"""What generated expressions are made of: references by kind, functions with the kinds they take, and texts.

A kind says what an expression is meant to give: `number`, `string`, `bool`, `sequence` (list, tuple or set), `mapping`
(map or object), or a special form of one that a function wants (`cidr`, `regex`, ...). Kinds are only a hint: the
generator mixes them on purpose.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

_REFERENCES = {
    "number": """var.count_of var.numbers[0] var.limits.cpu var.limits["memory"] var.server.port local.big
        local.object.a var.pair[1] var.matrix[0][1] var.servers[0].port var.by_name["b"].port
        terraform_data.number.output local.count_of var.server.place.rack""",
    "string": """var.name var.ratio var.names[1] var.tags.b var.tags["b"] var.server.name local.object.b var.pair.0
        var.nothing terraform_data.text.output terraform_data.text.id local.tuple[1] var.secret local.partly.shut
        local.partly.open var.servers[1].name var.mixed_list[2] var.server.place["zone"] local.unknowns[0]
        local.later terraform_data.text.id local.laters[0]""",
    "bool": """var.flag var.pair[2] local.object.e.f var.by_name.b.on var.anything[3][0] terraform_data.flag.output
        local.decided var.mixed_list[2]""",
    "sequence": """var.names var.numbers var.unique var.sizes var.servers var.pair var.anything var.mixed_list
        var.no_list var.empty_list var.matrix local.tuple local.unknowns terraform_data.list.output
        terraform_data.set.output local.object.d local.laters local.partly.deep var.servers[1].tags
        var.servers[*].name var.servers.*.tags""",
    "mapping": """var.tags var.limits var.server var.by_name var.no_object var.empty_map var.secret_map local.object
        local.partly terraform_data.map.output terraform_data.object.output var.server.tags var.server.place
        var.servers[0] var.by_name.c""",
}
REFERENCES: Final[Mapping[str, Sequence[str]]] = {kind: texts.split() for kind, texts in _REFERENCES.items()}
"""References into `world.tf` by what they give."""

_FUNCTIONS = """
number abs(number) ceil(number) floor(number) log(number,number) max(number...) min(number...) pow(number,size)
    signum(number) sum(numbers) length(any) parseint(digits,size) index(sequence,any) tonumber(any)
    timecmp(time,time) length(sequence) length(string) length(mapping) element(numbers,size)
    lookup(limits,key,number) one(numbers) max(numbers*) coalesce(number,number) try(number,number)
string chomp(string) indent(size,string) join(string,sequence...) join(string,strings) lower(string)
    replace(string,string,string) replace(string,slashed,string) strrev(string) substr(string,place,place)
    title(string) trim(string,string) trimprefix(string,string) trimspace(string) trimsuffix(string,string)
    upper(string) format(format,any...) format(format,any,any) formatdate(date,time) timeadd(time,duration)
    jsonencode(any) yamlencode(any) base64encode(string) base64decode(base64) urlencode(string)
    textencodebase64(string,encoding) textdecodebase64(base64,encoding) base64sha256(string) base64sha512(string)
    md5(string) sha1(string) sha256(string) sha512(string) uuidv5(namespace,string) cidrhost(cidr,size)
    cidrnetmask(cidr) cidrsubnet(cidr,size,size) basename(string) dirname(string) tostring(any) regex(regex,string)
    coalesce(any...) try(any...) element(strings,size) element(sequence,size) lookup(tags,key,string)
    lookup(mapping,key) one(sequence) nonsensitive(string) sensitive(string) join(string,keys(mapping))
    templatestring(local.tpl,template) provider::terraform::encode_expr(any)
    provider::terraform::encode_tfvars(mapping)
bool alltrue(bools) anytrue(bools) can(any) contains(sequence,any) endswith(string,string) startswith(string,string)
    strcontains(string,string) issensitive(any) tobool(any) contains(strings,string)
sequence chunklist(sequence,size) coalescelist(sequence...) compact(strings) concat(sequence...) distinct(sequence)
    flatten(sequence) flatten(lists) formatlist(format,any...) formatlist(format,strings) keys(mapping)
    matchkeys(sequence,strings,strings) range(size) range(size,size) range(size,size,step) regexall(regex,string)
    reverse(sequence) setintersection(sequence...) setproduct(sequence,sequence) setproduct(lists*)
    setsubtract(sequence,sequence) setunion(sequence...) slice(sequence,size,size) sort(strings)
    split(string,string) tolist(any) tolist(sequence) toset(any) toset(sequence) values(mapping) csvdecode(csv)
    cidrsubnets(cidr,size...) concat(lists*) sort(sequence) transpose(mapping) sensitive(sequence) try(sequence,any)
    reverse(string)
mapping merge(mapping...) tomap(any) tomap(mapping) zipmap(strings,sequence) jsondecode(json) yamldecode(yaml)
    transpose(mapping) merge(mappings*) regex(groups,string) nonsensitive(mapping) sensitive(mapping)
    jsondecode(jsonencode(any)) provider::terraform::decode_tfvars(tfvars) try(mapping,mapping) one(mappings)
    element(mappings,size) merge(mapping,mapping)
"""


@dataclass(frozen=True)
class Signature:
    """A way to call a function: kinds of arguments; `more` of the last kind may follow, or it is `expanded` by `...`.

    A name with a dot or parentheses instead of a kind is written as it is, kinds inside parentheses replaced.
    """

    name: str
    kinds: tuple[str, ...]
    more: bool = False
    expanded: bool = False


def _signature(text: str) -> Signature:
    name, _, rest = text.partition("(")
    inside = rest.removesuffix(")")
    more, expanded = inside.endswith("..."), inside.endswith("*")
    return Signature(name, tuple(inside.rstrip(".*").split(",")), more, expanded)


def _signatures() -> dict[str, list[Signature]]:
    found: dict[str, list[Signature]] = {}
    kind = ""
    for word in _FUNCTIONS.split():
        if "(" in word:
            found[kind].append(_signature(word))
        else:
            found[kind := word] = []
    return found


CALLS: Final = _signatures()
"""Signatures by the kind that they give."""

TEXTS: Final[Mapping[str, Sequence[str]]] = {
    "string": (
        "",
        "a",
        "b",
        "abc",
        "A b-C_d",
        " x ",
        "a,b,,c",
        "line\nnext\n",
        'tab\tq"uote\\',
        "true",
        "false",
        "TRUE",
        "1",
        "0",
        "-1.5",
        "1e3",
        "0x1F",
        "007",
        "null",
        "é",
        "e\u0301",
        "ß",
        "İ",
        "ǆ",
        "日本語",
        "👩‍👩‍👧",
        "🇫🇷🇩🇪",
        "${x}",
        "%{y}",
        "$",
        "%",
        "%d",
        "a/b/c.txt",
        "/",
        ".",
        "\u200d",
        "<&>'",
        "\u2028",
        "aaa",
        "Hello World",
        "ÀÉ",
        "\x7f",
        "x=y&z",
        "a+b%20c",
        "+5",
    ),
    "key": ("a", "b", "cpu", "memory", "name", "c d", "", "zzz", "0"),
    "cidr": (
        "10.0.0.0/8",
        "192.168.1.0/24",
        "10.1.2.3/16",
        "fd00::/48",
        "::/0",
        "10.0.0.0/33",
        "10.0.0.0",
        "0.0.0.0/0",
        "010.0.0.0/8",
        "2001:db8::1/64",
    ),
    "time": (
        "2020-02-29T12:34:56Z",
        "2017-11-22T00:00:00+01:00",
        "1999-12-31T23:59:59.999Z",
        "2020-13-01T00:00:00Z",
        "now",
        "2020-02-30T00:00:00Z",
        "0001-01-01T00:00:00Z",
        "2024-01-01T00:00:00-23:59",
    ),
    "duration": ("1h", "-10m", "1h30m5.5s", "100us", "2µs", "10000000h", "5", "1d", "", "0", "-.5s"),
    "regex": (
        "a",
        "[a-z]+",
        "(\\\\w)(\\\\d)?",
        "^$",
        "b*",
        "(",
        "(?i)A.",
        "\\\\p{L}+",
        "x{2,1}",
        ".",
        "(a)|(b)",
        "\\\\bx\\\\b",
    ),
    "groups": ("(?P<first>.)(?P<rest>.*)", "(?P<a>x)?", "(?P<a>.)(b)?", "(?P<n>[0-9]+)"),
    "slashed": ("/a/", "/[aeiou]/", "/(b)(c)?/", "/$/", "//", "/(?P<x>.)/", "/\\\\s+/", "/(/"),
    "format": (
        "%s",
        "%d",
        "%v",
        "%q",
        "%#v",
        "%5s|",
        "%-5s|",
        "%05d",
        "%x",
        "%X",
        "%o",
        "%b",
        "%e",
        "%g",
        "%.2f",
        "%t",
        "%%",
        "%s %s",
        "%[2]s %[1]s",
        "%+d",
        "% d",
        "%.3s",
        "%c",
        "%z",
        "%",
        "%6.2f",
        "%s-%d",
        "%#x",
        "%v %v",
        "%5q",
        "%G",
        "%+v",
    ),
    "date": (
        "YYYY-MM-DD",
        "EEEE, DD-MMM-YY hh:mm:ss ZZZ",
        "h:mm AA",
        "'o''clock' HH",
        "Z ZZZZ ZZZZZ",
        "YYY",
        "'open",
        "EEE D MMMM",
        "M/D/YY h:m:s aa",
        "hh H",
    ),
    "base64": ("aGk=", "", "aGk", "/+8=", "_-8=", "4pyT", "AA==", "4pyT\n", "a"),
    "encoding": ("UTF-8", "UTF-16LE", "ISO-8859-1", "utf-16", "windows-1252", "bad", "Shift_JIS"),
    "json": (
        '{"a":1,"b":[null,true]}',
        "[]",
        '[1,"x",{}]',
        "1.0",
        "1e2",
        '"s"',
        "null",
        "{",
        '{"a":1,"a":"2"}',
        "",
        "[1,[2,[3]]]",
        " 5 ",
        "01",
        '"\\u00e9"',
        "123456789012345678901234567890",
        "true x",
    ),
    "yaml": (
        "a: 1\nb: [x, y]\n",
        "- 1\n- two\n- ~\n",
        "yes",
        "a: &x 1\nb: *x\n",
        "1.5",
        "0x1f",
        "2020-01-01",
        "{a: b",
        "a: 'q'\n",
        "- {k: v}\n",
        "",
        "~",
        "1_000",
        "a: |\n  x\n  y\n",
        "!!str 5",
        "on: off\n",
        ".inf",
        "0o17",
        '"a\\tb"',
    ),
    "csv": ("a,b\n1,2\n3,4\n", "a\n", "", "a,b\n1\n", "a,a\n1,2\n", '"x y",z\n"q""r",\n'),
    "tfvars": ('a = 1\nb = ["x"]\n', "a = ", "x = { y = null }\n", "a = b\n", ""),
    "digits": ("ff", "101", "z", "-7f", "12", "", "9", "1_0", "Zz", "+1"),
    "namespace": ("dns", "url", "oid", "x500", "6ba7b810-9dad-11d1-80b4-00c04fd430c8", "other"),
}
"""Strings by kind, in which every backslash but those of `string` is written twice where it is one in HCL."""

SIZES: Final = ("0", "1", "2", "3", "4", "8", "10", "16", "36", "1.5", '"2"', "null", "true", "64", "var.count_of")
"""What stands for a small whole number: large ones would make large results."""

NUMBERS: Final = (
    "0",
    "1",
    "2",
    "3",
    "-1",
    "10",
    "0.1",
    "0.2",
    "1.5",
    "-2.75",
    "1e3",
    "1.0",
    "1E-7",
    "123456789012345678901234567890",
    "0.1234567890123456789012345678901234567890",
    "1e40",
    "5e-300",
    "1e-40",
    "9007199254740993",
    "100",
    "255",
    "-0",
    "1e21",
    "2147483648",
    "9223372036854775808",
    "0.30000000000000004",
)
"""Numbers as they are written."""
