"""The guard for provider addresses: which URLs and which IP addresses the platform may talk to.

Link-local and cloud metadata addresses are refused always: they hand out the machine's own credentials.
Private and loopback ranges are where self-hosted models live (vLLM on the LAN), so they are open by default;
a platform that lets strangers name addresses closes them with ALLOW_PRIVATE_UPSTREAMS=False.

Pure: no Django, no network. Whoever connects checks the resolved address too, with `refused_ip`: a name that
looks harmless may resolve to anything.
"""

import ipaddress
import socket
from urllib.parse import urlsplit

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address

# Metadata services outside the link-local range.
METADATA = {
    ipaddress.ip_address("100.100.100.200"),  # Alibaba Cloud
    ipaddress.ip_address("168.63.129.16"),  # Azure's wire server
    ipaddress.ip_address("192.0.0.192"),  # Oracle Cloud
    ipaddress.ip_address("fd00:ec2::254"),  # AWS over IPv6
    ipaddress.ip_address("fd20:ce::254"),  # Google Cloud over IPv6
}
METADATA_NAMES = {"metadata", "metadata.google.internal", "metadata.goog", "instance-data.ec2.internal"}
NAT64 = ipaddress.ip_network("64:ff9b::/96")
SHARED = ipaddress.ip_network("100.64.0.0/10")  # carrier-grade NAT; also VPNs such as Tailscale


def refused_url(url: str, *, allow_private: bool) -> str | None:
    """Why this provider address is refused; None if it is fine as far as can be told without resolving it."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return "This is no valid address."
    if parts.scheme not in ("http", "https") or not host:
        return "An address begins with http:// or https:// and names a host."
    if parts.username is not None or parts.password is not None:
        return "Give secrets as API keys, not inside the address."
    if parts.query or parts.fragment or any(char.isspace() or not char.isprintable() for char in url):
        return "An address has no query, fragment or spaces."
    return refused_host(host, allow_private=allow_private)


def refused_host(host: str, *, allow_private: bool) -> str | None:
    """The same for a host name or a literal IP address in any notation."""
    name = host.rstrip(".").lower()
    if name in METADATA_NAMES:
        return "Metadata services are not providers."
    if (ip := _literal(name)) is not None:
        return refused_ip(ip, allow_private=allow_private)
    if not allow_private and (name == "localhost" or name.endswith(".localhost")):
        return "This platform does not talk to private addresses."
    return None


def refused_ip(ip: IPAddress, *, allow_private: bool) -> str | None:
    """The same for an address that a name resolved to."""
    ip = _unwrapped(ip)
    if ip.is_link_local or ip in METADATA:
        return "Link-local and metadata addresses are not providers."
    if ip.is_multicast or ip.is_unspecified:
        return "This address names no single host."
    if not allow_private and (not ip.is_global or ip in SHARED):
        return "This platform does not talk to private addresses."
    return None


def _literal(host: str) -> IPAddress | None:
    """An IP address as resolvers understand it: 127.1, 0x7f000001 and 2130706433 are addresses too."""
    try:
        return ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        pass
    try:
        return ipaddress.IPv4Address(socket.inet_aton(host))
    except (OSError, UnicodeEncodeError):
        return None


def _unwrapped(ip: IPAddress) -> IPAddress:
    """The IPv4 address inside an IPv6 one, where there is one."""
    if isinstance(ip, ipaddress.IPv4Address):
        return ip
    if ip in NAT64:
        return ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
    return ip.ipv4_mapped or ip.sixtofour or ip
