"""Hashes, UUIDs and decryption. Hashes of files are in `filesystem`."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable, Sequence
from functools import partial

from iac.hcl.functions.encoding import decode_base64, encode_base64
from iac.hcl.functions.shorthand import lift, numeric, text, whole
from iac.hcl.functions.spec import Function, FunctionContext, FunctionError, Implementation
from iac.hcl.render import go_quote
from iac.values.types import STRING, Type
from iac.values.value import Value, string, unknown

_DEFAULT_COST = 10
_MINIMUM_COST, _MAXIMUM_COST = 4, 31
_LONGEST_PASSWORD = 72
_NAMESPACES = {
    "dns": uuid.NAMESPACE_DNS,
    "url": uuid.NAMESPACE_URL,
    "oid": uuid.NAMESPACE_OID,
    "x500": uuid.NAMESPACE_X500,
}


def _hash(algorithm: str, encode: Callable[[bytes], str]) -> Implementation:
    def compute(plain: str) -> str:
        return encode(hashlib.new(algorithm, plain.encode(), usedforsecurity=False).digest())

    return lift(compute)


def _bcrypt(during_plan: bool, arguments: Sequence[Value], returns: Type) -> Value:
    if during_plan:
        return unknown(STRING)
    cost = whole(arguments[1].raw) if len(arguments) > 1 else _DEFAULT_COST
    if len(arguments) > 2:
        raise FunctionError("bcrypt() takes no more than two arguments")
    password = arguments[0].raw.encode()
    if len(password) > _LONGEST_PASSWORD:
        raise FunctionError("error occured generating password bcrypt: password length exceeds 72 bytes")
    if cost > _MAXIMUM_COST:
        raise FunctionError(
            f"error occured generating password crypto/bcrypt: cost {cost} is outside allowed inclusive range "
            f"{_MINIMUM_COST}..{_MAXIMUM_COST}"
        )
    import bcrypt

    rounds = cost if cost >= _MINIMUM_COST else _DEFAULT_COST
    return string(bcrypt.hashpw(password, bcrypt.gensalt(rounds, prefix=b"2a")).decode())


def _private_key(pem: str) -> object:
    """The private key in a PEM text, PKCS or OpenSSH. Raises `FunctionError`, worded as by Terraform."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_ssh_private_key

    data = pem.encode()
    if b"-----BEGIN" not in data:
        raise FunctionError("invalid private key: ssh: no key found", 1)
    load = load_ssh_private_key if b"BEGIN OPENSSH" in data else load_pem_private_key
    try:
        return load(data, None)
    except TypeError:
        raise FunctionError("invalid private key: ssh: this private key is passphrase protected", 1) from None
    except (ValueError, UnsupportedAlgorithm):
        raise FunctionError("invalid private key: it cannot be read", 1) from None


def _rsadecrypt(ciphertext: str, private_key: str) -> str:
    encrypted = decode_base64(ciphertext)
    if encrypted is None:
        raise FunctionError("failed to decode input {}: cipher text must be base64-encoded", 0, go_quote(ciphertext))
    key = _private_key(private_key)
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

    if not isinstance(key, RSAPrivateKey):
        raise FunctionError("invalid private key: it is not an RSA key", 1)
    try:
        return key.decrypt(encrypted, PKCS1v15()).decode()
    except ValueError:
        raise FunctionError("failed to decrypt: crypto/rsa: decryption error") from None


def _uuid(during_plan: bool, arguments: Sequence[Value], returns: Type) -> Value:
    return unknown(STRING) if during_plan else string(str(uuid.uuid4()))


def _parse_uuid(namespace: str) -> uuid.UUID:
    plain = namespace
    if len(plain) == 45:
        if plain[:9].lower() != "urn:uuid:":
            raise ValueError(f"invalid urn prefix: {go_quote(plain[:9])}")
        plain = plain[9:]
    elif len(plain) == 38:
        plain = plain[1:-1]
    if len(plain) not in (32, 36):
        raise ValueError(f"invalid UUID length: {len(namespace.encode())}")
    hyphens = [position for position, char in enumerate(plain) if char == "-"]
    if hyphens != ([8, 13, 18, 23] if len(plain) == 36 else []):
        raise ValueError("invalid UUID format")
    try:
        return uuid.UUID(plain)
    except ValueError:
        raise ValueError("invalid UUID format") from None


def _uuidv5(namespace: str, name: str) -> str:
    space = _NAMESPACES.get(namespace)
    if space is None:
        try:
            space = _parse_uuid(namespace)
        except ValueError as problem:
            raise FunctionError("uuidv5() doesn't support namespace {} ({})", None, namespace, problem) from None
    return str(uuid.uuid5(space, name))


_STR = text("str", "the text")
_HASHES = (
    ("base64sha256", "sha256", encode_base64, "The SHA-256 of a text, in Base64."),
    ("base64sha512", "sha512", encode_base64, "The SHA-512 of a text, in Base64."),
    ("md5", "md5", bytes.hex, "The MD5 of a text, in hexadecimal."),
    ("sha1", "sha1", bytes.hex, "The SHA-1 of a text, in hexadecimal."),
    ("sha256", "sha256", bytes.hex, "The SHA-256 of a text, in hexadecimal."),
    ("sha512", "sha512", bytes.hex, "The SHA-512 of a text, in hexadecimal."),
)


def functions(context: FunctionContext) -> tuple[Function, ...]:
    """The functions of this family; random ones are unknown while planning."""
    return (
        *(
            Function(
                name,
                (_STR,),
                STRING,
                _hash(algorithm, encode),
                description=description,
                example=f'{name}("hello") = "..."',
            )
            for name, algorithm, encode, description in _HASHES
        ),
        Function(
            "bcrypt",
            (_STR,),
            STRING,
            partial(_bcrypt, context.during_plan),
            variadic=numeric("cost", "the cost, 4 to 31; 10 unless given"),
            description="A bcrypt hash of a password; another one at every call.",
            example='bcrypt("hello") = "$2a$10$..."',
        ),
        Function(
            "rsadecrypt",
            (text("ciphertext", "Base64 text"), text("privatekey", "a private key in PEM")),
            STRING,
            lift(_rsadecrypt),
            description="Decrypts a text that was encrypted with RSA (PKCS #1 v1.5).",
            example='rsadecrypt(filebase64("secret"), file("key.pem")) = "Hello"',
        ),
        Function(
            "uuid",
            (),
            STRING,
            partial(_uuid, context.during_plan),
            description="A random UUID; another one at every call.",
            example='uuid() = "b5ee72a3-54dd-c4b8-551c-4bdc0204cedb"',
        ),
        Function(
            "uuidv5",
            (
                text("namespace", "dns, url, oid, x500 or a UUID"),
                text("name", "the name within the namespace"),
            ),
            STRING,
            lift(_uuidv5),
            description="The UUID that a name has in a namespace (RFC 9562, version 5).",
            example='uuidv5("dns", "example.com") = "cfbff0d1-9375-5685-968c-48ce8b15ae17"',
        ),
    )
