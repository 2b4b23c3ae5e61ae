"""The configurations that iac and Terraform both plan and apply, each in several steps.

`@{cluster main}` in a text stands for the id of the cluster that is called so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Outside:
    """What the console does before a step: `create`, `update` or `delete` an object of a kind by its name."""

    verb: str
    kind: str
    name: str
    attributes: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Step:
    """One plan and its apply. `files` are written beside `main.tf`, `options` are those of plan."""

    main: str
    options: tuple[str, ...] = ()
    outside: tuple[Outside, ...] = ()
    files: Mapping[str, str] = field(default_factory=dict)


DESTROY = ("-destroy",)


def block(type: str, name: str, *lines: str) -> str:
    """A resource block."""
    return "\n".join([f'resource "{type}" "{name}" {{', *(f"  {line}" for line in lines), "}", ""])


def cluster(*lines: str, label: str = "main", name: str = "main", region: str = "eu-west-3") -> str:
    """A cluster."""
    return block("iac_cluster", label, f'name = "{name}"', 'cloud_provider = "AWS"', f'region = "{region}"', *lines)


def environment(*lines: str, label: str = "staging", name: str = '"staging"') -> str:
    """An environment of the cluster `main`."""
    return block("iac_environment", label, "cluster_id = iac_cluster.main.id", f"name = {name}", *lines)


def service(
    *lines: str, label: str = "api", name: str = '"api"', source: str = 'container {\n image = "shop/api"\n }'
) -> str:
    """A service of the environment `staging`."""
    where = "environment_id = iac_environment.staging.id"
    return block("iac_service", label, where, f"name = {name}", *lines, *source.splitlines())


def data(value: str, *lines: str, label: str = "x") -> str:
    """A `terraform_data`."""
    return block("terraform_data", label, f"input = {value}", *lines)


def steps(*mains: str, destroy: bool = False) -> list[Step]:
    """One step for each configuration; with `destroy` the last one is destroyed then."""
    found = [Step(main) for main in mains]
    return [*found, Step(mains[-1], DESTROY)] if destroy else found


CLUSTER = cluster()
ENVIRONMENT = CLUSTER + environment()
SERVICE = ENVIRONMENT + service()
DATABASE = 'database {\n type = "POSTGRESQL"\n version = "16"\n }'
HELM = 'helm {\n chart = "c"\n version = "%s"\n repository = "https://x.example"\n values = "a: 1\\nb: %s\\n"\n }'
PORT = "port {\n internal_port = %d\n }"
PUBLIC_PORT = "port {\n internal_port = %d\n publicly_accessible = true\n }"
CBD = "lifecycle {\n create_before_destroy = true\n }"
SECRET = 'variable "s" {\n default = "hush"\n sensitive = true\n}\n'


REQUIRED = 'terraform {\n required_providers {\n iac = {\n source = "iac/iac"\n }\n }\n}\n'
"""What a module has to say in Terraform to use the provider."""


def ignoring(names: str) -> str:
    """A lifecycle block that ignores changes."""
    return f"lifecycle {{\n ignore_changes = {names}\n }}"


CASES: dict[str, list[Step]] = {
    # the life of each type
    "cluster": steps(CLUSTER, cluster('description = "more"', "max_nodes = 20"), CLUSTER, destroy=True),
    "environment": steps(ENVIRONMENT, CLUSTER + environment('mode = "STAGING"'), ENVIRONMENT, destroy=True),
    "service": steps(SERVICE, ENVIRONMENT + service("cpu = 700", "min_instances = 0"), SERVICE, destroy=True),
    "nothing_changes": steps(SERVICE, SERVICE),
    # replacement
    "replace_cluster": steps(CLUSTER, cluster(region="us-east-1")),
    "replace_with_what_is_in_it": steps(SERVICE, cluster(region="us-east-1") + environment() + service()),
    "replace_in_block": steps(
        cluster('features {\n vpc_subnet = "10.1.0.0/16"\n }'), cluster('features {\n vpc_subnet = "10.2.0.0/16"\n }')
    ),
    "replace_by_request": [Step(CLUSTER), Step(CLUSTER, ("-replace=iac_cluster.main",))],
    "replace_triggered": steps(
        data('"a"') + cluster("lifecycle {\n replace_triggered_by = [terraform_data.x]\n }"),
        data('"b"') + cluster("lifecycle {\n replace_triggered_by = [terraform_data.x]\n }"),
    ),
    "create_before_destroy": steps(
        cluster(CBD, name="one"), cluster(CBD, name="two", region="us-east-1"), destroy=True
    ),
    "create_before_destroy_same_name": steps(cluster(CBD), cluster(CBD, region="us-east-1")),
    "other_source": steps(SERVICE, ENVIRONMENT + service(source=DATABASE), SERVICE),
    "database_type": steps(
        ENVIRONMENT + service(source=DATABASE), ENVIRONMENT + service(source=DATABASE.replace("POSTGRESQL", "MYSQL"))
    ),
    "database_version": steps(
        ENVIRONMENT + service(source=DATABASE), ENVIRONMENT + service(source=DATABASE.replace("16", "17")), destroy=True
    ),
    # nested blocks
    "ports": steps(
        ENVIRONMENT + service(PORT % 80, PORT % 81),
        ENVIRONMENT + service(PORT % 80, PUBLIC_PORT % 81, PORT % 82),
        ENVIRONMENT + service(PUBLIC_PORT % 81),
        ENVIRONMENT + service(),
    ),
    "healthcheck": steps(
        ENVIRONMENT + service("healthcheck {\n liveness {\n port = 80\n }\n }"),
        ENVIRONMENT
        + service(
            'healthcheck {\n liveness {\n port = 81\n path = "/up"\n }\n readiness {\n type = "TCP"\n port = 80\n }\n }'
        ),
        SERVICE,
    ),
    "deployment_rule": steps(
        ENVIRONMENT,
        CLUSTER + environment('deployment_rule {\n days = ["MONDAY"]\n }'),
        CLUSTER + environment("deployment_rule {\n }"),
        ENVIRONMENT,
    ),
    "routes": steps(
        cluster('route {\n destination = "10.0.0.0/8"\n target = "a"\n }'),
        cluster(
            'route {\n destination = "10.0.0.0/8"\n target = "b"\n }',
            'route {\n destination = "11.0.0.0/8"\n target = "c"\n }',
        ),
    ),
    "storage": steps(
        ENVIRONMENT + service('storage {\n mount_point = "/data"\n size = 10\n }'),
        ENVIRONMENT + service('storage {\n mount_point = "/data"\n size = 20\n type = "HDD"\n }'),
    ),
    "dynamic_blocks": steps(
        ENVIRONMENT
        + 'variable "ports" {\n default = [80, 443]\n}\n'
        + service('dynamic "port" {\n for_each = var.ports\n content {\n internal_port = port.value\n }\n }'),
        ENVIRONMENT
        + 'variable "ports" {\n default = [443]\n}\n'
        + service('dynamic "port" {\n for_each = var.ports\n content {\n internal_port = port.value\n }\n }'),
    ),
    "job": steps(
        ENVIRONMENT + service(source='job {\n image = "i"\n schedule = "0 1 * * *"\n command = ["a", "b"]\n }'),
        ENVIRONMENT + service(source='job {\n image = "i"\n on = "START"\n command = ["a"]\n }'),
    ),
    "helm": steps(
        ENVIRONMENT + service(source=HELM % ("1", "2")),
        ENVIRONMENT + service(source=HELM % ("2", "3")),
    ),
    "application": steps(
        ENVIRONMENT + service(source='application {\n repository = "https://git.example/a.git"\n }'),
        ENVIRONMENT + service(source='application {\n repository = "https://git.example/a.git"\n branch = "next"\n }'),
    ),
    # collections
    "maps": steps(
        CLUSTER + environment('environment_variables = { A = "1", B = "2" }'),
        CLUSTER + environment('environment_variables = { A = "2", C = "3" }'),
        CLUSTER + environment("environment_variables = {}"),
        ENVIRONMENT,
    ),
    "empty_texts": steps(
        cluster('description = "some"') + environment('environment_variables = { A = "", B = "x" }'),
        cluster('description = ""') + environment('environment_variables = { A = "x", B = "" }'),
        cluster("description = null") + environment('environment_variables = { A = "" }'),
    ),
    "sets": steps(
        ENVIRONMENT + service('custom_domains = ["a.example.com", "b.example.com"]', PUBLIC_PORT % 80),
        ENVIRONMENT + service('custom_domains = ["c.example.com", "a.example.com"]', PUBLIC_PORT % 80),
    ),
    # repetition
    "count": steps(
        CLUSTER + environment("count = 2", name='"e${count.index}"'),
        CLUSTER + environment("count = 3", name='"e${count.index}"'),
        CLUSTER + environment("count = 1", name='"e${count.index}"'),
        CLUSTER + environment("count = 0", name='"e${count.index}"'),
    ),
    "for_each": steps(
        CLUSTER + environment('for_each = toset(["a", "b"])', name="each.key"),
        CLUSTER + environment('for_each = toset(["b", "c"])', name="each.key"),
    ),
    "count_becomes_for_each": steps(
        CLUSTER + environment("count = 1", name='"e"'),
        CLUSTER
        + environment('for_each = toset(["e"])', name="each.key")
        + 'moved {\n from = iac_environment.staging[0]\n to = iac_environment.staging["e"]\n}\n',
    ),
    # unknown values
    "unknown_name": steps(data('"late"') + CLUSTER + environment(name="terraform_data.x.output"), destroy=True),
    "unknown_in_block": steps(
        ENVIRONMENT
        + data('"16"')
        + service(source='database {\n type = "POSTGRESQL"\n version = terraform_data.x.output\n }'),
        ENVIRONMENT
        + data('"17"')
        + service(source='database {\n type = "POSTGRESQL"\n version = terraform_data.x.output\n }'),
    ),
    "unknown_block_count": steps(
        ENVIRONMENT
        + data("[80, 81]")
        + service(
            'dynamic "port" {\n for_each = terraform_data.x.output\n content {\n internal_port = port.value\n }\n }'
        ),
        ENVIRONMENT
        + data("[80, 82]")
        + service(
            'dynamic "port" {\n for_each = terraform_data.x.output\n content {\n internal_port = port.value\n }\n }'
        ),
    ),
    "unknown_map": steps(
        data('{ A = "1" }') + CLUSTER + environment("environment_variables = terraform_data.x.output"),
        data('{ A = "2" }') + CLUSTER + environment("environment_variables = terraform_data.x.output"),
    ),
    "computed_into_data": steps(
        SERVICE + data("iac_service.api.internal_host") + 'output "host" {\n value = terraform_data.x.output\n}\n',
        ENVIRONMENT
        + service("cpu = 600")
        + data("iac_service.api.updated_at", label="y")
        + 'output "host" {\n value = iac_service.api.internal_host\n}\n',
    ),
    # ignore_changes and other lifecycle
    "ignore_attribute": steps(cluster(ignoring("[max_nodes]")), cluster("max_nodes = 30", ignoring("[max_nodes]"))),
    "ignore_all": steps(cluster(ignoring("all")), cluster("max_nodes = 30", ignoring("all"), region="us-east-1")),
    "ignore_map_key": steps(
        CLUSTER + environment('environment_variables = { A = "1" }', ignoring('[environment_variables["A"]]')),
        CLUSTER + environment('environment_variables = { A = "2", B = "3" }', ignoring('[environment_variables["A"]]')),
    ),
    "ignore_in_block": steps(
        ENVIRONMENT + service(PORT % 80, ignoring("[port[0].internal_port]")),
        ENVIRONMENT + service(PORT % 81, ignoring("[port[0].internal_port]")),
    ),
    "prevent_destroy": steps(
        cluster("lifecycle {\n prevent_destroy = true\n }"),
        cluster("lifecycle {\n prevent_destroy = true\n }", region="us-east-1"),
    ),
    "postcondition": steps(
        cluster(
            'lifecycle {\n postcondition {\n condition = self.max_nodes < 50\n error_message = "Too many."\n }\n }'
        ),
        cluster(
            "max_nodes = 60",
            'lifecycle {\n postcondition {\n condition = self.max_nodes < 50\n error_message = "Too many."\n }\n }',
        ),
    ),
    # sensitive values
    "secrets": steps(
        CLUSTER + environment('secrets = { A = "one" }'),
        CLUSTER + environment('secrets = { A = "two" }'),
        ENVIRONMENT,
    ),
    "sensitive_variable": steps(
        SECRET + CLUSTER + environment("environment_variables = { A = var.s }"),
        SECRET + CLUSTER + environment('environment_variables = { A = "${var.s}!" }'),
        ENVIRONMENT,
    ),
    "sensitive_output": steps(CLUSTER + 'output "k" {\n value = iac_cluster.main.kubeconfig\n sensitive = true\n}\n'),
    "own_kubeconfig": steps(cluster('kubeconfig = "mine"'), cluster('kubeconfig = "other"'), CLUSTER),
    # drift
    "drift": [
        Step(CLUSTER),
        Step(CLUSTER, outside=(Outside("update", "cluster", "main", {"max_nodes": 25}),)),
        Step(CLUSTER),
    ],
    "drift_of_what_is_not_set": [
        Step(CLUSTER),
        Step(CLUSTER, outside=(Outside("update", "cluster", "main", {"instance_type": "BIG"}),)),
    ],
    "drift_deleted": [Step(ENVIRONMENT), Step(ENVIRONMENT, outside=(Outside("delete", "environment", "staging"),))],
    "drift_refresh_only": [
        Step(CLUSTER),
        Step(CLUSTER, ("-refresh-only",), (Outside("update", "cluster", "main", {"max_nodes": 25}),)),
        Step(cluster("max_nodes = 25")),
    ],
    "drift_not_refreshed": [
        Step(CLUSTER),
        Step(CLUSTER, ("-refresh=false",), (Outside("update", "cluster", "main", {"max_nodes": 25}),)),
    ],
    "drift_used_elsewhere": [
        Step(CLUSTER + data("iac_cluster.main.max_nodes")),
        Step(
            cluster(ignoring("[max_nodes]")) + data("iac_cluster.main.max_nodes"),
            outside=(Outside("update", "cluster", "main", {"max_nodes": 25}),),
        ),
    ],
    "drift_through_locals": [
        Step(
            "locals {\n largest = iac_cluster.main.max_nodes\n}\n"
            + cluster(ignoring("[max_nodes, instance_type]"))
            + data("local.largest")
        ),
        Step(
            "locals {\n largest = iac_cluster.main.max_nodes\n}\n"
            + cluster(ignoring("[max_nodes, instance_type]"))
            + data("local.largest"),
            outside=(Outside("update", "cluster", "main", {"max_nodes": 25, "instance_type": "BIG"}),),
        ),
    ],
    "drift_through_module": [
        Step(
            'module "m" {\n source = "./m"\n}\n' + data("module.m.most"),
            files={
                "m/main.tf": REQUIRED
                + cluster(ignoring("[max_nodes]"))
                + 'output "most" {\n value = iac_cluster.main.max_nodes\n}\n'
            },
        ),
        Step(
            'module "m" {\n source = "./m"\n}\n' + data("module.m.most"),
            outside=(Outside("update", "cluster", "main", {"max_nodes": 25}),),
        ),
    ],
    "drift_in_output": [
        Step(cluster(ignoring("[max_nodes]")) + 'output "most" {\n value = iac_cluster.main.max_nodes\n}\n'),
        Step(
            cluster(ignoring("[max_nodes]")) + 'output "most" {\n value = iac_cluster.main.max_nodes\n}\n',
            outside=(Outside("update", "cluster", "main", {"max_nodes": 25}),),
        ),
    ],
    "drift_in_block": [
        Step(SERVICE.replace("container {", PORT % 80 + "\ncontainer {")),
        Step(
            ENVIRONMENT
            + service(PORT % 80, ignoring("[port, cpu]"))
            + data("iac_service.api.port[0].publicly_accessible"),
            outside=(
                Outside("update", "service", "api", {"cpu": 900, "port": [{"internal_port": 81, "protocol": "HTTP"}]}),
            ),
        ),
    ],
    "drift_secret": [
        Step(CLUSTER + environment('secrets = { A = "one" }')),
        Step(
            CLUSTER + environment('secrets = { A = "one" }'),
            outside=(Outside("update", "environment", "staging", {"secrets": {"A": "three"}}),),
        ),
    ],
    # import, moved, removed
    "import": [
        Step(
            CLUSTER + 'import {\n to = iac_cluster.main\n id = "@{cluster main}"\n}\n',
            outside=(Outside("create", "cluster", "main", {"cloud_provider": "AWS", "region": "eu-west-3"}),),
        ),
        Step(CLUSTER, DESTROY),
    ],
    "import_and_change": [
        Step(
            cluster("max_nodes = 12") + 'import {\n to = iac_cluster.main\n id = "main"\n}\n',
            outside=(Outside("create", "cluster", "main", {"cloud_provider": "AWS", "region": "eu-west-3"}),),
        ),
    ],
    "import_and_replace": [
        Step(
            CLUSTER + 'import {\n to = iac_cluster.main\n id = "main"\n}\n',
            outside=(Outside("create", "cluster", "main", {"cloud_provider": "AWS", "region": "us-east-1"}),),
        ),
    ],
    "import_missing": steps(
        cluster(label="other", name="other"),
        CLUSTER + 'import {\n to = iac_cluster.main\n id = "nothing"\n}\n',
    ),
    "moved": steps(CLUSTER, cluster(label="other") + "moved {\n from = iac_cluster.main\n to = iac_cluster.other\n}\n"),
    "moved_and_changed": steps(
        CLUSTER,
        cluster("max_nodes = 11", label="other") + "moved {\n from = iac_cluster.main\n to = iac_cluster.other\n}\n",
    ),
    "removed": steps(CLUSTER, "removed {\n from = iac_cluster.main\n lifecycle {\n destroy = false\n }\n}\n"),
    "taken_away": steps(SERVICE, ENVIRONMENT, CLUSTER, data("1")),
    # modules
    "modules": [
        Step(
            'module "shop" {\n source = "./shop"\n for_each = toset(["a", "b"])\n name = each.key\n}\n'
            'output "ids" {\n value = { for k, m in module.shop : k => m.region }\n}\n',
            files={
                "shop/main.tf": REQUIRED
                + 'variable "name" {\n}\n'
                + cluster().replace('"main"\n', "var.name\n")
                + 'output "region" {\n value = iac_cluster.main.region\n}\n'
            },
        ),
        Step(
            'module "shop" {\n source = "./shop"\n for_each = toset(["b"])\n name = each.key\n}\n'
            'output "ids" {\n value = { for k, m in module.shop : k => m.region }\n}\n'
        ),
    ],
    "module_moved": [
        Step(CLUSTER),
        Step(
            'module "m" {\n source = "./m"\n}\nmoved {\n from = iac_cluster.main\n to = module.m.iac_cluster.main\n}\n',
            files={"m/main.tf": REQUIRED + CLUSTER},
        ),
    ],
    # data sources
    "data_source": steps(
        CLUSTER,
        CLUSTER + 'data "iac_cluster" "d" {\n name = "main"\n}\noutput "r" {\n value = data.iac_cluster.d.region\n}\n',
    ),
    "data_source_later": steps(
        CLUSTER
        + environment(name="data.iac_cluster.d.region")
        + 'data "iac_cluster" "d" {\n id = iac_cluster.main.id\n}\n',
        cluster("max_nodes = 14")
        + environment(name="data.iac_cluster.d.region")
        + 'data "iac_cluster" "d" {\n id = iac_cluster.main.id\n}\n',
    ),
    "data_source_missing": steps(CLUSTER, CLUSTER + 'data "iac_cluster" "d" {\n name = "none"\n}\n'),
    # selection
    "target": [Step(ENVIRONMENT, ("-target=iac_cluster.main",)), Step(ENVIRONMENT)],
    # mistakes
    "invalid_value": steps(cluster("max_nodes = 0")),
    "invalid_together": steps(cluster("max_nodes = 2")),
    "invalid_when_known": steps(data('"a b c/"') + CLUSTER + environment("mode = terraform_data.x.output")),
    "name_taken": steps(CLUSTER + cluster("depends_on = [iac_cluster.main]", label="second")),
    "missing_source": steps(ENVIRONMENT + service(source="")),
    "two_sources": steps(
        ENVIRONMENT + service(source=DATABASE + "\n" + 'helm {\n chart = "c"\n version = "1"\n repository = "r"\n }')
    ),
    "not_empty": [
        Step(CLUSTER),
        Step(CLUSTER, DESTROY, (Outside("create", "environment", "e", {"cluster_id": "@{cluster main}"}),)),
    ],
    "half_way": steps(
        CLUSTER + cluster("depends_on = [iac_cluster.main]", label="second") + environment(), CLUSTER + environment()
    ),
}
