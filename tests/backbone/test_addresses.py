"""Which addresses, ports and spellings of a host may be asked."""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.backbone.addresses import LOOPBACK, AddressForbidden, check_address, check_port, literal, to_try

PUBLIC = ["1.1.1.1", "93.184.216.34", "100.63.255.255", "172.15.0.1", "172.32.0.1", "198.17.0.1", "223.255.255.254"]
PUBLIC_6 = ["2606:4700::1111", "2a00:1450:4001::5", "2001:4860:4860::8888", "64:ff9b::101:101", "::ffff:1.1.1.1"]


@pytest.mark.parametrize("address", PUBLIC + PUBLIC_6)
def test_a_public_address_passes(address: str) -> None:
    check_address(ip_address(address))


@pytest.mark.parametrize(
    "address",
    [
        *("0.0.0.0", "0.1.2.3", "127.0.0.1", "127.255.255.254", "10.0.0.1", "172.16.0.1", "172.31.255.255"),  # noqa: S104
        *("192.168.1.1", "169.254.169.254", "168.63.129.16", "100.64.0.1", "100.127.255.255", "100.100.100.200"),
        *("198.18.0.1", "198.19.255.255", "192.0.0.192", "192.0.2.1", "198.51.100.1", "203.0.113.1", "192.88.99.1"),
        *("224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255"),
        *("::", "::1", "::127.0.0.1", "::8.8.8.8", "fc00::1", "fd00:ec2::254", "fe80::1", "fe80::1%eth0", "fec0::1"),
        *("ff02::1", "2001:db8::1", "3fff::1", "100::1", "5f00::1", "4000::1", "2001:2::1", "2001:20::1"),
        *("::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:0.0.0.0", "64:ff9b::7f00:1", "64:ff9b::10.0.0.1"),
        *("64:ff9b:1::101:101", "2002:7f00:1::", "2002:101:101::", "2001:0:4136:e378:8000:63bf:3fff:fdd2"),
    ],
)
def test_an_address_for_a_special_purpose_is_refused_and_says_what_would_permit_it(address: str) -> None:
    with pytest.raises(AddressForbidden, match="no public address but") as refused:
        check_address(ip_address(address))

    assert refused.value.permit is not None
    check_address(ip_address(address), (ip_network(refused.value.permit),))


@given(st.ip_addresses(v=4))
def test_a_carried_address_is_judged_like_the_address_itself(address: IPv4Address) -> None:
    forms = [address, ip_address(f"::ffff:{address}"), IPv6Address(int(IPv6Address("64:ff9b::")) + int(address))]
    assert len({_passes(form) for form in forms}) == 1


@given(st.ip_addresses())
def test_what_the_standard_library_calls_special_never_passes(address: IPv4Address | IPv6Address) -> None:
    if _passes(address):
        mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
        judged = mapped or address
        assert judged.is_global
        assert not judged.is_multicast


def _passes(address: IPv4Address | IPv6Address) -> bool:
    try:
        check_address(address)
    except AddressForbidden:
        return False
    return True


def test_a_permission_reaches_as_far_as_its_network() -> None:
    office = (ip_network("10.1.0.0/16"), ip_network("fd00:1::/32"))
    check_address(ip_address("10.1.2.3"), office)
    check_address(ip_address("::ffff:10.1.2.3"), office)
    check_address(ip_address("fd00:1::5"), office)
    for outside in ("10.2.0.1", "127.0.0.1", "fd00:2::5"):
        with pytest.raises(AddressForbidden):
            check_address(ip_address(outside), office)


@pytest.mark.parametrize(
    "host",
    [
        *("0x7f000001", "0X7F.1", "2130706433", "127.1", "127.0.1", "0177.0.0.1", "127.0.0.01", "00000177.1", "1"),
        *(
            "256.1.1.1",
            "1.2.3.4.5",
            "evil.127",
            "evil.0x7f",
            "127.0.0.1.2",
            "0x",
            "0x7f.0.0.1.",
            "::1::",
            "::g",
        ),
    ],
)
def test_a_number_in_disguise_is_refused(host: str) -> None:
    with pytest.raises(AddressForbidden):
        literal(host)


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("127.0.0.1", "127.0.0.1"),
        ("127.0.0.1.", "127.0.0.1"),
        ("::1", "::1"),
        ("[::ffff:7f00:1]", "::ffff:127.0.0.1"),
        ("news.example", None),
        ("localhost.", None),
        ("1.news.example", None),
        ("127.0.0.1.nip.example", None),
        ("0x7f.news", None),
        ("xn--mgba3a4f16a", None),
    ],
)
def test_a_host_is_an_address_or_a_name(host: str, address: str | None) -> None:
    assert literal(host) == (ip_address(address) if address else None)


def test_of_a_name_only_what_may_be_reached_is_tried_both_families_in_turn() -> None:
    found = ["127.0.0.1", "1.1.1.1", "1.0.0.1", "::1", "2606:4700::1", "1.1.1.1"]
    assert [str(one) for one in to_try(map(ip_address, found), (), "news.example")] == [
        "2606:4700::1",
        "1.1.1.1",
        "1.0.0.1",
    ]
    assert [str(one) for one in to_try(map(ip_address, found[:1]), LOOPBACK, "news.example")] == ["127.0.0.1"]
    with pytest.raises(AddressForbidden, match=r"news\.example \(127\.0\.0\.1\)"):
        to_try(map(ip_address, ["127.0.0.1", "::1"]), (), "news.example")


@pytest.mark.parametrize("port", [80, 443, 1024, 8080, 8443, 65535])
def test_a_port_of_the_web_passes(port: int) -> None:
    check_port(port)


@pytest.mark.parametrize("port", [0, 1, 22, 25, 81, 1023, 3306, 5432, 6379, 6667, 9092, 9200, 11211, 27017])
def test_a_port_of_another_service_is_refused(port: int) -> None:
    with pytest.raises(AddressForbidden):
        check_port(port)
