"""Functions on IP networks in CIDR notation."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Sequence
from typing import Any, NamedTuple

from iac.hcl.functions.shorthand import lift, numeric, text, whole
from iac.hcl.functions.spec import Function, FunctionContext, FunctionError
from iac.hcl.render import go_quote
from iac.values import numbers
from iac.values.types import BOOL, STRING, Type, list_of
from iac.values.value import Value, list_value, string

_MOST_BITS = 32
_LEADING_ZEROS = re.compile(r"(?<![\d.:a-fA-F])0+(?=\d)|(?<=\.)0+(?=\d)")


class _Network(NamedTuple):
    """A network: its first address as a number, the length of its prefix, and of an address, in bits."""

    first: int
    length: int
    bits: int

    def __str__(self) -> str:
        return f"{_address(self.first, self.bits)}/{self.length}"


def _address(number: int, bits: int) -> str:
    if bits == 32:
        return str(ipaddress.IPv4Address(number))
    address = ipaddress.IPv6Address(number)
    return str(address.ipv4_mapped or address)


def _network(prefix: str, argument: int | None = None) -> _Network:
    """The network a prefix names; bits after the prefix are dropped. Raises `FunctionError`."""
    address, slash, length = prefix.partition("/")
    try:
        if not slash or not (length.isascii() and length.isdigit()):
            raise ValueError(prefix)
        if ":" not in address:
            # Terraform takes octets with leading zeros, and as decimal.
            address = _LEADING_ZEROS.sub("", address)
        parsed = ipaddress.ip_network(f"{address}/{int(length)}", strict=False)
    except ValueError:
        raise FunctionError("invalid CIDR expression: invalid CIDR address: {}", argument, prefix) from None
    if "%" in address:
        raise FunctionError("invalid CIDR expression: invalid CIDR address: {}", argument, prefix)
    return _Network(int(parsed.network_address), parsed.prefixlen, parsed.max_prefixlen)


def _integer(value: Any) -> int:
    """A number argument that may be of any size."""
    if type(value) is not int:
        if numbers.is_infinite(value) or not value.is_integer():
            raise FunctionError("value must be a whole number")
        return int(value)
    return value


def _cidrhost(prefix: str, host: Any) -> str:
    number = _integer(host)
    network = _network(prefix)
    count = 1 << (network.bits - network.length)
    if not -count <= number < count:
        text = numbers.integer_text(number)
        raise FunctionError(f"prefix of {network.length} does not accommodate a host numbered {text}")
    return _address(network.first + (number % count), network.bits)


def _cidrnetmask(prefix: str) -> str:
    network = _network(prefix)
    if network.bits != 32:
        raise FunctionError("IPv6 addresses cannot have a netmask: {}", None, prefix)
    return _address((1 << 32) - (1 << (32 - network.length)), 32)


def _cidrsubnet(prefix: str, new_bits: Any, number: Any) -> str:
    bits, wanted = whole(new_bits), _integer(number)
    network = _network(prefix)
    length = network.length + bits
    if length > network.bits:
        raise FunctionError(f"insufficient address space to extend prefix of {network.length} by {bits}")
    if bits < 0 or not 0 <= wanted < 1 << bits:
        text = numbers.integer_text(wanted)
        raise FunctionError(f"prefix extension of {bits} does not accommodate a subnet numbered {text}")
    return str(_Network(network.first + (wanted << (network.bits - length)), length, network.bits))


def _cidrsubnets(arguments: Sequence[Value], returns: Type) -> Value:
    network = _network(arguments[0].raw, 0)
    subnets: list[_Network] = []
    following = network.first
    end = network.first + (1 << (network.bits - network.length))
    for position, argument in enumerate(arguments[1:], 1):
        bits = whole(argument.raw, position)
        length = _subnet_length(network, bits, position)
        size = 1 << (network.bits - length)
        first = -(-following // size) * size
        if first + size > end:
            after = subnets[-1] if subnets else network
            raise FunctionError(
                f"not enough remaining address space for a subnet with a prefix of {length} bits after {after}",
                position,
            )
        subnets.append(_Network(first, length, network.bits))
        following = first + size
    return list_value(STRING, [string(str(subnet)) for subnet in subnets])


def _subnet_length(network: _Network, bits: int, position: int) -> int:
    if bits < 1:
        raise FunctionError("must extend prefix by at least one bit", position)
    if bits > _MOST_BITS:
        raise FunctionError(f"may not extend prefix by more than {_MOST_BITS} bits", position)
    length = network.length + bits
    if length > network.bits:
        protocol = "IPv4" if network.bits == 32 else "IPv6"
        raise FunctionError(
            f"would extend prefix to {length} bits, which is too long for an {protocol} address", position
        )
    return length


def _cidrcontains(containing: str, contained: str) -> bool:
    outer = _network(containing, 0)
    if "/" in contained:
        inner = _network(contained, 1)
    else:
        try:
            address = ipaddress.ip_address(contained)
        except ValueError:
            raise FunctionError("invalid IP address or prefix: {}", 1, go_quote(contained)) from None
        inner = _Network(int(address), address.max_prefixlen, address.max_prefixlen)
    if outer.bits != inner.bits:
        raise FunctionError("address family mismatch: {} vs. {}", None, containing, contained)
    return inner.length >= outer.length and (inner.first ^ outer.first) >> (outer.bits - outer.length) == 0


_PREFIX = text("prefix", "a network such as 10.0.0.0/8")
_FUNCTIONS = (
    Function(
        "cidrcontains",
        (text("containing_prefix", "a network"), text("contained_ip_or_prefix", "an address or a network")),
        BOOL,
        lift(_cidrcontains),
        description="Tells whether a network contains an address or another network. (From OpenTofu.)",
        example='cidrcontains("10.0.0.0/8", "10.1.2.3") = true',
    ),
    Function(
        "cidrhost",
        (_PREFIX, numeric("hostnum", "which address; from the end when negative")),
        STRING,
        lift(_cidrhost),
        description="An address in a network by its number.",
        example='cidrhost("10.12.112.0/20", 16) = "10.12.112.16"',
    ),
    Function(
        "cidrnetmask",
        (_PREFIX,),
        STRING,
        lift(_cidrnetmask),
        description="The netmask of an IPv4 network.",
        example='cidrnetmask("172.16.0.0/12") = "255.240.0.0"',
    ),
    Function(
        "cidrsubnet",
        (
            _PREFIX,
            numeric("newbits", "by how many bits the prefix grows"),
            numeric("netnum", "which of the subnets"),
        ),
        STRING,
        lift(_cidrsubnet),
        description="A subnet of a network by its number.",
        example='cidrsubnet("172.16.0.0/12", 4, 2) = "172.18.0.0/16"',
    ),
    Function(
        "cidrsubnets",
        (_PREFIX,),
        list_of(STRING),
        _cidrsubnets,
        variadic=numeric("newbits", "by how many bits the prefix grows, for each subnet"),
        description="Consecutive subnets of a network, each with a size of its own.",
        example='cidrsubnets("10.1.0.0/16", 4, 4) = ["10.1.0.0/20", "10.1.16.0/20"]',
    ),
)


def functions(context: FunctionContext) -> tuple[Function, ...]:
    """The functions of this family."""
    return _FUNCTIONS
