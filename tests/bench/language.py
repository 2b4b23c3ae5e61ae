"""The language: parsing, evaluating and calling functions, inside the process and as whole processes.

Inside the process it is the time that it computes, the least of several rounds; of processes the time by the clock.
Terraform is always measured as a process, on the same files and expressions.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from iac.engine.evaluator import Evaluator
from iac.engine.expansion import Repetition
from iac.hcl import cache
from iac.hcl.evaluate import evaluate
from iac.hcl.parser import parse_expression, parse_native
from iac.hcl.syntax import BlockHeader, Expression
from iac.project import Project
from tests.bench.measuring import PLAN, TERRAFORM_INIT, Bench, Measured, computed, directory, heading, iac, row, run

ROUNDS = 3
FILES, BLOCKS = 10, 1000
INSTANCES = 10_000
PAIRS = (125, 250, 500, 1000, 2000, 4000)
CALLS = 1000
REPEATED = 20
"""How many times Terraform makes those calls in one process, so that they weigh more than its start."""


# --- Parsing -----------------------------------------------------------------------------------------------


def parsed_files() -> dict[str, str]:
    """A directory of 1,000 blocks and 260 KB."""
    each = BLOCKS // FILES
    return {
        f"part{file}.tf": "\n".join(_block(number) for number in range(file * each, file * each + each))
        for file in range(FILES)
    }


def _block(number: int) -> str:
    before = f"terraform_data.r{number - 1}.output.name" if number else '"none"'
    return f"""resource "terraform_data" "r{number}" {{
  input = {{
    name   = "service-${{local.region}}-{number}"
    after  = {before}
    size   = {number} % 3 + 1
    public = local.region == "eu"
    ports  = [80, 443]
    labels = merge(local.labels, {{ n = 1 }})
  }}
}}
""" + ('\nlocals {\n  region = "eu"\n  labels = { team = "core" }\n}\n' if number == 0 else "")


def parse(bench: Bench) -> None:
    """Parsing a directory, cold and with its files in the cache; what validating it takes as a process."""
    files = parsed_files()
    size = sum(map(len, files.values())) // 1000
    heading(f"parse {BLOCKS:,} blocks, {size} KB", ["cold", "warm"])
    sources = {name: text.encode() for name, text in files.items()}

    def cold() -> None:
        for name, source in sources.items():
            parse_native(source, name)

    def warm() -> None:
        for name, source in sources.items():
            assert cache.load(source, name) is not None, "it was stored"

    cold()
    for name, source in sources.items():
        cache.store(source, parse_native(source, name)[0])
    row("in the process, iac", [computed(cold, ROUNDS), computed(warm, ROUNDS)])
    with directory(files) as folder:
        row("validate, iac", [_validate(folder, bench, keep=False), _validate(folder, bench, keep=True)])
        if bench.terraform:
            run([bench.terraform, *TERRAFORM_INIT], folder, bench.environment)
            times = [run([bench.terraform, "validate"], folder, bench.environment).seconds for _ in range(ROUNDS)]
            row("validate, terraform", [min(times), None])


def _validate(folder: Path, bench: Bench, *, keep: bool) -> float:
    """The best time of `iac validate`, keeping what is cached of the files or not."""
    times = []
    for _ in range(ROUNDS):
        if not keep:
            shutil.rmtree(Path(bench.environment["IAC_CACHE_DIR"]) / "files", ignore_errors=True)
        times.append(run(iac("validate"), folder, bench.environment).seconds)
    return min(times)


# --- Evaluation --------------------------------------------------------------------------------------------

BODY = f"""resource "terraform_data" "r" {{
  count = {INSTANCES}
  input = {{
    name     = format("service-%05d", count.index)
    region   = upper(local.region)
    labels   = merge(local.labels, {{ index = count.index }})
    replicas = count.index % 3 + 1
    public   = count.index > 10
    image    = "shop/api:${{count.index}}"
    memory   = local.sizes.small
    ports    = [80, 443]
    tier     = local.region == "eu" ? "gold" : "silver"
    fixed    = true
  }}
}}

locals {{
  region = "eu"
  labels = {{ team = "core" }}
  sizes  = {{ small = 512 }}
}}
"""


def evaluation(bench: Bench) -> None:
    """One block with `count = 10000` whose object has ten attributes and three function calls."""
    heading(f"evaluate count = {INSTANCES:,}, ten attributes", ["time"])
    with directory({"main.tf": BODY}) as folder:
        with _opened(folder) as evaluator:
            for name, local in evaluator.config.modules[()].locals.items():
                evaluator.locals[(), name] = evaluate(local.expression, evaluator.scope(()))
            file, _ = parse_native(BODY.encode(), "main.tf")
            content, _ = file.body.content({}, {"resource": BlockHeader("type", "name")}, partial=True)
            attributes, _ = content.blocks[0].body.just_attributes()
            expression = attributes["input"].expression

            def body() -> None:
                for index in range(INSTANCES):
                    evaluate(expression, evaluator.scope((), Repetition(index)))

            row("in the process, iac", [computed(body, ROUNDS)])
        row("plan, iac", [run(iac(*PLAN), folder, bench.environment).seconds])
        terraform = bench.terraform_for(INSTANCES)
        if terraform:
            run([terraform, *TERRAFORM_INIT], folder, bench.environment)
            row("plan, terraform", [run([terraform, *PLAN], folder, bench.environment).seconds])


def for_each(bench: Bench) -> None:
    """Two resources with `for_each`, the second taking `a[each.key]`, of sizes that double."""
    heading("for_each, a[each.key]", [*(f"2 x {size:,}" for size in PAIRS), "growth"])
    _row_of_pairs("plan, iac", [_plan_pairs(iac(), size, bench, ROUNDS) for size in PAIRS])
    if bench.terraform:
        sizes = [size for size in PAIRS if bench.terraform_for(2 * size)]
        _row_of_pairs("plan, terraform", [_plan_pairs([bench.terraform], size, bench, 1) for size in sizes])


def _row_of_pairs(name: str, plans: Sequence[Measured]) -> None:
    """A row of times, with how many times more the last doubling adds to what is computed than the one before: about
    2 where cost is linear, about 4 where it is quadratic."""
    cells: list[float | str | None] = [plan.seconds for plan in plans]
    cells += [None] * (len(PAIRS) - len(plans))
    if len(plans) > 2:
        small, middle, large = (plan.computed for plan in plans[-3:])
        cells.append(f"x {(large - middle) / (middle - small):.1f}")
    row(name, cells)


def _plan_pairs(command: list[str], size: int, bench: Bench, rounds: int) -> Measured:
    text = f"""
