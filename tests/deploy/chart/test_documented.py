"""What docs/kubernetes.md writes out is what the chart takes; what docs/scaling.md adds up is what it asks for."""

import re
from pathlib import Path

import pytest

from tests.deploy.chart.conftest import values
from tests.deploy.chart.helm import CHART, Refused, render
from tests.deploy.chart.rendered import Rendered

DOCS = CHART.parents[2] / "docs"
BLOCKS = re.findall(
    r"^```yaml\n(.*?)^```", (DOCS / "kubernetes.md").read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
)
UNITS = {"m": 0.001, "Mi": 2.0**20, "Gi": 2.0**30}


def written(text: str, folder: Path) -> Path:
    path = folder / "my-values.yaml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block.split(":")[0])
def test_each_block_of_values_is_taken(block: str, tmp_path: Path) -> None:
    mine = written(block, tmp_path)
    assert render(values("small"), mine) != render(values("small"))


def test_the_first_block_alone_installs(tmp_path: Path) -> None:
    first = written(BLOCKS[0], tmp_path)
    assert {each["kind"] for each in render(first)} >= {"Deployment", "Service", "Job", "NetworkPolicy"}
    with pytest.raises(Refused):
        render()


def test_openshift_gives_the_users_itself() -> None:
    unset = {"runAsUser": None, "runAsGroup": None, "fsGroup": None}
    for manifest in render(values("small"), podSecurityContext=unset):
        if manifest["kind"] == "Deployment":
            context = manifest["spec"]["template"]["spec"]["securityContext"]
            assert (context["runAsNonRoot"], set(unset) & context.keys()) == (True, set())


def number(quantity: str) -> float:
    """A quantity of Kubernetes: 200m, 512Mi, 1."""
    [(digits, unit)] = re.findall(r"^([0-9.]+)([A-Za-z]*)$", quantity)
    return float(digits) * UNITS.get(unit, 1.0)


def asked_for(rendered: Rendered) -> list[tuple[float, ...]]:
    """Cores, GiB, GiB at most and pods, with the fewest and the most replicas."""
    sums = []
    for bound in ("min", "max"):
        scaled = {
            each["spec"]["scaleTargetRef"]["name"]: each["spec"].get(f"{bound}Replicas")
            or each["spec"][f"{bound}ReplicaCount"]
            for each in rendered.of("HorizontalPodAutoscaler", "ScaledObject")
        }
        rows = []
        for pod in rendered.processes().values():
            count = scaled.get(pod.owner["metadata"]["name"]) or pod.owner["spec"]["replicas"]
            asked, most = pod.container["resources"]["requests"], pod.container["resources"]["limits"]
            of_one = (number(asked["cpu"]), number(asked["memory"]) / 2**30, number(most["memory"]) / 2**30, 1.0)
            rows.append([count * each for each in of_one])
        sums.append(tuple(sum(column) for column in zip(*rows, strict=True)))
    return sums


def test_the_page_on_scaling_adds_up_what_the_sets_ask_for(rendered: Rendered) -> None:
    page = (DOCS / "scaling.md").read_text(encoding="utf-8")
    [row] = re.findall(rf"^\| {rendered.name} \| (.*) \|$", page, re.MULTILINE)
    told = [[float(part) for part in cell.split(" to ")] for cell in row.split(" | ")]
    fewest, most = asked_for(rendered)
    for cell, low, high in zip(told, fewest, most, strict=True):
        assert (cell[0], cell[-1]) == pytest.approx((low, high), abs=0.051)
