"""Checkpoints: the head of the log, signed with Ed25519, to be kept where nobody can reach who can change the log.

Owns the file, its signature and the keys. Whether a log still contains what a checkpoint says is for `verify`.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from iac.audit.chain import GENESIS, database_id, read_head, read_pruned
from iac.audit.filters import format_time
from iac.database import Database
from iac.diagnostics import DiagnosticsError, error
from iac.files import write_whole
from iac.reading import read_file
from iac.values.codec import canonical, loads, pretty

if TYPE_CHECKING:  # cryptography is imported only where something is signed or checked
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

FORMAT: Final = "iac-checkpoint/1"
KEY_SUFFIX: Final = ".key"
_KINDS: Final[Mapping[str, type]] = {
    "format": str,
    "database": str,
    "sequence": int,
    "hash": str,
    "events": int,
    "time": str,
    "public_key": str,
    "signature": str,
}


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """That the log of `database` had at `time` the event `sequence` with `hash` as its newest.

    `events` counts those that were stored then. Sequence 0 says that the log was empty. `public_key` is the raw
    key in base64, `signature` that of the canonical JSON (RFC 8785) of all other members, in base64.
    """

    database: str
    sequence: int
    hash: str
    events: int
    time: str
    public_key: str
    signature: str
    format: str = FORMAT

    @property
    def fingerprint(self) -> str:
        """What names the key to people: the SHA-256 of the raw public key."""
        return f"SHA256:{sha256(base64.b64decode(self.public_key)).hexdigest()}"


# --- Making and reading ------------------------------------------------------------------------------------


def make_checkpoint(database: Database, key: Ed25519PrivateKey, now: datetime | None = None) -> Checkpoint:
    """The newest event of the log, signed."""
    head, pruned = read_head(database), read_pruned(database)
    content: dict[str, Any] = {
        "format": FORMAT,
        "database": database_id(database),
        "sequence": head.sequence,
        "hash": head.hash,
        "events": head.sequence - pruned.sequence,
        "time": format_time(now or datetime.now(UTC)),
        "public_key": _encoded(_raw(key.public_key())),
    }
    return Checkpoint(**content, signature=_encoded(key.sign(canonical(content).encode())))


def checkpoint_text(checkpoint: Checkpoint) -> str:
    """The JSON file."""
    return pretty({name: getattr(checkpoint, name) for name in _KINDS}) + "\n"


def read_checkpoint(path: Path) -> Checkpoint:
    """The checkpoint in a file. Raises `DiagnosticsError` when it is none; the signature is not checked here."""
    try:
        data = loads(read_file(path, pipes=True))
    except OSError as failure:
        raise _refused("Cannot read checkpoint", path, (failure.strerror or str(failure)).lower()) from failure
    except (ValueError, RecursionError) as failure:
        raise _refused("Invalid checkpoint", path, "it is not JSON") from failure
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        raise _refused("Invalid checkpoint", path, f'it does not say "format": "{FORMAT}"')
    if wrong := sorted(n for n in data.keys() | _KINDS.keys() if type(data.get(n)) is not _KINDS.get(n)):
        raise _refused("Invalid checkpoint", path, f'"{wrong[0]}" is missing, unknown or of the wrong type')
    if data["sequence"] < 0 or (data["sequence"] == 0 and data["hash"] != GENESIS):
        raise _refused("Invalid checkpoint", path, "its sequence and hash do not fit")
    return Checkpoint(**data)


def check_signature(checkpoint: Checkpoint, trusted: Ed25519PublicKey | None) -> str | None:
    """What is wrong with the signature, as a sentence; None when nothing is.

    Without a trusted key the one in the checkpoint is taken: that proves only that the file was not damaged,
    because whoever makes another file can put another key into it.
    """
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    content = {name: getattr(checkpoint, name) for name in _KINDS if name != "signature"}
    try:
        raw = base64.b64decode(checkpoint.public_key, validate=True)
        signature = base64.b64decode(checkpoint.signature, validate=True)
        if trusted is not None and raw != _raw(trusted):
            return f"The checkpoint was signed with another key than the one given: {checkpoint.fingerprint}."
        Ed25519PublicKey.from_public_bytes(raw).verify(signature, canonical(content).encode())
    except InvalidSignature:
        return "The checkpoint's signature does not fit it: the file was altered."
    except ValueError:
        return "The checkpoint's key or signature is not valid: the file was altered."
    return None


# --- Keys --------------------------------------------------------------------------------------------------


def default_key_path(database: Database) -> Path | None:
    """Where the key of a database is unless one is given: beside its file. None where there is no file."""
    from iac.database.driver import MEMORY

    if database.dialect != "sqlite" or database.location == MEMORY:
        return None
    return Path(database.location + KEY_SUFFIX)


def signing_key(database: Database, given: Path | None) -> Ed25519PrivateKey:
    """The private key of a PEM file, or the one beside the database, made when it is first needed.

    It is a file of its own so that the database alone is not enough to sign. Raises `DiagnosticsError`.
    """
    if given is not None:
        return _private(given)
    path = default_key_path(database)
    if path is None:
        raise DiagnosticsError(
            error(
                "Key required",
                f"The database {database.location} is not a file that a key could stand beside. Name one with"
                " -key=FILE: a private Ed25519 key in PEM, such as openssl genpkey -algorithm ed25519 makes.",
            )
        )
    _make_key(path)
    return _private(path)


def trusted_key(database: Database | None, given: Path | None) -> Ed25519PublicKey | None:
    """The key that signatures are held against: that of a PEM file (public or private), or of the file beside the
    database, or None where there is neither. Raises `DiagnosticsError`."""
    if given is not None:
        return _public(given)
    path = default_key_path(database) if database is not None else None
    return _public(path) if path is not None and path.exists() else None


def public_pem(key: Ed25519PrivateKey) -> str:
    """The public key as PEM, to be given to who verifies."""
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def _make_key(path: Path) -> None:
    """Makes the file with a new key, for its owner alone, unless it is there. It appears whole or not at all, and
    the first of several processes wins."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    if path.exists():
        return
    pem = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    try:
        write_whole(path, [pem], replace=False)
    except FileExistsError:
        return
    except OSError as failure:
        raise _refused("Cannot write key", path, (failure.strerror or str(failure)).lower()) from failure


