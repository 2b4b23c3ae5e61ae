"""Functions between text and its encodings: Base64, JSON, URL. CSV is in `csv`, YAML in `yaml`."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Sequence

from iac.hcl.functions.shorthand import anything, lift, text
from iac.hcl.functions.spec import Function, FunctionContext, FunctionError
from iac.hcl.render import go_quote
from iac.values import numbers
from iac.values.codec import implied, loads
from iac.values.json_problems import json_problem
from iac.values.limits import TEXT, check_text
from iac.values.types import DYNAMIC, STRING, Type
from iac.values.value import Value, string, unknown

# --- Base64 ----------------------------------------------------------------------------------------------

_BASE64 = re.compile(r"(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?\Z")


def decode_base64(encoded: str) -> bytes | None:
    """The bytes that standard Base64 stands for, or None when it is none. Line breaks do not count."""
    plain = encoded.replace("\r", "").replace("\n", "")
    return base64.b64decode(plain) if _BASE64.match(plain) else None


def _corrupt_offset(encoded: str) -> int:
    """Where Base64 stops being valid, counted as Go does: a group that is cut short at its beginning."""
    symbols = [(offset, char) for offset, char in enumerate(encoded) if char not in "\r\n"]
    for position, (offset, char) in enumerate(symbols):
        if char == "=":
            group = position % 4
            padding = "".join(c for _, c in symbols[position : position + 4 - group])
            if group < 2:
                return offset
            if padding == "=":
                return len(encoded) if group == 2 else symbols[position + 1][0]
            return symbols[position + (1 if padding != "==" else 2)][0]
        if not (char.isascii() and (char.isalnum() or char in "+/")):
            return offset
    return len(encoded) - len(symbols) % 4


def encode_base64(data: bytes) -> str:
    """The standard Base64 of bytes."""
    return base64.b64encode(data).decode()


def _utf8(data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError:
        raise FunctionError("the result of decoding the provided string is not valid UTF-8") from None


def _base64decode(encoded: str) -> str:
    data = decode_base64(encoded)
    if data is None:
        raise FunctionError("failed to decode base64 data {}", None, go_quote(encoded))
    return _utf8(data)


def _base64gzip(plain: str) -> str:
    import zlib

    # As Go's gzip writer: no name, no time, operating system unknown; flushed, then closed by an empty block.
    deflate = zlib.compressobj(-1, zlib.DEFLATED, -zlib.MAX_WBITS)
    data = plain.encode()
    body = deflate.compress(data) + deflate.flush(zlib.Z_SYNC_FLUSH) + b"\x01\x00\x00\xff\xff"
    trailer = zlib.crc32(data).to_bytes(4, "little") + (len(data) & 0xFFFFFFFF).to_bytes(4, "little")
    return encode_base64(b"\x1f\x8b\x08" + bytes(6) + b"\xff" + body + trailer)


def _base64gunzip(encoded: str) -> str:
    import gzip
    import io
    import zlib

    data = decode_base64(encoded)
    if data is None:
        raise FunctionError("failed to decode base64 data {}", None, go_quote(encoded))
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(data)) as stream:
            plain = stream.read(TEXT + 1)
        check_text(len(plain))
        return _utf8(plain)
    except (OSError, EOFError, zlib.error):
        raise FunctionError("failed to gunzip bytes: not a gzip stream", 0) from None


# --- other character sets --------------------------------------------------------------------------------

# IANA name, Python's codec, IANA's aliases: the character sets that Terraform knows.
_CHARACTER_SETS = """
US-ASCII ascii iso-ir-6 ANSI_X3.4-1968 ANSI_X3.4-1986 ISO_646.irv:1991 ISO646-US us IBM367 cp367 csASCII
ISO_8859-1:1987 latin_1 iso-ir-100 ISO_8859-1 ISO-8859-1 latin1 l1 IBM819 CP819 csISOLatin1
ISO_8859-2:1987 iso8859_2 iso-ir-101 ISO_8859-2 ISO-8859-2 latin2 l2 csISOLatin2
ISO_8859-3:1988 iso8859_3 iso-ir-109 ISO_8859-3 ISO-8859-3 latin3 l3 csISOLatin3
ISO_8859-4:1988 iso8859_4 iso-ir-110 ISO_8859-4 ISO-8859-4 latin4 l4 csISOLatin4
ISO_8859-5:1988 iso8859_5 iso-ir-144 ISO_8859-5 ISO-8859-5 cyrillic csISOLatinCyrillic
ISO_8859-6:1987 iso8859_6 iso-ir-127 ISO_8859-6 ISO-8859-6 ECMA-114 ASMO-708 arabic csISOLatinArabic
ISO_8859-7:1987 iso8859_7 iso-ir-126 ISO_8859-7 ISO-8859-7 ELOT_928 ECMA-118 greek greek8 csISOLatinGreek
ISO_8859-8:1988 iso8859_8 iso-ir-138 ISO_8859-8 ISO-8859-8 hebrew csISOLatinHebrew
ISO_8859-9:1989 iso8859_9 iso-ir-148 ISO_8859-9 ISO-8859-9 latin5 l5 csISOLatin5
ISO-8859-10 iso8859_10 iso-ir-157 l6 ISO_8859-10:1992 csISOLatin6 latin6
ISO-8859-13 iso8859_13 csISO885913
ISO-8859-14 iso8859_14 iso-ir-199 ISO_8859-14:1998 ISO_8859-14 latin8 iso-celtic l8 csISO885914
ISO-8859-15 iso8859_15 ISO_8859-15 Latin-9 csISO885915
ISO-8859-16 iso8859_16 iso-ir-226 ISO_8859-16:2001 ISO_8859-16 latin10 l10 csISO885916
Shift_JIS cp932 MS_Kanji csShiftJIS
Extended_UNIX_Code_Packed_Format_for_Japanese euc_jp csEUCPkdFmtJapanese EUC-JP
EUC-KR cp949 csEUCKR
ISO-2022-JP iso2022_jp csISO2022JP
GBK gbk CP936 MS936 windows-936 csGBK
GB18030 gb18030 csGB18030
HZ-GB-2312 hz
Big5 big5hkscs csBig5
KOI8-R koi8_r csKOI8R
KOI8-U koi8_u csKOI8U
macintosh mac_roman mac csMacintosh
IBM037 cp037 cp037 ebcdic-cp-us ebcdic-cp-ca ebcdic-cp-wt ebcdic-cp-nl csIBM037
IBM437 cp437 cp437 437 csPC8CodePage437
IBM850 cp850 cp850 850 csPC850Multilingual
IBM852 cp852 cp852 852 csPCp852
IBM855 cp855 cp855 855 csIBM855
IBM00858 cp858 CCSID00858 CP00858 PC-Multilingual-850+euro csIBM00858
IBM860 cp860 cp860 860 csIBM860
IBM862 cp862 cp862 862 csPC862LatinHebrew
IBM863 cp863 cp863 863 csIBM863
IBM865 cp865 cp865 865 csIBM865
IBM866 cp866 cp866 866 csIBM866
IBM01140 cp1140 CCSID01140 CP01140 ebcdic-us-37+euro csIBM01140
windows-874 cp874 cswindows874
windows-1250 cp1250 cswindows1250
windows-1251 cp1251 cswindows1251
windows-1252 cp1252 cswindows1252
windows-1253 cp1253 cswindows1253
windows-1254 cp1254 cswindows1254
windows-1255 cp1255 cswindows1255
windows-1256 cp1256 cswindows1256
windows-1257 cp1257 cswindows1257
windows-1258 cp1258 cswindows1258
UTF-8 utf_8 csUTF8
UTF-16BE utf_16_be csUTF16BE
UTF-16LE utf_16_le csUTF16LE
UTF-16 utf_16 csUTF16
"""


def _character_set(name: str) -> tuple[str, str]:
    """The IANA name and Python's codec of a character set. Raises `FunctionError` for an unknown one."""
    wanted = name.lower()
    for line in _CHARACTER_SETS.split("\n"):
        iana, *others = line.split() or [""]
        if iana and wanted in (iana.lower(), *(alias.lower() for alias in others[1:])):
            return iana, others[0]
    raise FunctionError(
        "{} is not a supported IANA encoding name or alias in this Terraform version", 1, go_quote(name)
    )


