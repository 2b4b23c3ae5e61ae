"""What the platform itself decides of an object: ids, addresses, credentials, sizes it picks.

Everything follows from the object's id and attributes, but for the credentials, which are random and stay as
they are once made.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from typing import Any, Final

_INSTANCE_TYPES: Final = {
    "AWS": "T3A_LARGE",
    "SCW": "DEV1_L",
    "GCP": "E2_STANDARD_2",
    "AZURE": "STANDARD_B2S",
    "ON_PREMISE": "BARE_METAL",
}
_DATABASE_PORTS: Final = {"POSTGRESQL": 5432, "MYSQL": 3306, "MONGODB": 27017, "REDIS": 6379}
_DOMAIN: Final = "iac.example"


def decide(kind: str, attributes: dict[str, Any], before: Mapping[str, Any] | None) -> None:
    """Fills in what the platform decides; `before` is the object until now, None for a new one."""
    _DECIDERS[kind](attributes, before or {})


def _cluster(attributes: dict[str, Any], before: Mapping[str, Any]) -> None:
    label = _label(attributes)
    attributes["endpoint"] = f"https://{label}.k8s.{_DOMAIN}:6443"
    if attributes["instance_type"] is None:
        attributes["instance_type"] = _INSTANCE_TYPES[attributes["cloud_provider"]]
    if attributes["kubeconfig"] is None:
        attributes["kubeconfig"] = before.get("kubeconfig") or _kubeconfig(label, attributes["endpoint"])


def _kubeconfig(label: str, endpoint: str) -> str:
    return (
        "apiVersion: v1\nkind: Config\n"
        f"clusters:\n- name: {label}\n  cluster:\n    server: {endpoint}\n"
        f"users:\n- name: admin\n  user:\n    token: {secrets.token_urlsafe(32)}\n"
        f"contexts:\n- name: {label}\n  context:\n    cluster: {label}\n    user: admin\n"
        f"current-context: {label}\n"
    )


def _environment(attributes: dict[str, Any], before: Mapping[str, Any]) -> None:
    """Nothing of an environment is for the platform to decide."""


def _service(attributes: dict[str, Any], before: Mapping[str, Any]) -> None:
    label = _label(attributes)
    attributes["internal_host"] = f"{label}.{attributes['environment_id']}.svc.cluster.local"
    public = any(port["publicly_accessible"] for port in attributes["port"])
    domains = sorted(attributes["custom_domains"] or ())
    attributes["external_hosts"] = [f"{label}.{_DOMAIN}", *domains] if public else []
    database = attributes["database"]
    if database is None:
        attributes.update(host=None, host_port=None, login=None, password=None)
        return
    public = database["accessibility"] == "PUBLIC"
    attributes["host"] = f"{label}.db.{_DOMAIN}" if public else attributes["internal_host"]
    attributes["host_port"] = _DATABASE_PORTS[database["type"]]
    attributes["login"] = before.get("login") or "admin"
    attributes["password"] = before.get("password") or secrets.token_urlsafe(24)


def _label(attributes: Mapping[str, Any]) -> str:
    return f"z{attributes['id'].replace('-', '')[:12]}"


_DECIDERS: Final[Mapping[str, Callable[[dict[str, Any], Mapping[str, Any]], None]]] = {
    "cluster": _cluster,
    "environment": _environment,
    "service": _service,
}
