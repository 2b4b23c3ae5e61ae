"""Diagnostics as text and as JSON, in Terraform's forms.

With colours a diagnostic stands in a frame, without it is plain text, as with Terraform's `-no-color`. The
JSON is that of `validate -json`. Finding the enclosing block is left to `source_context`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from iac.diagnostics import Diagnostic, FailedCall, Pos, Severity, SourceRange
from iac.views.source_context import context_string
from iac.views.style import PRODUCT, Style, style, wrap_prose

_WORDS: Final = {Severity.ERROR: ("Error", "red"), Severity.WARNING: ("Warning", "yellow")}
_FRAME_WIDTH: Final = 2
_NEVER_MERGED: Final = "Check block"
"""How the summaries of warnings begin that are each shown in full: results of checks."""


# --- JSON ------------------------------------------------------------------------------------------------


def diagnostic_to_json(diagnostic: Diagnostic, sources: Mapping[str, bytes]) -> dict[str, Any]:
    """The JSON form; `sources` are the contents of files by name, for the snippet."""
    result: dict[str, Any] = {
        "severity": diagnostic.severity.value,
        "summary": diagnostic.summary,
        "detail": diagnostic.detail,
    }
    if diagnostic.address:
        result["address"] = diagnostic.address
    if diagnostic.subject is not None:
        subject = _not_empty(diagnostic.subject)
        result["range"] = {
            "filename": subject.filename,
            "start": _position(subject.start),
            "end": _position(subject.end),
        }
        source = sources.get(subject.filename)
        if source is not None:
            result["snippet"] = _snippet(diagnostic, subject, source)
    return result


def validate_to_json(diagnostics: Sequence[Diagnostic], sources: Mapping[str, bytes]) -> dict[str, Any]:
    """What `validate -json` prints."""
    errors = sum(d.severity is Severity.ERROR for d in diagnostics)
    return {
        "format_version": "1.0",
        "valid": errors == 0,
        "error_count": errors,
        "warning_count": len(diagnostics) - errors,
        "diagnostics": [diagnostic_to_json(d, sources) for d in diagnostics],
    }


def _position(pos: Pos) -> dict[str, int]:
    return {"line": pos.line, "column": pos.column, "byte": pos.byte}


def _not_empty(subject: SourceRange) -> SourceRange:
    """The range, made one character long when it is empty, so that there is something to mark."""
    start, end = subject.start, subject.end
    if end.byte > start.byte:
        return subject
    return subject._replace(end=Pos(start.line, start.column + 1, start.byte + 1))


def _snippet(diagnostic: Diagnostic, subject: SourceRange, source: bytes) -> dict[str, Any]:
    """The lines around the place, and where in them it begins and ends (in bytes)."""
    first, last = subject.start, subject.end
    around = diagnostic.context
    if around is not None and around.filename == subject.filename:
        first = min(first, around.start, key=lambda pos: pos.byte)
        last = max(last, around.end, key=lambda pos: pos.byte)
    lines = [
        (at, line)
        for at, line in _lines(source, first.byte, last.byte)
        if _touches(at, at + len(line), first.byte, last.byte)
    ]
    code = b"\n".join(line for _, line in lines)
    start = subject.start.byte - (lines[0][0] if lines else 0)
    end = start + subject.end.byte - subject.start.byte
    first_line = first.line
    if len(code) > _LONGEST_SNIPPET:
        cut = _cut(code, start)
        first_line += code.count(b"\n", 0, cut)
        code, start, end = code[cut : cut + _LONGEST_SNIPPET], start - cut, end - cut
    return {
        "context": context_string(subject.filename, source, subject.start.byte - 1),
        "code": code.decode("utf-8", "replace"),
        "start_line": first_line,
        "highlight_start_offset": min(max(start, 0), len(code)),
        "highlight_end_offset": min(max(end, 0), len(code)),
        "values": [{"traversal": t, "statement": s} for t, s in sorted(diagnostic.values)],
        **({"function_call": _call(diagnostic.call)} if diagnostic.call else {}),
    }


_LONGEST_SNIPPET = 4000
"""Bytes: of lines that are longer, such as those of generated JSON, only what is around the place is shown."""


def _cut(code: bytes, start: int) -> int:
    """Where the part of a long snippet that is shown begins: a little before the place, between two characters."""
    cut = max(0, start - _LONGEST_SNIPPET // 4)
    while cut < len(code) and code[cut] & 0xC0 == 0x80:
        cut += 1
    return cut


def _call(call: FailedCall) -> dict[str, Any]:
    """The function that was called, with what it takes and gives."""
    if call.function is None:
        return {"called_as": call.called_as}
    from iac.hcl.functions.docs import signature_to_json

    told = next(iter(signature_to_json(call.function)["function_signatures"].values()))
    signature: dict[str, Any] = {"name": call.function.name.removeprefix("core::"), "params": []}
    signature["params"] = [_parameter(p) for p in told.get("parameters", ())]
    if "variadic_parameter" in told:
        signature["variadic_param"] = _parameter(told["variadic_parameter"])
    return {"called_as": call.called_as, "signature": {**signature, "return_type": told["return_type"]}}


def _parameter(told: Mapping[str, Any]) -> dict[str, Any]:
    return {"name": told["name"], "type": told["type"]}


def _lines(source: bytes, first: int, last: int) -> Iterable[tuple[int, bytes]]:
    """Each line between two offsets without its end, and the offset at which it begins."""
    at = source.rfind(b"\n", 0, first) + 1
    end = source.find(b"\n", last)
    for line in source[at : end if end >= 0 else len(source)].split(b"\n"):
        yield at, line.removesuffix(b"\r")
        at += len(line) + 1


def _touches(start: int, end: int, first: int, last: int) -> bool:
    """Whether a line from `start` to `end` is part of a snippet from `first` to `last`; empty lines never
    are."""
    if start == end:
        return False
    return start <= first < end or start <= last < end or first <= start < last or first <= end < last


# --- Text ------------------------------------------------------------------------------------------------


def render_diagnostic(diagnostic: Diagnostic, sources: Mapping[str, bytes], *, color: bool, width: int) -> str:
    """One diagnostic as text, its lines ended. Detail is wrapped at `width`, except indented lines."""
    form = style(color)
    word, hue = _WORDS[diagnostic.severity]
    parts = [
        form.paint(f"[bold][{hue}]{word}: [reset]"),
        form.paint("[bold]%s[reset]\n\n") % diagnostic.summary,
        _where(diagnostic_to_json(diagnostic, sources), diagnostic.address or diagnostic.concerns, form),
    ]
    if diagnostic.detail:
        parts.append(wrap_prose(diagnostic.detail, width - _FRAME_WIDTH if color else width) + "\n")
    text = "".join(parts)
    if not color:
        return f"\n{text}"
    bar = form.paint(f"[{hue}]│[reset] ")
    lines = [form.paint(f"[{hue}]╷[reset]")]
    lines += [f"{bar}{line}" for line in text.removesuffix("\n").split("\n")]
    return "\n".join([*lines, form.paint(f"[{hue}]╵[reset]"), ""])


def render_diagnostics(
    diagnostics: Sequence[Diagnostic],
    sources: Mapping[str, bytes],
    *,
    color: bool,
    width: int,
    compact_warnings: bool = False,
) -> str:
    """All diagnostics as text; warnings of one kind are merged into the first of them.

    With `compact_warnings`, and when there are warnings only, each takes but a line or two.
    """
    merged = merge_warnings(diagnostics)
    if not merged:
        return ""
    if compact_warnings and all(d.severity is Severity.WARNING for d, _ in merged):
        return _compact(merged, style(color))
    return "".join(render_diagnostic(_with_count(d, more), sources, color=color, width=width) for d, more in merged)


def merge_warnings(diagnostics: Iterable[Diagnostic]) -> list[tuple[Diagnostic, int]]:
    """Each diagnostic with the number of further ones that it stands for.

    Warnings with the same summary that have a place in the source are merged; errors never are.
    """
    order: list[tuple[Diagnostic, int]] = []
    first: dict[str, int] = {}
    for diagnostic in diagnostics:
        summary = diagnostic.summary
        mergeable = diagnostic.severity is Severity.WARNING and diagnostic.subject is not None
        if mergeable and not summary.startswith(_NEVER_MERGED):
            if summary in first:
                at = first[summary]
                order[at] = (order[at][0], order[at][1] + 1)
                continue
            first[summary] = len(order)
        order.append((diagnostic, 0))
    return order


def _with_count(diagnostic: Diagnostic, more: int) -> Diagnostic:
    if not more:
        return diagnostic
    note = f"(and {more} more similar warning{'s' if more > 1 else ''} elsewhere)"
    return replace(diagnostic, detail=f"{diagnostic.detail}\n\n{note}" if diagnostic.detail else note)


def _compact(merged: Sequence[tuple[Diagnostic, int]], form: Style) -> str:
    lines = [form.paint("\n[bold][yellow]Warnings:[reset]\n\n")]
    for diagnostic, more in merged:
        lines.append(f"- {diagnostic.summary}\n")
        if (subject := diagnostic.subject) is not None:
            count = f" (and {more} more)" if more else ""
            lines.append(f"  on {subject.filename} line {subject.start.line}{count}\n")
    lines.append(f"\nTo see the full warning notes, run {PRODUCT} without -compact-warnings.\n")
    return "".join(lines)


def _where(data: Mapping[str, Any], address: str | None, form: Style) -> str:
    """The object it concerns, the place, the marked source and the values involved."""
    if "range" not in data:
        return f"  with {address}\n\n" if address else ""
    text = f"  with {address},\n" if address else ""
    place = data["range"]
    text += f"  on {place['filename']} line {place['start']['line']}"
    snippet = data.get("snippet")
    if snippet is None:
        return f"{text}:\n  (source code not available)\n\n"
    inside = f", in {snippet['context']}" if snippet["context"] else ""
    return f"{text}{inside}:\n{_marked(snippet, form)}{_values(snippet, form)}\n"


def _marked(snippet: Mapping[str, Any], form: Style) -> str:
    code = snippet["code"].encode()
    start, end = snippet["highlight_start_offset"], snippet["highlight_end_offset"]
    pieces = [part.decode("utf-8", "replace") for part in (code[:start], code[start:end], code[end:])]
    marked = form.paint("%s[underline]%s[reset]%s") % tuple(pieces)
    return "".join(f"{n:4}: {line}\n" for n, line in enumerate(marked.split("\n"), snippet["start_line"]))


def _values(snippet: Mapping[str, Any], form: Style) -> str:
    """What went into it: the function that was called, and the references with their values."""
    signature = snippet.get("function_call", {}).get("signature")
    if not snippet["values"] and signature is None:
        return ""
    text = form.paint("    [dark_gray]├────────────────[reset]\n")
    if signature is not None:
        names = [parameter["name"] for parameter in signature["params"]]
        names += [f"{signature['variadic_param']['name']}..."] if "variadic_param" in signature else []
        text += (
            form.paint("    [dark_gray]│[reset] while calling [bold]%s[reset](") % snippet["function_call"]["called_as"]
        )
        text += f"{', '.join(names)})\n"
    for value in snippet["values"]:
        first, *more = value["statement"].split("\n")
        text += form.paint("    [dark_gray]│[reset] [bold]%s[reset] %s\n") % (value["traversal"], first)
        text += "".join(form.paint("    [dark_gray]│[reset]   %s\n") % line for line in more)
    return text
