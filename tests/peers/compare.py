"""Compares one row of the table with what the report says of its target."""

from typing import Any

from servers.peer import Peer
from table import ANY, Look, Row


def compare(row: Row, target: dict[str, Any] | None, ports: dict[Peer, int]) -> list[str]:
    """One sentence per difference; none means that the row is right."""
    if target is None:
        return ["the report does not name the target"]
    differences = _differ("mode", row.mode, target.get("mode"))
    seen = {address["address"]: address for address in target["addresses"]}
    differences += _differ("addresses", {f"127.0.0.1:{ports[peer]}" for peer, _ in row.looks}, set(seen))
    for peer, look in row.looks:
        address = seen.get(f"127.0.0.1:{ports[peer]}")
        if address is not None:
            differences += _compare_address(peer, look, address)
    return differences + _compare_findings(row, target)


def compare_gate(expected: str, gate: dict[str, Any] | None) -> list[str]:
    if gate is None:
        return ["the report does not name the gate"]
    blockers = [f"blocker: {blocker['target']} {blocker['reason']}: {blocker['detail']}"
                for blocker in gate["blockers"]]
    difference = _differ("status", expected, gate["status"])
    return difference + blockers if difference else []


def _compare_address(peer: Peer, look: Look, address: dict[str, Any]) -> list[str]:
    place = address["address"]
    differences = _differ(f"{place} mode", look.mode, address.get("mode"))
    differences += _differ(f"{place} client_certificates_verified", look.verified,
                           address.get("client_certificates_verified", "no such field"))
    differences += _differ(f"{place} enforced_by", look.enforced_by, address.get("enforced_by", "no such field"))
    differences += _differ(f"{place} tls versions", list(peer.versions),
                           sorted(tls["version"] for tls in address["tls"]))
    for tls in address["tls"]:
        version = tls["version"]
        mode = look.modes.get(version, look.mode)
        asked = None if mode == "none" else look.authorities
        differences += _differ(f"{place} {version} mode", mode, tls.get("mode"))
        differences += _differ(f"{place} {version} authorities", asked, _authorities(tls))
    return differences


def _authorities(tls: dict[str, Any]) -> frozenset[str] | None:
    """The names as a set, since some servers shuffle them; None without a CertificateRequest."""
    request = tls.get("certificate_request")
    return None if request is None else frozenset(request["authorities"])


def _compare_findings(row: Row, target: dict[str, Any]) -> list[str]:
    if target["findings"] is None:  # the reference client makes none
        return []
    findings = list(target["findings"])
    for address in target["addresses"]:
        findings += address["findings"]
    reasons = {finding["reason"] for finding in findings}
    missing = row.findings - reasons
    unexpected = [finding for finding in findings
                  if finding["severity"] != "info" and finding["reason"] not in row.findings | row.tolerated]
    return [f"finding {reason} expected, not seen" for reason in sorted(missing)] + [
        f"finding not expected: {finding['severity']} {finding['reason']}: {finding['detail']}"
        for finding in unexpected]


def _differ(what: str, expected: Any, seen: Any) -> list[str]:
    if expected == ANY or expected == seen:
        return []
    return [f"{what} expected {_show(expected)}, saw {_show(seen)}"]


def _show(value: Any) -> str:
    if isinstance(value, (set, frozenset)):
        names = sorted(value)
        shown = "; ".join(names[:4]) + (f"; … {len(names)} in all" if len(names) > 4 else "")
        return "{" + shown + "}"
    return str(value)
