from pathlib import Path

import pytest

from tests.deploy.chart.helm import CHART, Manifest, render
from tests.deploy.chart.rendered import Rendered

SETS = ("small", "newsroom", "ministry")
BUILD_SECONDS = 900


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The first of these tests may have to build Helm."""
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here):
            item.add_marker(pytest.mark.timeout(BUILD_SECONDS))


def values(name: str) -> Path:
    return CHART / "ci" / f"{name}-values.yaml"


@pytest.fixture(scope="session")
def all_manifests() -> dict[str, list[Manifest]]:
    return {name: render(values(name)) for name in SETS}


@pytest.fixture(params=SETS)
def rendered(request: pytest.FixtureRequest, all_manifests: dict[str, list[Manifest]]) -> Rendered:
    """The objects of one set of values after the other."""
    return Rendered(request.param, all_manifests[request.param])


@pytest.fixture
def small(all_manifests: dict[str, list[Manifest]]) -> Rendered:
    return Rendered("small", all_manifests["small"])


@pytest.fixture
def newsroom(all_manifests: dict[str, list[Manifest]]) -> Rendered:
    return Rendered("newsroom", all_manifests["newsroom"])


@pytest.fixture
def ministry(all_manifests: dict[str, list[Manifest]]) -> Rendered:
    return Rendered("ministry", all_manifests["ministry"])
