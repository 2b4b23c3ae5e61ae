"""Message classes of the plugin protocol, made from the tables of `fields` when this module is imported."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from google.protobuf.descriptor_pb2 import DescriptorProto, FieldDescriptorProto, FileDescriptorProto
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message_factory import GetMessageClass

from iac.plugin.fields import MESSAGES, PLUGIN_MESSAGES, RPCS, Fields

_PACKAGE: Final = "iac_plugin"
_SCALARS: Final = {
    "string": FieldDescriptorProto.TYPE_STRING,
    "bytes": FieldDescriptorProto.TYPE_BYTES,
    "bool": FieldDescriptorProto.TYPE_BOOL,
    "int32": FieldDescriptorProto.TYPE_INT32,
    "int64": FieldDescriptorProto.TYPE_INT64,
    "uint32": FieldDescriptorProto.TYPE_UINT32,
}


def _message_tables() -> Iterator[tuple[str, Fields]]:
    yield from MESSAGES.items()
    yield from PLUGIN_MESSAGES.items()
    for name, (request, response) in RPCS.items():
        yield name + "Request", request
        yield name + "Response", response


def _classes() -> Mapping[str, Any]:
    file = FileDescriptorProto(name=f"{_PACKAGE}.proto", package=_PACKAGE, syntax="proto3")
    names = []
    for name, fields in _message_tables():
        message = file.message_type.add(name=name)
        names.append(name)
        for field, (number, type) in fields.items():
            _add_field(message, field, number, type)
    pool = DescriptorPool()
    pool.Add(file)
    return {name: GetMessageClass(pool.FindMessageTypeByName(f"{_PACKAGE}.{name}")) for name in names}


def _add_field(message: DescriptorProto, name: str, number: int, type: str) -> None:
    repeated = type[0] in "[{"
    field = message.field.add(name=name, number=number, label=3 if repeated else 1)
    if type[0] == "{":
        type = _map_entry(message, name, type.strip("{}"))
    elif type[0] == "?":
        field.proto3_optional = True
        field.oneof_index = len(message.oneof_decl)
        message.oneof_decl.add(name=f"_{name}")
    _set_type(field, type.strip("[]?"))


def _map_entry(message: DescriptorProto, name: str, value: str) -> str:
    """Adds the message of which a map's entries are; returns its full name."""
    entry = message.nested_type.add(name="".join(word.capitalize() for word in name.split("_")) + "Entry")
    entry.options.map_entry = True
    for field, number, type in (("key", 1, "string"), ("value", 2, value)):
        _set_type(entry.field.add(name=field, number=number, label=1), type)
    return f"{message.name}.{entry.name}"


def _set_type(field: FieldDescriptorProto, type: str) -> None:
    if type in _SCALARS:
        field.type = _SCALARS[type]
    else:
        field.type = FieldDescriptorProto.TYPE_MESSAGE
        field.type_name = f".{_PACKAGE}.{type}"


_CLASSES: Final = _classes()


def message(name: str, /, **fields: Any) -> Any:
    """A new message of one of the tables."""
    return _CLASSES[name](**fields)


def message_class(name: str) -> Any:
    """The class of a message."""
    return _CLASSES[name]
