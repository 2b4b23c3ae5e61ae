"""go-plugin's handshake: the cookie by which Terraform is known, the certificates, the socket, and the line that
tells Terraform where to connect.

Owns what happens before the first call; leaves serving to `server`.
"""

from __future__ import annotations

import base64
import os
import shutil
import ssl
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final

PROTOCOL: Final = 6
COOKIE: Final = ("TF_PLUGIN_MAGIC_COOKIE", "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2")
"""The variable, and its value, by which a plugin knows that Terraform started it."""
_CORE_PROTOCOL: Final = 1
_CLIENT_CERTIFICATE: Final = "PLUGIN_CLIENT_CERT"
_SOCKET_DIRECTORY: Final = "PLUGIN_UNIX_SOCKET_DIR"
_PREFIX: Final = "iac-provider-"
_LONGEST_PATH: Final = 100
"""The address of a Unix socket holds 104 bytes or a few more, according to the system."""


class HandshakeError(Exception):
    """Whoever started the process is no Terraform that can be served; the message says why."""


def check_caller(environment: Mapping[str, str]) -> None:
    """Raises `HandshakeError` unless Terraform started the process, and speaks protocol 6."""
    name, value = COOKIE
    if environment.get(name) != value:
        raise HandshakeError(
            "This command is the provider plugin, and is started by Terraform.\n\n"
            "To use it, run iac provider install once, and terraform init in your configuration. To serve it to a "
            "Terraform that is started by hand, for development, run iac provider serve --reattach."
        )
    versions = environment.get("PLUGIN_PROTOCOL_VERSIONS", str(PROTOCOL)).split(",")
    if str(PROTOCOL) not in versions:
        raise HandshakeError(
            f"This provider speaks version {PROTOCOL} of Terraform's plugin protocol, and this Terraform the "
            f"versions {', '.join(versions)}. Terraform 1.0 or newer is needed."
        )


def handshake_line(address: str, certificate: bytes | None) -> str:
    """The line on standard output that go-plugin waits for. `certificate` is in DER, None without TLS."""
    encoded = base64.b64encode(certificate).decode().rstrip("=") if certificate else ""
    return f"{_CORE_PROTOCOL}|{PROTOCOL}|unix|{address}|grpc|{encoded}\n"


# --- socket --------------------------------------------------------------------------------------------------


def socket_directory(environment: Mapping[str, str]) -> Path:
    """A new directory, for this user alone, for the socket. Those of processes that were killed are removed."""
    base = environment.get(_SOCKET_DIRECTORY) or tempfile.gettempdir()
    if len(base.encode()) + len(_PREFIX) + 32 > _LONGEST_PATH:
        base = "/tmp"
    _sweep(Path(base))
    return Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-", dir=base))


def _sweep(base: Path) -> None:
    for left in base.glob(f"{_PREFIX}*"):
        process = left.name.removeprefix(_PREFIX).partition("-")[0]
        with suppress(OSError):
            if process.isdigit() and left.stat().st_uid == os.getuid() and not _is_running(int(process)):
                shutil.rmtree(left)


def _is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


# --- mutual TLS ----------------------------------------------------------------------------------------------


def server_tls(environment: Mapping[str, str], directory: Path) -> tuple[ssl.SSLContext, bytes] | None:
    """The TLS of the server and its certificate in DER; None when Terraform sent no certificate of its own, as under
    `TF_DISABLE_PLUGIN_TLS`. Both sides trust exactly the other's certificate."""
    client = environment.get(_CLIENT_CERTIFICATE)
    if not client:
        return None
    certificate, pem = _self_signed()
    file = directory / "key.pem"
    # The module ssl takes keys from files only.
    with os.fdopen(os.open(file, os.O_CREAT | os.O_WRONLY | os.O_EXCL, 0o600), "wb") as stream:
        stream.write(pem)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(file)
    file.unlink()
    context.load_verify_locations(cadata=client)
    context.verify_mode = ssl.CERT_REQUIRED
    context.set_alpn_protocols(["h2"])
    return context, certificate


def _self_signed() -> tuple[bytes, bytes]:
    """A certificate for `localhost` in DER, and key and certificate in PEM. It lives as long as this process."""
    from datetime import UTC, datetime, timedelta

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    uses = x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=True,
        data_encipherment=False,
        key_agreement=True,
        key_cert_sign=True,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=1))
        .not_valid_after(now + timedelta(days=365))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(uses, critical=True)
        .add_extension(
            x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return (
        certificate.public_bytes(serialization.Encoding.DER),
        private + certificate.public_bytes(serialization.Encoding.PEM),
    )
