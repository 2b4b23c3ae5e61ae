"""The tables of the platform: the source of their DDL.

Rows are written and read with plain SQL by `api`; this module is imported only to create the tables. A column
is named as the attribute or block it holds (see `schemas`); collections and blocks are canonical JSON text.
`sensitive_paths` remembers what callers called sensitive beyond the schema, for the events to come.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Text, UniqueConstraint
from sqlmodel import Field, SQLModel


def _text(**options: Any) -> Any:
    return Field(sa_type=Text, **options)


def _whole() -> Any:
    return Field(sa_type=BigInteger)


class ClusterRow(SQLModel, table=True):
    """A cluster."""

    __tablename__ = "cluster"

    id: str = _text(primary_key=True)
    name: str = _text(unique=True)
    cloud_provider: str = _text()
    region: str = _text()
    description: str | None = _text()
    kubernetes_mode: str = _text()
    instance_type: str = _text()
    disk_size: int = _whole()
    min_nodes: int = _whole()
    max_nodes: int = _whole()
    production: bool
    features: str = _text()
    route: str = _text()
    kubeconfig: str = _text()
    endpoint: str = _text()
    created_at: str = _text()
    updated_at: str = _text()
    sensitive_paths: str = _text()


class EnvironmentRow(SQLModel, table=True):
    """An environment of a cluster."""

    __tablename__ = "environment"
    __table_args__ = (UniqueConstraint("cluster_id", "name"),)

    id: str = _text(primary_key=True)
    cluster_id: str = _text(foreign_key="cluster.id")
    name: str = _text()
    mode: str = _text()
    environment_variables: str = _text()
    secrets: str = _text()
    deployment_rule: str = _text()
    created_at: str = _text()
    updated_at: str = _text()
    sensitive_paths: str = _text()


class ServiceRow(SQLModel, table=True):
    """A service of an environment. Of the five sources, one is not JSON null."""

    __tablename__ = "service"
    __table_args__ = (UniqueConstraint("environment_id", "name"),)

    id: str = _text(primary_key=True)
    environment_id: str = _text(foreign_key="environment.id")
    name: str = _text()
    cpu: int = _whole()
    memory: int = _whole()
    min_instances: int = _whole()
    max_instances: int = _whole()
    auto_deploy: bool
    custom_domains: str = _text()
    environment_variables: str = _text()
    secrets: str = _text()
    container: str = _text()
    application: str = _text()
    database: str = _text()
    helm: str = _text()
    job: str = _text()
    port: str = _text()
    healthcheck: str = _text()
    storage: str = _text()
    internal_host: str = _text()
    external_hosts: str = _text()
    host: str | None = _text()
    host_port: int | None = _whole()
    login: str | None = _text()
    password: str | None = _text()
    created_at: str = _text()
    updated_at: str = _text()
    sensitive_paths: str = _text()
