"""Loads a directory of files, and the modules it calls, into a `Config`.

Owns which files belong to a module and the walk along module calls. What stands inside the files is left to
`blocks`, parsing them to `iac.hcl.load`, and whether it all fits together to `validate`. Files
come through the `Files` protocol, so that a saved plan can bring its own.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

from iac.address import config_path_text
from iac.config.blocks import read_module
from iac.config.model import Config, Module, ModuleCall
from iac.config.overriding import is_override_file
from iac.diagnostics import Diagnostics, DiagnosticsError, error
from iac.hcl.load import parse_source
from iac.hcl.syntax import File
from iac.reading import read_file

_MOST_MODULES = 10_000
_LARGEST_FILE = 16 << 20


class Files(Protocol):
    """Where configuration files come from; paths are relative to the root module's directory."""

    def names(self, directory: str) -> Sequence[str]:
        """The names of the files in a directory. Raises OSError."""
        ...

    def read(self, path: str) -> bytes:
        """The content of a file. Raises OSError."""
        ...


class DirectoryFiles:
    """Files of a directory on disk."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def names(self, directory: str) -> Sequence[str]:
        """See `Files.names`."""
        try:
            with os.scandir(self.root / directory) as entries:
                return [e.name for e in entries if not e.is_dir(follow_symlinks=False)]
        except ValueError as problem:  # a NUL in the name
            raise OSError(errno.EINVAL, os.strerror(errno.EINVAL), directory) from problem

    def read(self, path: str) -> bytes:
        """See `Files.read`."""
        return read_file(self.root / path, limit=_LARGEST_FILE)


class SnapshotFiles:
    """Files held in memory: the configuration inside a saved plan."""

    def __init__(self, sources: Mapping[str, bytes]) -> None:
        self.sources = sources

    def names(self, directory: str) -> Sequence[str]:
        """See `Files.names`."""
        # A directory that is not here was there, and empty, when the plan was made.
        prefix = "" if directory == "." else f"{directory}/"
        return [p[len(prefix) :] for p in self.sources if p.startswith(prefix) and "/" not in p[len(prefix) :]]

    def read(self, path: str) -> bytes:
        """See `Files.read`."""
        return self.sources[path]


def is_config_file(name: str) -> bool:
    """Whether a file of this name belongs to a module: `.tf` and `.tf.json`, hidden and backup files not."""
    if name.startswith((".", "#")) or name.endswith("~"):
        return False
    return name.endswith((".tf", ".tf.json"))


def load_config(files: Files, diagnostics: Diagnostics, *, require_files: bool = True) -> Config:
    """Reads the root module in `.` and every module it calls; what is wrong goes to the diagnostics.

    Raises `DiagnosticsError` when there is no root module to read (unless `require_files` is False, for
    destroying what a removed configuration made).
    """
    sources: dict[str, bytes] = {}
    modules: dict[tuple[str, ...], Module] = {}
    root = Module((), ".")
    pending: list[tuple[Module, ModuleCall | None, tuple[str, ...]]] = [(root, None, ())]
    while pending:
        module, call, ancestors = pending.pop(0)
        if not _read_files(module, call, files, sources, diagnostics) and call is None and require_files:
            raise DiagnosticsError(
                error(
                    "No configuration files",
                    "Configuration is required, and this directory has no file that ends in .tf or "
                    ".tf.json. Create one, or name the directory that has them with -chdir.",
                )
            )
        modules[module.path] = module
        for child_call in module.calls.values():
            directory = os.path.normpath(os.path.join(module.directory, child_call.source)).replace(os.sep, "/")
            if directory in (*ancestors, module.directory):
                diagnostics.error(
                    "Module calls itself",
                    f'The module "{child_call.name}" is read from "{directory}", the directory of a module that '
                    "calls it. A module cannot contain itself: name another source.",
                    child_call.range,
                )
                module.is_whole = False
                continue
            if len(modules) + len(pending) >= _MOST_MODULES:
                raise DiagnosticsError(
                    [
                        *diagnostics,
                        error(
                            "Too many modules",
                            f"A configuration may have {_MOST_MODULES:,} modules, counting each call of one. Call "
                            "fewer, or use count or for_each, which make many instances of one call.",
                            child_call.range,
                        ),
                    ]
                )
            child = Module((*module.path, child_call.name), directory)
            pending.append((child, child_call, (*ancestors, module.directory)))
    return Config(".", modules, sources)


def _read_files(
    module: Module,
    call: ModuleCall | None,
    files: Files,
    sources: dict[str, bytes],
    diagnostics: Diagnostics,
) -> bool:
    """Reads one module's files into it; whether there were any."""
    try:
        names = sorted(n for n in files.names(module.directory) if is_config_file(n))
    except OSError as problem:
        if call is not None:
            diagnostics.error(
                "Unreadable module directory",
                f'The directory "{module.directory}" could not be read for module "{call.name}": '
                f"{problem.strerror or problem}.",
                call.range,
            )
            module.is_whole = False
        elif not isinstance(problem, FileNotFoundError):
            raise DiagnosticsError(
                error(
                    "Unreadable directory",
                    f'The directory "{module.directory}" could not be read: {problem.strerror or problem}.',
                )
            ) from None
        return False
    parsed: list[File] = []
    overrides: list[File] = []
    problems = Diagnostics()
    for name in names:
        path = name if module.directory == "." else f"{module.directory}/{name}"
        try:
            source = sources.get(path) or files.read(path)
        except OSError as problem:
            diagnostics.error("Failed to read file", f'The file "{path}" could not be read: {problem.strerror}.')
            module.is_whole = False
            continue
        sources[path] = source
        file, found = parse_source(source, path)
        problems.extend(found)
        (overrides if is_override_file(name) else parsed).append(file)
    module.is_whole &= not problems.has_errors
    who = f"Module {config_path_text(module.path)} (from {call.source})" if call else "This configuration"
    read = Diagnostics()
    if read_module(module, parsed, overrides, who, read):
        diagnostics.extend(problems)
    diagnostics.extend(read)
    return bool(names)
