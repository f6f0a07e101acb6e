"""What a reviewer would have to watch, watched by a machine."""

import ast
import inspect
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import FunctionType

ROOT = Path(__file__).resolve().parents[2]


def module_name(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


PATHS = {module_name(path): path for part in ("schemas", "services") for path in sorted((ROOT / part).rglob("*.py"))}
TREES = {module: ast.parse(path.read_text(encoding="utf-8")) for module, path in PATHS.items()}

CLIENTS = {
    *("aiokafka", "aiosmtplib", "apprise", "confluent_kafka", "fastapi", "faust", "httpx", "requests"),
    *("sqlite3", "starlette", "uvicorn"),
}
EDGES = {
    *("services.backbone", "services.broker", "services.cli"),
    *("services.ingestion.app", "services.ingestion.shares", "services.ingestion.poll", "services.ingestion.full_text"),
    *("services.ingestion.canary.publishing", "services.ingestion.publish"),
    *("services.ingestion.turn", "services.ingestion.visit"),
    *("services.ingestion.fetching", "services.ingestion.receiving", "services.ingestion.rechecking"),
    *(
        "services.tagging.app",
        "services.alerting.api",
        "services.alerting.app",
        "services.alerting.canary.absence",
        "services.alerting.canary.channel",
        "services.alerting.handling.follower",
        "services.alerting.match.first_pass",
        "services.alerting.notify.channel_loop",
        "services.alerting.notify.channels",
        "services.alerting.notify.intake",
        "services.alerting.notify.outcomes",
        "services.alerting.notify.read_back",
        "services.alerting.notify.trouble",
        "services.alerting.routing.loop",
        "services.alerting.routing.tail",
    ),
}
"""Who may hold a client of a broker or of HTTP. All else takes values and returns values."""
CLOCKS = EDGES | {
    "services.alerting.decide.decider",
    "services.alerting.routing.router",
}
"""Who may ask for the time: `router` says when it decided, `decider` how old an article is."""

MOST_LINES = 300


def within(module: str, places: set[str]) -> bool:
    return any(f"{module}.".startswith(f"{place}.") for place in places)


def test_imports_point_one_way() -> None:
    lint_imports = Path(sys.executable).with_name("lint-imports")
    told = subprocess.run([lint_imports, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stdout
    assert "0 broken" in told.stdout


def test_a_module_is_named_for_what_it_holds_and_is_read_in_one_go() -> None:
    vague = {"utils", "util", "common", "helpers", "helper", "manager", "misc"}
    assert [module for module in PATHS if vague & set(module.split("."))] == []
    lines = {module: len(path.read_text(encoding="utf-8").splitlines()) for module, path in PATHS.items()}
    assert {module: count for module, count in lines.items() if count > MOST_LINES} == {}


def test_only_the_edges_hold_a_client_or_ask_for_the_time() -> None:
    clocks = {"now", "utcnow", "today", "monotonic", "perf_counter", "sleep"}
    inner = {module: tree for module, tree in TREES.items() if not within(module, EDGES)}
    assert len(inner) > 40
    assert [module for module, tree in inner.items() if CLIENTS & set(imported(tree))] == []
    timeless = {module: tree for module, tree in inner.items() if not within(module, CLOCKS)}
    assert [module for module, tree in timeless.items() if clocks & set(called(tree))] == []


def test_nothing_prints_past_the_log_and_the_command_line() -> None:
    assert [module for module, tree in TREES.items() if "print" in called(tree, whole=True)] == []


def test_what_is_public_says_what_it_is() -> None:
    """A property's name and type may say it; a method may do what its base says."""
    silent = [module for module, tree in TREES.items() if tree.body and not ast.get_docstring(tree)]
    silent += [f"{module}.{name}" for module in TREES for name in undocumented(module)]
    assert silent == []


def imported(tree: ast.Module) -> Iterator[str]:
    """The packages that a module imports, wherever in it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield (node.module or "").split(".")[0]


def called(tree: ast.Module, whole: bool = False) -> Iterator[str]:
    """What a module calls: the last word of it, or the whole."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = ast.unparse(node.func)
            yield name if whole else name.split(".")[-1]


def undocumented(module: str) -> Iterator[str]:
    """The public classes, functions and methods that a module defines and says nothing of."""
    for node in TREES[module].body:
        if not isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) or node.name.startswith("_"):
            continue
        if not ast.get_docstring(node):
            yield node.name
        if isinstance(node, ast.ClassDef):
            of = getattr(import_module(module), node.name)
            methods = {name for name, thing in vars(of).items() if isinstance(thing, FunctionType | classmethod)}
            silent = {name for name in methods if not name.startswith("_") and not inspect.getdoc(getattr(of, name))}
            yield from sorted(f"{node.name}.{name}" for name in silent)