def _private(path: Path) -> Ed25519PrivateKey:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    key = _load(path)
    if not isinstance(key, Ed25519PrivateKey):
        raise _refused("Invalid key", path, "it is not a private Ed25519 key")
    return key


def _public(path: Path) -> Ed25519PublicKey:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

    key = _load(path)
    if isinstance(key, Ed25519PrivateKey):
        key = key.public_key()
    if not isinstance(key, Ed25519PublicKey):
        raise _refused("Invalid key", path, "it is not an Ed25519 key")
    return key


def _load(path: Path) -> Any:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key

    try:
        data = read_file(path, pipes=True)
    except OSError as failure:
        raise _refused("Cannot read key", path, (failure.strerror or str(failure)).lower()) from failure
    try:
        return load_pem_private_key(data, None) if b"PRIVATE KEY" in data else load_pem_public_key(data)
    except TypeError as failure:
        raise _refused(
            "Invalid key", path, "it is protected by a password, which cannot be asked for here"
        ) from failure
    except (ValueError, UnsupportedAlgorithm) as failure:
        raise _refused("Invalid key", path, "it is not a key in PEM") from failure


def _raw(key: Ed25519PublicKey) -> bytes:
    return key.public_bytes_raw()


def _encoded(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _refused(summary: str, path: Path, reason: str) -> DiagnosticsError:
    return DiagnosticsError(error(summary, f'The file "{path}" cannot be used: {reason}.'))
