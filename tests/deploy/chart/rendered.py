"""What the tests ask of the objects of a chart."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tests.deploy.chart.helm import Manifest

STAGES = ("ingestion", "tagging", "match", "decide", "notify", "api")
STAGE_LABEL = "app.kubernetes.io/component"

Labels = dict[str, str]


@dataclass(frozen=True)
class Pod:
    """A pod that the chart would make, and what makes it."""

    owner: Manifest
    labels: Labels
    spec: Manifest

    @property
    def stage(self) -> str:
        return self.labels[STAGE_LABEL]

    @property
    def container(self) -> Manifest:
        [container] = self.spec["containers"]
        assert isinstance(container, dict)
        return container

    @property
    def env(self) -> dict[str, str | None]:
        """Each variable and what stands there; None where it comes from elsewhere."""
        return {variable["name"]: variable.get("value") for variable in self.container.get("env", [])}


@dataclass(frozen=True)
class Rendered:
    """The objects of one rendering."""

    name: str
    manifests: list[Manifest]

    def of(self, *kinds: str) -> list[Manifest]:
        return [manifest for manifest in self.manifests if manifest["kind"] in kinds]

    def named(self, kind: str, name: str) -> Manifest:
        [manifest] = [manifest for manifest in self.of(kind) if manifest["metadata"]["name"] == name]
        return manifest

    def pods(self) -> list[Pod]:
        pods = []
        for manifest in self.of("Deployment", "StatefulSet", "Job"):
            template = manifest["spec"]["template"]
            pods.append(Pod(manifest, template["metadata"]["labels"], template["spec"]))
        pods += [Pod(manifest, manifest["metadata"]["labels"], manifest["spec"]) for manifest in self.of("Pod")]
        return pods

    def processes(self) -> dict[str, Pod]:
        return {pod.stage: pod for pod in self.pods() if pod.stage in STAGES}


def selects(selector: Labels, labels: Labels) -> bool:
    return selector.items() <= labels.items()


def texts(value: Any) -> Iterator[str]:
    """Every text in an object, however deep."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from texts(each)
