"""A parsed file that comes from the cache is the file that parsing gives, and the cache can do no harm."""

from __future__ import annotations

import contextlib
import gc
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from iac.diagnostics import SourceRange
from iac.hcl import cache, columns
from iac.hcl.evaluate import evaluate
from iac.hcl.load import parse_source
from iac.hcl.native import NativeBody
from iac.hcl.parser import parse_native
from iac.hcl.scope import EMPTY_SCOPE
from iac.hcl.syntax import File, Node
from iac.values.value import Value

SOURCE = (Path(__file__).parents[1] / "conformance" / "templates" / "templates.tf").read_bytes()
"""Every kind of node stands in it."""


@pytest.fixture
def directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("IAC_CACHE_DIR", str(tmp_path / "cache"))
    return tmp_path / "cache" / "files"


def parsed(source: bytes = SOURCE, filename: str = "main.tf") -> File:
    file, problems = parse_native(source, filename)
    assert problems == []
    return file


def plain(item: Any) -> Any:
    """A node as plain data, with every field and range."""
    if isinstance(item, File):
        return item.filename, plain(item.body)
    if isinstance(item, Node):
        return type(item).__name__, tuple(item.range), *(plain(getattr(item, name)) for name in item.FIELDS)
    if isinstance(item, Value):
        return str(item.type), type(item.raw).__name__, item.raw, item.marks
    if isinstance(item, dict):
        return {name: plain(value) for name, value in item.items()}
    if isinstance(item, (list, tuple)) and not isinstance(item, SourceRange):
        return tuple(plain(i) for i in item)
    return item


def entry(directory: Path) -> Path:
    (path,) = directory.iterdir()
    return path


def test_a_file_comes_back_node_by_node(directory: Path) -> None:
    cache.store(SOURCE, parsed())
    assert plain(cache.load(SOURCE, "main.tf")) == plain(parsed())


def test_every_class_of_nodes_is_in_that_file() -> None:
    seen = set()

    def walk(item: Any) -> None:
        if isinstance(item, Node):
            seen.add(type(item))
            for name in item.FIELDS:
                walk(getattr(item, name))
        elif isinstance(item, dict):
            walk(tuple(item.values()))
        elif isinstance(item, tuple) and not isinstance(item, SourceRange):
            for i in item:
                walk(i)

    walk(parsed().body)
    assert {c.__name__ for c in columns._CLASSES} - {c.__name__ for c in seen} == {"Node", "Expression", "JsonTemplate"}


@pytest.mark.parametrize("text", ["0.1", "1e-5", "1e400", "1.5", "12345678901234567890123", "0", "-0.1"])
def test_numbers_come_back_exactly(text: str, directory: Path) -> None:
    source = f"a = {text}\n".encode()
    cache.store(source, parsed(source))
    assert plain(cache.load(source, "main.tf")) == plain(parsed(source))


def test_constants_that_are_equal_in_python_stay_apart(directory: Path) -> None:
    source = b'a = [1, true, 0, false, null, "", "1", 1.0]\n'
    cache.store(source, parsed(source))
    assert plain(cache.load(source, "main.tf")) == plain(parsed(source))


def test_an_empty_file_comes_back(directory: Path) -> None:
    cache.store(b"", parsed(b""))
    assert plain(cache.load(b"", "main.tf")) == plain(parsed(b""))


def test_what_comes_back_can_be_evaluated(directory: Path) -> None:
    source = b'a = "x${1 + 1}%{ if true }y%{ endif }"\n'
    cache.store(source, parsed(source))
    file = cache.load(source, "main.tf")
    assert file is not None
    assert isinstance(file.body, NativeBody)
    assert evaluate(file.body.attributes["a"].expression, EMPTY_SCOPE).raw == "x2y"


def test_the_places_are_under_the_name_it_is_asked_for(directory: Path) -> None:
    cache.store(SOURCE, parsed(filename="main.tf"))
    assert plain(cache.load(SOURCE, "modules/other.tf")) == plain(parsed(filename="modules/other.tf"))


def test_other_content_is_not_known(directory: Path) -> None:
    cache.store(SOURCE, parsed())
    assert cache.load(SOURCE + b"\n", "main.tf") is None


def test_an_entry_is_for_its_owner_alone(directory: Path) -> None:
    cache.store(SOURCE, parsed())
    assert entry(directory).stat().st_mode & 0o077 == 0
    assert directory.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("length", [0, 1, 31, 32, 33, 40, 500, -1])
def test_a_truncated_entry_is_none(length: int, directory: Path) -> None:
    cache.store(SOURCE, parsed())
    path = entry(directory)
    path.write_bytes(path.read_bytes()[:length])
    assert cache.load(SOURCE, "main.tf") is None