def _textencodebase64(plain: str, encoding: str) -> str:
    iana, codec = _character_set(encoding)
    try:
        # Where UTF-16 names no byte order Terraform writes big endian, with the mark that says so.
        data = b"\xfe\xff" + plain.encode("utf_16_be") if codec == "utf_16" else plain.encode(codec)
    except UnicodeEncodeError:
        raise FunctionError(f"the given string contains characters that cannot be represented in {iana}", 0) from None
    return encode_base64(data)


def _textdecodebase64(source: str, encoding: str) -> str:
    iana, codec = _character_set(encoding)
    data = decode_base64(source)
    if data is None:
        offset = _corrupt_offset(source)
        raise FunctionError(f"the given value is has an invalid base64 symbol at offset {offset}", 0)
    if codec == "utf_16" and data[:2] not in (b"\xfe\xff", b"\xff\xfe"):
        codec = "utf_16_be"
    try:
        plain = data.decode(codec)
    except UnicodeDecodeError:
        plain = "\ufffd"
    if "\ufffd" in plain:
        raise FunctionError(f"the given string contains symbols that are not defined for {iana}", 0)
    return plain


# --- JSON ------------------------------------------------------------------------------------------------

_HTML = re.compile("[<>&\u2028\u2029]")


def json_text(value: Value) -> str:
    """The JSON of a wholly known value as `jsonencode` writes it: one line, keys sorted, numbers in full,
    `<`, `>` and `&` escaped. Raises `FunctionError` for an infinity."""
    raw = value.raw
    if raw is None:
        return "null"
    if raw.__class__ is dict:
        return "{" + ",".join(f"{_json_string(k)}:{json_text(v)}" for k, v in raw.items()) + "}"
    if raw.__class__ is tuple:
        return "[" + ",".join(map(json_text, raw)) + "]"
    if raw.__class__ is str:
        return _json_string(raw)
    if raw.__class__ is bool:
        return "true" if raw else "false"
    if numbers.is_infinite(raw):
        raise FunctionError("cannot serialize infinity as JSON")
    return numbers.format_number(raw)


