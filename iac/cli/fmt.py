"""`iac fmt`."""

from __future__ import annotations

import difflib
import io
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import click

from iac.cli.arguments import Command, color_option, switch
from iac.cli.console import Console
from iac.diagnostics import Diagnostic, error
from iac.files import write_whole
from iac.hcl.formatting import format_source
from iac.reading import read_file

_ENDINGS = (".tf", ".tfvars", ".tftest.hcl", ".tfmock.hcl")
_FAILED, _DIFFERENT = 2, 3
"""Exit codes: of an error, and of `-check` that found a difference."""


@click.command(cls=Command)
@click.argument("targets", metavar="[TARGET]...", nargs=-1)
@switch("list", "List the files whose layout differs.", default=True)
@switch("write", "Write the files.", default=True)
@switch("diff", "Show what differs.")
@switch("check", "Write nothing; exit with 3 when the layout of a file differs.")
@switch("recursive", "Go into subdirectories as well.")
@color_option
def command(
    targets: tuple[str, ...], list: bool, write: bool, diff: bool, check: bool, recursive: bool, no_color: bool
) -> None:
    """Rewrite configuration files in the canonical layout.

    Without a TARGET it takes the .tf, .tfvars and .tftest.hcl files of the working directory. A TARGET is a file or
    a directory, or a single dash: then standard input is formatted to standard output.
    """
    console = Console(no_color=no_color)
    from_input = bool(targets) and targets[0] == "-"
    run = _Run(
        list_names=list and not from_input, write=write and not check and not from_input, diff=diff, recursive=recursive
    )
    if from_input:
        run.source(sys.stdin.buffer.read(), "<stdin>")
    else:
        for target in targets or (".",):
            run.target(os.path.normpath(target))
    if run.output and (not check or (run.list_names and not run.diagnostics)):
        console.write("".join(run.output))
    console.diagnostics(run.diagnostics, run.sources)
    if run.diagnostics:
        raise click.exceptions.Exit(_FAILED)
    if check and run.differs:
        raise click.exceptions.Exit(_DIFFERENT)


@dataclass
class _Run:
    """What to do with each file, and what came of it: texts for standard output, and what was wrong."""

    list_names: bool
    write: bool
    diff: bool
    recursive: bool
    differs: bool = False
    output: list[str] = field(default_factory=list)
    diagnostics: list[Diagnostic] = field(default_factory=list)
    sources: dict[str, bytes] = field(default_factory=dict)

    def target(self, path: str) -> None:
        """A file or a directory that was named."""
        if os.path.isdir(path):
            self.directory(path)
        elif not os.path.exists(path):
            self.diagnostics.append(error(f"No file or directory at {path}", ""))
        elif path.endswith(_ENDINGS):
            self.file(path)
        else:
            self.diagnostics.append(error("Only .tf, .tfvars, and .tftest.hcl files can be processed with iac fmt", ""))

    def directory(self, path: str) -> None:
        """The files of a directory, in the order of their names; what is hidden or a backup is left out."""
        try:
            names = sorted(os.listdir(path))
        except OSError as problem:
            self.unreadable(path, problem)
            return
        for name in names:
            if _ignored(name):
                continue
            found = os.path.normpath(os.path.join(path, name))
            if os.path.isdir(found) and not os.path.islink(found):
                if self.recursive:
                    self.directory(found)
            elif name.endswith(_ENDINGS):
                self.file(found)

    def file(self, path: str) -> None:
        """One file, rewritten in place if that is wanted."""
        try:
            source = read_file(Path(path))
            formatted = self.source(source, path)
            if self.write and formatted != source:
                write_whole(Path(path), [formatted], mode=None)
        except OSError as problem:
            self.unreadable(path, problem)

    def source(self, source: bytes, name: str) -> bytes:
        """What the source becomes; notes what is to be said about it."""
        formatted, found = format_source(source, name)
        if found:
            self.diagnostics += found
            self.sources[name] = source
            return source
        if formatted != source:
            self.differs = True
            if self.list_names:
                self.output.append(f"{name}\n")
            if self.diff:
                self.output.append(_difference(source, formatted, name))
        if not (self.list_names or self.write or self.diff):
            text = formatted.decode()
            self.output.append(text if text.endswith("\n") else f"{text}\n")
        return formatted

    def unreadable(self, path: str, problem: OSError) -> None:
        self.diagnostics.append(error(f"Failed to read or write {path}: {problem.strerror}", ""))


def _ignored(name: str) -> bool:
    """Hidden files and directories, and the copies that editors make."""
    return name.startswith(".") or name.endswith("~") or (name.startswith("#") and name.endswith("#"))


def _difference(before: bytes, after: bytes, name: str) -> str:
    """A unified diff: that of `diff`, which Terraform runs as well, or without it one that may match other lines."""
    labels = f"old/{name}", f"new/{name}"
    with tempfile.TemporaryDirectory() as directory:
        paths = [Path(directory, "old"), Path(directory, "new")]
        for path, text in zip(paths, (before, after), strict=True):
            path.write_bytes(text)
        command = ["diff", *(f"--label={label}" for label in labels), "-u", *map(str, paths)]
        try:
            run = subprocess.run(command, capture_output=True, check=False)
        except OSError:
            return _own_difference(before, after, labels)
    return run.stdout.decode() if run.returncode in (0, 1) else _own_difference(before, after, labels)


def _own_difference(before: bytes, after: bytes, labels: tuple[str, str]) -> str:
    old, new = (list(io.StringIO(text.decode(), newline="\n")) for text in (before, after))
    lines = difflib.unified_diff(old, new, *labels)
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)
