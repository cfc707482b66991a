"""The Pod Security Standard `restricted` as a table: what Kubernetes' own admission would refuse of a pod.

From https://kubernetes.io/docs/concepts/security/pod-security-standards/, the profiles Baseline and Restricted of
Kubernetes 1.34, for Linux.
"""

from typing import Any, Callable, Iterator

Fields = dict[str, Any]
Rule = tuple[str, Callable[[Fields], bool]]

VOLUMES = {"configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim", "projected", "secret"}
SECCOMP = {"RuntimeDefault", "Localhost"}
APP_ARMOR = {"RuntimeDefault", "Localhost"}
SYSCTLS = {"kernel.shm_rmid_forced", "net.ipv4.ip_local_port_range", "net.ipv4.ip_unprivileged_port_start",
           "net.ipv4.tcp_syncookies", "net.ipv4.ping_group_range", "net.ipv4.ip_local_reserved_ports",
           "net.ipv4.tcp_keepalive_time", "net.ipv4.tcp_fin_timeout", "net.ipv4.tcp_keepalive_intvl",
           "net.ipv4.tcp_keepalive_probes"}


def _context(fields: Fields) -> Fields:
    return fields.get("securityContext") or {}


def _capabilities(container: Fields, which: str) -> set[str]:
    return set((_context(container).get("capabilities") or {}).get(which, []))


def _inherits(key: str, is_good: Callable[[Any], bool]) -> Callable[[Fields], bool]:
    """Of a container that was merged with its pod: see merged()."""
    return lambda container: is_good(_context(container).get(key))


def _has_no_host(container: Fields) -> bool:
    hooks = [container.get(name) or {} for name in ("livenessProbe", "readinessProbe", "startupProbe")]
    hooks += (container.get("lifecycle") or {}).values()
    return not any((hook.get(action) or {}).get("host") for hook in hooks for action in ("httpGet", "tcpSocket"))


POD_RULES: list[Rule] = [
    ("host namespaces", lambda pod: not any(pod.get(key) for key in ("hostNetwork", "hostPID", "hostIPC"))),
    ("volume types", lambda pod: all(set(volume) - {"name"} <= VOLUMES for volume in pod.get("volumes", []))),
    ("sysctls", lambda pod: all(sysctl["name"] in SYSCTLS for sysctl in _context(pod).get("sysctls", []))),
    ("host process", lambda pod: not (_context(pod).get("windowsOptions") or {}).get("hostProcess")),
]
CONTAINER_RULES: list[Rule] = [
    ("privileged", lambda container: not _context(container).get("privileged")),
    ("privilege escalation", lambda container: _context(container).get("allowPrivilegeEscalation") is False),
    ("dropped capabilities", lambda container: "ALL" in _capabilities(container, "drop")),
    ("added capabilities", lambda container: _capabilities(container, "add") <= {"NET_BIND_SERVICE"}),
    ("non-root", _inherits("runAsNonRoot", lambda value: value is True)),
    ("non-root user", _inherits("runAsUser", lambda value: value != 0)),
    ("seccomp", _inherits("seccompProfile", lambda value: (value or {}).get("type") in SECCOMP)),
    ("AppArmor", _inherits("appArmorProfile", lambda value: value is None or value.get("type") in APP_ARMOR)),
    ("SELinux", _inherits("seLinuxOptions", lambda value: not {"user", "role"} & set(value or {}))),
    ("proc mount", lambda container: _context(container).get("procMount") in (None, "Default")),
    ("host ports", lambda container: not any(port.get("hostPort") for port in container.get("ports", []))),
    ("hosts of probes", _has_no_host),
]


def merged(pod: Fields, container: Fields) -> Fields:
    """The container with what its pod says where it says nothing itself."""
    inherited = {key: _context(pod)[key] for key in _context(pod) if key not in ("sysctls", "fsGroup")}
    return container | {"securityContext": inherited | _context(container)}


def violations(pod: Fields) -> Iterator[str]:
    """What of a pod's spec `restricted` refuses, by the names of its rules."""
    yield from (rule for rule, is_kept in POD_RULES if not is_kept(pod))
    for container in [*pod.get("initContainers", []), *pod["containers"]]:
        whole = merged(pod, container)
        yield from (f"{rule} of {container['name']}" for rule, is_kept in CONTAINER_RULES if not is_kept(whole))
