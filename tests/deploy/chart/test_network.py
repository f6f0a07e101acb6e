"""Who reaches whom, by the network policies as a cluster reads them."""

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.backbone.addresses import AddressForbidden, check_address
from tests.deploy.chart.helm import Manifest
from tests.deploy.chart.rendered import STAGES, Labels, Rendered, selects

OUTWARD = {"ingestion", "notify"}
NAMESPACE = "kubernetes.io/metadata.name"


@dataclass(frozen=True)
class Peer:
    """The other end of a connection: an address, and a pod's labels where it is in the cluster."""

    address: str
    namespace: str = ""
    labels: tuple[tuple[str, str], ...] = ()

    def is_met(self, rule: Manifest) -> bool:
        if block := rule.get("ipBlock"):
            address = ip_address(self.address)
            inside = address in ip_network(block["cidr"])
            return inside and not any(address in ip_network(each) for each in block.get("except", []))
        spaces, pods = rule.get("namespaceSelector"), rule.get("podSelector", {})
        is_there = self.namespace and (
            selects(spaces.get("matchLabels", {}), {NAMESPACE: self.namespace})
            if spaces is not None
            else self.namespace == "desk"
        )
        return bool(is_there) and selects(pods.get("matchLabels", {}), dict(self.labels))


def reaches(policies: list[Manifest], labels: Labels, peer: Peer, port: int, to: bool = True) -> bool:
    """Whether the policies let a pod connect to a peer (or a peer to it)."""
    kind, peers, section = ("Egress", "to", "egress") if to else ("Ingress", "from", "ingress")
    mine = [
        policy["spec"]
        for policy in policies
        if selects(policy["spec"]["podSelector"]["matchLabels"], labels) and kind in policy["spec"]["policyTypes"]
    ]
    if not mine:
        return True
    rules = [rule for spec in mine for rule in spec.get(section, [])]
    return any(
        (not rule.get("ports") or port in [each["port"] for each in rule["ports"] if each["protocol"] == "TCP"])
        and (not rule.get(peers) or any(peer.is_met(each) for each in rule[peers]))
        for rule in rules
    )


def who_reaches(rendered: Rendered, peer: Peer, port: int, to: bool = True) -> set[str]:
    policies = rendered.of("NetworkPolicy")
    return {pod.stage for pod in rendered.pods() if reaches(policies, pod.labels, peer, port, to)}


def test_all_reach_kafka_and_names_and_what_is_opened_for_all(ministry: Rendered) -> None:
    everyone = {*STAGES, "provision", "doctor"}
    assert who_reaches(ministry, Peer("10.20.0.7"), 9093) == everyone
    assert who_reaches(ministry, Peer("10.20.0.7"), 9094) == everyone
    names = Peer("10.96.0.10", "kube-system", (("k8s-app", "kube-dns"),))
    assert who_reaches(ministry, names, 53) == everyone
    assert who_reaches(ministry, Peer("10.1.2.3", "observability"), 4318) == everyone
    assert who_reaches(ministry, Peer("10.20.0.7"), 22) == set()
    assert who_reaches(ministry, Peer("10.21.0.7"), 9093) == set()


def test_only_ingestion_and_notify_reach_the_world(rendered: Rendered) -> None:
    for address in ("93.184.215.14", "2606:2800:21f::1"):
        assert who_reaches(rendered, Peer(address), 443) == OUTWARD


@pytest.mark.parametrize(
    "address",
    ["10.0.0.1", "172.16.5.4", "192.168.1.1", "100.64.0.1", "127.0.0.1", "169.254.169.254", "168.63.129.16",
     "::1", "fd00:ec2::254", "fe80::1", "64:ff9b::a00:1"],
)  # fmt: skip
def test_nobody_reaches_what_is_private(ministry: Rendered, address: str) -> None:
    assert who_reaches(ministry, Peer(address), 443) == set()


@settings(deadline=None)
@given(st.one_of(st.ip_addresses(v=4), st.ip_addresses(v=6, network="2000::/3")))
def test_the_policy_closes_nothing_that_the_fetcher_calls_public(
    all_manifests: dict[str, list[Manifest]], address: IPv4Address | IPv6Address
) -> None:
    try:
        check_address(address)
    except AddressForbidden:
        return
    small = Rendered("small", all_manifests["small"])
    assert reaches(small.of("NetworkPolicy"), small.processes()["ingestion"].labels, Peer(str(address)), 443)


def test_a_range_that_the_installation_calls_private_is_closed(ministry: Rendered) -> None:
    assert who_reaches(ministry, Peer("203.0.113.9"), 443) == set()


def test_what_is_opened_for_notify_is_open_for_it_alone(ministry: Rendered) -> None:
    assert who_reaches(ministry, Peer("10.30.0.25"), 587) == {"notify"}


def test_the_api_and_the_push_endpoint_are_open_to_their_ingress_and_metrics_to_prometheus(ministry: Rendered) -> None:
    processes = set(STAGES)

    def into(namespace: str, port: int, **labels: str) -> set[str]:
        peer = Peer("10.1.2.3", namespace, tuple((name.replace("__", "/"), value) for name, value in labels.items()))
        return who_reaches(ministry, peer, port, to=False) & processes

    assert into("ingress-internal", 8070) == {"api"}
    assert into("ingress-public", 8090) == {"ingestion"}
    assert into("ingress-public", 8070) == into("ingress-internal", 8090) == set()
    assert into("monitoring", 8080, **{"app.kubernetes.io__name": "prometheus"}) == processes
    assert into("monitoring", 8080) == into("elsewhere", 8080) == into("desk", 8070) == set()


def test_a_broker_without_a_place_is_reached_by_its_port_alone(newsroom: Rendered) -> None:
    policies = newsroom.of("NetworkPolicy")
    match = newsroom.processes()["match"].labels
    assert reaches(policies, match, Peer("52.1.2.3"), 9096)
    assert not reaches(policies, match, Peer("52.1.2.3"), 443)