@pytest.mark.parametrize("at", [0, 31, 32, 36, 60, 1000, -1])
def test_a_damaged_entry_is_none(at: int, directory: Path) -> None:
    cache.store(SOURCE, parsed())
    path = entry(directory)
    content = bytearray(path.read_bytes())
    content[at] ^= 1
    path.write_bytes(content)
    assert cache.load(SOURCE, "main.tf") is None


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_what_is_not_in_the_form_of_an_entry_is_refused_even_with_the_right_digest(data: st.DataObject) -> None:
    payload = bytearray(columns.dump(parsed(b'a "b" {\n  c = [1, { d = "e${f.g}" }]\n}\n').body))  # type: ignore[arg-type]
    for _ in range(data.draw(st.integers(1, 4))):
        payload[data.draw(st.integers(0, len(payload) - 1))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(ValueError, TypeError, LookupError, AttributeError, StopIteration):
        columns.load(bytes(payload), "main.tf")


def test_an_entry_of_another_kind_is_none(directory: Path) -> None:
    cache.store(SOURCE, parsed())
    path = entry(directory)
    path.unlink()
    path.mkdir()
    assert cache.load(SOURCE, "main.tf") is None
    cache.store(SOURCE, parsed())
    assert path.is_dir()


def test_an_entry_for_other_content_in_its_place_is_what_its_writer_made_it(directory: Path) -> None:
    """Entries are found by name: whoever can write there is trusted, as with the source itself."""
    cache.store(b"a = 1\n", parsed(b"a = 1\n"))
    assert cache.load(b"b = 1\n", "main.tf") is None


def test_an_empty_setting_means_no_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IAC_CACHE_DIR", "")
    monkeypatch.chdir(tmp_path)
    cache.store(SOURCE, parsed())
    assert cache.load(SOURCE, "main.tf") is None
    assert list(tmp_path.iterdir()) == []


def test_a_directory_that_cannot_be_written_is_no_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("IAC_CACHE_DIR", str(tmp_path / "file"))
    cache.store(SOURCE, parsed())
    assert cache.load(SOURCE, "main.tf") is None


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_directory_is_read(directory: Path) -> None:
    cache.store(SOURCE, parsed())
    directory.chmod(0o500)
    try:
        cache.store(b"a = 1\n", parsed(b"a = 1\n"))
        assert cache.load(SOURCE, "main.tf") is not None
        assert cache.load(b"a = 1\n", "main.tf") is None
    finally:
        directory.chmod(0o700)


def test_writers_and_readers_at_once_see_whole_entries_or_none(directory: Path) -> None:
    file, expected = parsed(), plain(parsed())

    def work(number: int) -> bool:
        if number % 2:
            cache.store(SOURCE, file)
            return True
        found = cache.load(SOURCE, "main.tf")
        return found is None or plain(found) == expected

    with ThreadPoolExecutor(4) as pool:
        assert all(pool.map(work, range(16)))
    assert len(list(directory.iterdir())) == 1


def test_old_entries_go_when_there_are_many(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "_LIMIT", 10)
    for number in range(12):
        source = f"a = {number}\n".encode()
        cache.store(source, parsed(source))
    assert len(list(directory.iterdir())) <= 10
    assert cache.load(b"a = 11\n", "main.tf") is not None


def test_a_tree_too_deep_to_be_written_is_not_kept(directory: Path) -> None:
    source = f"a = {' + '.join(['1'] * 3000)}\n".encode()
    cache.store(source, parsed(source))
    assert cache.load(source, "main.tf") is None


@pytest.mark.parametrize("enabled", [True, False])
def test_the_garbage_collector_is_left_as_it_was(enabled: bool, directory: Path) -> None:
    (gc.enable if enabled else gc.disable)()
    try:
        cache.store(SOURCE, parsed())
        cache.load(SOURCE, "main.tf")
        parse_native(b"a = [", "main.tf")
        assert gc.isenabled() is enabled
    finally:
        gc.enable()


def test_parsing_again_does_not_parse(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first, _ = parse_source(SOURCE, "main.tf")
    monkeypatch.setattr("iac.hcl.parser.parse_native", None)
    again, problems = parse_source(SOURCE, "main.tf")
    assert problems == []
    assert plain(again) == plain(first)


def test_a_file_with_mistakes_is_not_kept(directory: Path) -> None:
    _, first = parse_source(b"a = [1 2]\n", "main.tf")
    _, again = parse_source(b"a = [1 2]\n", "main.tf")
    assert first == again != []
    assert not directory.exists()
