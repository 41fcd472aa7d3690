"""The design, checked: sizes, skeletons, the example of settings, what the tree may not hold."""

import ast
import importlib
import re
import subprocess
from fnmatch import fnmatch
from pathlib import Path

import pytest

from common.settings import Settings

ROOT = Path(__file__).parents[2]
SERVICES = ["main_api", "country_api", "payments_webhook", "notify_service", "tg_bot"]
MAX_LINES = 250


def names() -> list[str]:
    """Of all files that are the project's; without git (an unpacked archive), of all but hidden."""
    if not (ROOT / ".git").exists():
        found = [path.relative_to(ROOT) for path in ROOT.rglob("*")]
        return [str(it) for it in found if not any(part.startswith(".") for part in it.parts)]
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],  # noqa: S607
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return listed.stdout.split("\0")


def tracked(*patterns: str) -> list[Path]:
    wanted = [name for name in names() if any(fnmatch(name, it) for it in patterns or ("*",))]
    return [ROOT / name for name in wanted if (ROOT / name).is_file()]


def sources() -> list[Path]:
    return [path for path in tracked("*.py") if not path.name.endswith("_pb2.py")]


def test_no_source_file_is_longer_than_can_be_read_at_once() -> None:
    lengths = {p.relative_to(ROOT): len(p.read_text().splitlines()) for p in sources()}

    assert lengths
    assert {name: n for name, n in lengths.items() if n > MAX_LINES} == {}


def test_every_module_says_what_it_is_for() -> None:
    silent = [
        str(path.relative_to(ROOT))
        for path in sources()
        if path.read_text().strip() and not re.match(r'(#.*\n)*r?"""\S', path.read_text())
    ]

    assert [name for name in silent if not name.startswith("tests/")] == []


@pytest.mark.parametrize("service", SERVICES)
def test_every_service_has_the_same_skeleton(service: str) -> None:
    entry = "__main__.py" if service == "tg_bot" else "wsgi.py"
    wanted = {entry, "settings.py", "deps.py"}
    if service != "tg_bot":
        wanted.add("app.py")

    assert wanted - {path.name for path in (ROOT / service).iterdir()} == set()


def views(source: str) -> dict[str, set[str]]:
    """Each function that a blueprint or app routes to, and the names of its other decorators."""
    found = {}
    for function in ast.walk(ast.parse(source)):
        if isinstance(function, ast.FunctionDef):
            calls = [d.func if isinstance(d, ast.Call) else d for d in function.decorator_list]
            routed = {f.attr for f in calls if isinstance(f, ast.Attribute)}
            if routed & {"get", "post", "put", "patch", "delete", "route"}:
                found[function.name] = {f.id for f in calls if isinstance(f, ast.Name)}
    return found


def test_every_view_says_who_may_call_it() -> None:
    marks = {"callers", "public", "loopback_only"}
    found = {
        f"{path.relative_to(ROOT)}:{name}": decorators
        for path in tracked(*(f"{service}/*.py" for service in SERVICES))
        for name, decorators in views(path.read_text()).items()
    }

    assert len(found) > 40
    assert [name for name, decorators in found.items() if not decorators & marks] == []


def settings_of(service: str) -> set[str]:
    module = importlib.import_module(f"{service}.settings")
    kinds = [
        value
        for value in vars(module).values()
        if isinstance(value, type) and issubclass(value, Settings) and value is not Settings
    ]
    return {field.upper() for kind in kinds for field in kind.model_fields}


def test_the_example_of_settings_names_every_variable_with_a_comment_and_no_other() -> None:
    lines = (ROOT / ".env.example").read_text().splitlines()
    named = {m.group(1) for line in lines if (m := re.match(r"#?\s?([A-Z][A-Z0-9_]+)=", line))}
    wanted = {"BIND", "THREADS", "WORKERS", "TLS_CERTIFICATE", "TLS_KEY"}.union(
        *(settings_of(service) for service in SERVICES)
    )

    assert (wanted - named, named - wanted) == (set(), set())


def test_nothing_in_the_tree_names_a_path_of_one_machine() -> None:
    foreign = re.compile(r"(?<![\w.-])/(?:work|farm|root)/")
    found = [
        str(path.relative_to(ROOT))
        for path in tracked()
        if path.suffix not in (".png", ".pyc", ".mo")
        and path != Path(__file__)
        and foreign.search(path.read_text(errors="ignore"))
    ]

    assert found == []
