"""Checkpoints: a signed head, the keys it is signed with, and what it proves of a log later."""

from __future__ import annotations

import base64
import json
import stat
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import rfc8785
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, NoEncryption, PrivateFormat

from iac.audit.chain import GENESIS, database_id
from iac.audit.checkpoint import (
    check_signature,
    checkpoint_text,
    default_key_path,
    make_checkpoint,
    public_pem,
    read_checkpoint,
    signing_key,
    trusted_key,
)
from iac.audit.verify import verify
from iac.storage import open_storage


@pytest.fixture
def key():
    return Ed25519PrivateKey.generate()


@pytest.fixture
def write(tmp_path):
    """Writes a file and gives its path."""

    def write(name: str, content: str | bytes) -> Path:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


class TestFile:
    def test_says_which_event_was_the_newest_of_which_log(self, record, database, key):
        event = [record(None, {}) for _ in range(3)][-1]
        made = make_checkpoint(database, key)
        assert (made.sequence, made.hash, made.events) == (3, event.hash, 3)
        assert made.database == database_id(database)

    def test_is_signed_over_the_canonical_json_of_its_other_members(self, record, database, key):
        record(None, {})
        data = json.loads(checkpoint_text(make_checkpoint(database, key)))
        signature = base64.b64decode(data.pop("signature"))
        Ed25519PublicKey.from_public_bytes(base64.b64decode(data["public_key"])).verify(signature, rfc8785.dumps(data))

    def test_is_read_back_as_it_was_written(self, database, key, write):
        made = make_checkpoint(database, key)
        assert read_checkpoint(write("c.json", checkpoint_text(made))) == made

    def test_of_an_empty_log_says_so(self, database, key):
        made = make_checkpoint(database, key)
        assert (made.sequence, made.events, made.hash) == (0, 0, GENESIS)
        assert check_signature(made, None) is None

    @pytest.mark.parametrize(
        ("content", "reason"),
        [
            ("", "it is not JSON"),
            ("[" * 100_000, "it is not JSON"),
            (b"\xff", "it is not JSON"),
            ("[]", "it does not say"),
            ('{"format": "iac-checkpoint/2"}', "it does not say"),
            ('{"format": "iac-checkpoint/1"}', '"database" is missing'),
        ],
    )
    def test_that_is_no_checkpoint_is_refused(self, refused, write, content, reason):
        with refused(reason):
            read_checkpoint(write("c.json", content))

    @pytest.mark.parametrize(("name", "value"), [("sequence", "1"), ("sequence", True), ("sequence", -1), ("more", 1)])
    def test_with_other_members_is_refused(self, refused, database, key, write, name, value):
        data = json.loads(checkpoint_text(make_checkpoint(database, key)))
        with refused("cannot be used"):
            read_checkpoint(write("c.json", json.dumps(data | {name: value})))

    def test_that_is_not_there_is_an_error(self, refused, tmp_path):
        with refused("no such file"):
            read_checkpoint(tmp_path / "none")


class TestSignature:
    @pytest.mark.parametrize(
        "change",
        [{"sequence": 9}, {"hash": "1" * 64}, {"time": "x"}, {"events": 7}, {"database": "x"}, {"signature": "AAAA"}],
    )
    def test_does_not_fit_what_was_altered(self, database, key, change):
        assert "was altered" in check_signature(replace(make_checkpoint(database, key), **change), None)

    @pytest.mark.parametrize("change", [{"signature": "?"}, {"public_key": "AAAA"}, {"public_key": "é"}])
    def test_must_be_one(self, database, key, change):
        assert "not valid" in check_signature(replace(make_checkpoint(database, key), **change), None)

    def test_of_another_key_is_not_trusted(self, database, key):
        made = make_checkpoint(database, key)
        assert check_signature(made, key.public_key()) is None
        other = Ed25519PrivateKey.generate().public_key()
        assert f"another key than the one given: {made.fingerprint}" in check_signature(made, other)