def _json_string(plain: str) -> str:
    return _HTML.sub(lambda match: f"\\u{ord(match.group()):04x}", json.dumps(plain, ensure_ascii=False))


def _jsonencode(arguments: Sequence[Value], returns: Type) -> Value:
    (value,) = arguments
    if value.is_wholly_known:
        return string(json_text(value))
    return unknown(STRING).never_null(_JSON_BEGINNINGS.get(value.type.kind, "") if value.is_never_null else "")


_JSON_BEGINNINGS = {"list": "[", "set": "[", "tuple": "[", "map": "{", "object": "{", "string": '"'}
"""How the JSON of a value that is not null begins, by the kind of its type."""


def _jsondecode(arguments: Sequence[Value], returns: Type) -> Value:
    return _decode_json(arguments[0].raw)


def _decode_json(source: str) -> Value:
    try:
        return implied(loads(source))
    except json.JSONDecodeError as problem:
        raise FunctionError(json_problem(problem)) from None
    except ValueError:
        # Python's parser knows these names, JSON does not.
        name = re.sub(r'"(\\.|[^"\\])*"', "", source).lstrip(" \t\r\n[{:,")[:1]
        raise FunctionError(f"invalid character '{name}' looking for beginning of value") from None
    except RecursionError:
        raise FunctionError("the JSON is nested too deeply") from None


# --- URL -------------------------------------------------------------------------------------------------


def _urlencode(plain: str) -> str:
    from urllib.parse import quote_plus

    return quote_plus(plain, safe="")


def _urldecode(encoded: str) -> str:
    from urllib.parse import unquote_to_bytes

    broken = re.search(r"%(?![0-9A-Fa-f]{2})(.{0,2})", encoded, re.DOTALL)
    if broken:
        raise FunctionError("failed to decode URL: invalid URL escape {}", None, go_quote(broken.group()))
    return _utf8(unquote_to_bytes(encoded.replace("+", " ")))


_STR = text("str", "the text")
_ENCODED = text("str", "Base64 text")
_FUNCTIONS = (
    Function(
        "base64decode",
        (_ENCODED,),
        STRING,
        lift(_base64decode),
        description="Decodes Base64 to a text in UTF-8.",
        example='base64decode("SGVsbG8=") = "Hello"',
    ),
    Function(
        "base64encode",
        (_STR,),
        STRING,
        lift(lambda plain: encode_base64(plain.encode())),
        description="Encodes a text in Base64.",
        example='base64encode("Hello") = "SGVsbG8="',
    ),
    Function(
        "base64gunzip",
        (_ENCODED,),
        STRING,
        lift(_base64gunzip),
        description="Decodes Base64 and decompresses the gzip data in it. (From OpenTofu.)",
        example='base64gunzip(base64gzip("Hello")) = "Hello"',
    ),
    Function(
        "base64gzip",
        (_STR,),
        STRING,
        lift(_base64gzip),
        description="Compresses a text with gzip and encodes the result in Base64.",
        example='base64gzip("Hello") = "H4sIAAAAAAAA..."',
    ),
    Function(
        "jsondecode",
        (text("str", "JSON text"),),
        DYNAMIC,
        _jsondecode,
        description="Reads JSON.",
        example='jsondecode("{\\"a\\": 1}") = {a = 1}',
    ),
    Function(
        "jsonencode",
        (anything("val", "any value", allow_null=True, allow_unknown=True, allow_dynamic=True),),
        STRING,
        _jsonencode,
        description="Writes a value as JSON.",
        example='jsonencode({a = 1}) = "{\\"a\\":1}"',
    ),
    Function(
        "textdecodebase64",
        (text("source", "Base64 text"), text("encoding", "IANA name of a character set")),
        STRING,
        lift(_textdecodebase64),
        description="Decodes Base64 to a text in a given character set.",
        example='textdecodebase64("SABpAA==", "UTF-16LE") = "Hi"',
    ),
    Function(
        "textencodebase64",
        (text("string", "the text"), text("encoding", "IANA name of a character set")),
        STRING,
        lift(_textencodebase64),
        description="Encodes a text in a given character set and then in Base64.",
        example='textencodebase64("Hi", "UTF-16LE") = "SABpAA=="',
    ),
    Function(
        "urldecode",
        (text("str", "text with percent escapes"),),
        STRING,
        lift(_urldecode),
        description="Decodes percent escapes, and + to a space. (From OpenTofu.)",
        example='urldecode("a%20b") = "a b"',
    ),
    Function(
        "urlencode",
        (_STR,),
        STRING,
        lift(_urlencode),
        description="Escapes a text for the query of a URL.",
        example='urlencode("a b&c") = "a+b%26c"',
    ),
)


def functions(context: FunctionContext) -> tuple[Function, ...]:
    """The functions of this family."""
    return _FUNCTIONS