locals {{
  keys = toset([for n in setproduct(range({size // 5}), range(5)) : format("key-%d-%d", n...)])
}}

resource "terraform_data" "a" {{
  for_each = local.keys
  input    = each.key
}}

resource "terraform_data" "b" {{
  for_each = local.keys
  input    = terraform_data.a[each.key].output
}}
"""
    with directory({"main.tf": text}) as folder:
        if command != iac():
            run([*command, *TERRAFORM_INIT], folder, bench.environment)
        measured = [run([*command, *PLAN], folder, bench.environment) for _ in range(rounds)]
    return min(measured, key=lambda one: one.computed)


# --- Functions ---------------------------------------------------------------------------------------------

NO_CALL = '"name-${i}"'
FUNCTIONS: Mapping[str, str] = {
    "base64encode": 'base64encode("name-${i}")',
    "can": "can(tonumber(i))",
    "cidrsubnet": 'cidrsubnet("10.0.0.0/8", 16, i)',
    "coalesce": 'coalesce(null, "", "name-${i}")',
    "concat": "concat([i], [1, 2], [3])",
    "contains": 'contains(["a", "b", "c"], "name-${i}")',
    "distinct": "distinct([i, i, 1, 2])",
    "element": 'element(["a", "b", "c"], i)',
    "flatten": "flatten([[i], [1, [2]]])",
    "format": 'format("%s-%03d", "name", i)',
    "join": 'join("-", ["a", "b", "${i}"])',
    "jsondecode": 'jsondecode("{\\"a\\": [${i}]}")',
    "jsonencode": "jsonencode({ a = [i], b = true })",
    "keys": "keys({ a = i, b = 2 })",
    "length": "length([i, 1, 2])",
    "lookup": 'lookup({ a = i, b = 2 }, "c", 3)',
    "lower": 'lower("NAME-${i}")',
    "max": "max(i, 5, 7)",
    "md5": 'md5("name-${i}")',
    "merge": "merge({ a = i, b = 2 }, { b = 3, c = 4 })",
    "regex": 'regex("[a-z]+-([0-9]+)", "name-${i}")',
    "replace": 'replace("name-${i}", "-", "_")',
    "sort": 'sort(["b", "a", "${i}"])',
    "split": 'split("-", "a-b-${i}")',
    "substr": 'substr("name-${i}", 1, 3)',
    "toset": "toset([i, 1, 2])",
    "try": "try(i.missing, i)",
    "upper": 'upper("name-${i}")',
    "yamldecode": 'yamldecode("a: [${i}]")',
    "yamlencode": "yamlencode({ a = [i], b = true })",
    "zipmap": 'zipmap(["a", "b"], [i, 2])',
}


def functions(bench: Bench) -> None:
    """1,000 calls of each common function, in the middle of a `for`, with what their arguments cost."""
    heading(f"functions, ms per {CALLS:,} calls", ["iac", "terraform"])
    with directory({"main.tf": ""}) as folder, _opened(folder) as evaluator:
        idle = _console("0", folder, bench)
        for name, text in {"(a template, no call)": NO_CALL, **FUNCTIONS}.items():
            calls = f"[for i in range({CALLS}) : {text}]"
            mine = computed(partial(evaluate, _parsed(calls), evaluator.scope(())), ROUNDS)
            theirs = None
            if idle is not None:
                seconds = _console(f"length([for n in range({REPEATED}) : {calls}])", folder, bench) or 0.0
                theirs = (seconds - idle) / REPEATED * 1000
            row(f"  {name}", [mine * 1000, theirs], unit="")


def _console(text: str, folder: Path, bench: Bench) -> float | None:
    """The best time of `terraform console` with an expression."""
    if bench.terraform is None:
        return None
    command = [bench.terraform, "console"]
    return min(run(command, folder, bench.environment, text).seconds for _ in range(ROUNDS))


def _parsed(text: str) -> Expression:
    expression, problems = parse_expression(text, "bench")
    assert not problems, problems
    return expression


@contextmanager
def _opened(folder: Path) -> Iterator[Evaluator]:
    """An evaluator of the configuration in a directory."""
    with Project(folder, str(folder / "iac.db"), {}) as project:
        prepared, _ = project.load()
        yield project.evaluator(prepared.config, during_plan=False, timestamp="2026-01-01T00:00:00Z")