class TestKey:
    def test_is_made_on_first_use_beside_the_database_for_its_owner_alone(self, database, path):
        first = signing_key(database, None)
        file = Path(f"{path}.key")
        assert default_key_path(database) == file
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert signing_key(database, None).private_bytes_raw() == first.private_bytes_raw()
        assert list(file.parent.glob("*.tmp")) == []

    def test_is_one_even_when_two_processes_make_it_at_once(self, database, path):
        code = """if True:
            import sys
            from iac.audit.checkpoint import signing_key
            from iac.storage import open_storage
            with open_storage(sys.argv[1]) as database:
                print(signing_key(database, None).public_key().public_bytes_raw().hex())
        """
        both = [subprocess.Popen([sys.executable, "-c", code, path], stdout=subprocess.PIPE) for _ in range(2)]
        assert len({process.communicate()[0] for process in both}) == 1

    def test_may_be_given_as_pem(self, database, key, write):
        private = write("k.pem", key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        public = write("p.pem", public_pem(key))
        assert signing_key(database, private).private_bytes_raw() == key.private_bytes_raw()
        for path in (private, public):
            assert trusted_key(database, path).public_bytes_raw() == key.public_key().public_bytes_raw()
        assert not default_key_path(database).exists()

    def test_beside_the_database_is_trusted_when_it_is_there(self, database):
        assert trusted_key(database, None) is None
        made = signing_key(database, None)
        assert trusted_key(database, None).public_bytes_raw() == made.public_key().public_bytes_raw()

    def test_must_be_given_where_there_is_no_file(self, refused):
        with open_storage(":memory:") as database, refused("Key required"):
            signing_key(database, None)

    def test_of_another_kind_is_refused(self, refused, database, key, write):
        rsa = generate_private_key(65537, 2048).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        locked = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"x"))
        for content, reason in (
            (rsa, "not a private Ed25519 key"),
            (public_pem(key), "not a private Ed25519 key"),
            (locked, "protected by a password"),
            ("nonsense", "not a key in PEM"),
        ):
            with refused(reason):
                signing_key(database, write("k.pem", content))


class TestHistory:
    """What a checkpoint that was kept proves of the log, `verify(..., known=...)`."""

    @pytest.fixture
    def known(self, record, database, key):
        for number in range(1, 4):
            record(None, {"n": number})
        made = make_checkpoint(database, key)
        database.execute("DROP TRIGGER event_never_changes")
        database.execute("DROP TRIGGER event_never_goes")
        return made.sequence, made.hash

    def test_is_still_there_when_events_were_added(self, record, database, known):
        record(None, {"n": 4})
        assert verify(database, known=known).is_valid

    def test_that_was_cut_off_is_found_even_when_the_head_was_adjusted(self, database, known):
        database.execute("DELETE FROM event WHERE sequence = 3")
        database.execute(
            "UPDATE audit_chain SET (sequence, hash, event_id, timestamp) ="
            " (SELECT sequence, hash, id, timestamp FROM event WHERE sequence = 2)"
        )
        assert verify(database).is_valid
        found = verify(database, known=known)
        assert (found.first_bad, found.is_valid) == (3, False)
        assert "its end was removed" in found.problem

    def test_that_was_rewritten_is_found(self, record, database, known):
        database.execute("DELETE FROM event")
        database.execute(f"UPDATE audit_chain SET sequence = 0, hash = '{GENESIS}', event_id = '', timestamp = ''")
        for number in range(1, 6):
            record(None, {"n": -number})
        assert verify(database).is_valid
        found = verify(database, known=known)
        assert found.first_bad == 3
        assert "the log was rewritten" in found.problem

    def test_of_an_empty_log_is_part_of_every_log(self, record, database):
        record(None, {})
        assert verify(database, known=(0, GENESIS)).is_valid


def test_a_database_keeps_its_id_wherever_it_is(database, path, tmp_path):
    with open_storage(str(tmp_path / "other.db")) as other:
        assert database_id(other) != database_id(database)
    with open_storage(path) as again:
        assert database_id(again) == database_id(database)


def test_nothing_of_cryptography_is_imported_to_verify_or_list(path, database):
    code = (
        "import sys; from iac.cli.main import main; main(['--database', sys.argv[1], 'events', 'verify']);"
        "print('cryptography' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code, path], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["Nothing to verify: the log has no events.", "False"]
