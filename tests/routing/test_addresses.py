"""The guard for provider addresses."""

from ipaddress import ip_address

import pytest

from routing.addresses import refused_host, refused_ip, refused_url

PUBLIC = ["https://api.openai.com/v1", "http://93.184.215.14:8080/v1", "https://[2606:4700::1111]/v1"]
PRIVATE = [
    "http://10.0.0.7:8000/v1", "http://192.168.1.5/v1", "http://172.16.0.1", "http://127.0.0.1:8080/v1",
    "http://localhost:11434/v1", "http://vllm.localhost/v1", "http://[::1]/v1", "http://[fd12::1]/v1",
    "http://100.64.0.1/v1", "http://[::ffff:10.0.0.1]/v1",
]  # fmt: skip
NEVER = [
    "http://169.254.169.254/latest", "http://169.254.1.1", "http://[fe80::1]/v1", "http://[fe80::1%25eth0]/v1",
    "http://metadata.google.internal/", "http://METADATA.google.internal./", "http://100.100.100.200",
    "http://168.63.129.16", "http://192.0.0.192", "http://[fd00:ec2::254]", "http://[fd20:ce::254]",
    # The same in other notations.
    "http://2852039166/", "http://0xa9fea9fe/", "http://0251.0376.0251.0376/", "http://169.16689662/",
    "http://[::ffff:169.254.169.254]/", "http://[64:ff9b::169.254.169.254]/", "http://[2002:a9fe:a9fe::]/",
    # No single host.
    "http://0.0.0.0", "http://[::]", "http://224.0.0.1", "http://[ff02::1]",
]  # fmt: skip
MALFORMED = [
    "", "api.openai.com/v1", "ftp://host/v1", "file:///etc/passwd", "https://", "https:///v1", "javascript:alert(1)",
    "https://user:pass@host/v1", "https://user@host/v1", "https://@host/v1", "https://host/v1?key=1",
    "https://host/v1#x", "https://ho st/v1", "https://host/v1\r\nX: y", "https://host:99999/v1", "https://[::1/v1",
]  # fmt: skip


@pytest.mark.parametrize("url", PUBLIC)
@pytest.mark.parametrize("allow_private", [True, False])
def test_public_addresses_are_fine(url: str, allow_private: bool) -> None:
    assert refused_url(url, allow_private=allow_private) is None


@pytest.mark.parametrize("url", PRIVATE)
def test_private_addresses_are_the_operators_choice(url: str) -> None:  # B16
    assert refused_url(url, allow_private=True) is None
    assert refused_url(url, allow_private=False)


@pytest.mark.parametrize("url", NEVER + MALFORMED)
def test_these_are_never_addresses_of_a_provider(url: str) -> None:  # B16
    assert refused_url(url, allow_private=True)


@pytest.mark.parametrize("ip", ["169.254.169.254", "::ffff:169.254.169.254", "fe80::1%eth0", "fd00:ec2::254"])
def test_what_a_name_resolved_to_is_judged_too(ip: str) -> None:  # B16
    assert refused_ip(ip_address(ip), allow_private=True)


def test_a_host_alone_is_judged_as_in_an_address() -> None:
    assert refused_host("metadata.google.internal", allow_private=True)
    assert refused_host("vllm.internal", allow_private=True) is None
