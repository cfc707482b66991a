"""The mode table: what each server setting must look like to telltale.

A row is one target of telltale.yml: the peers behind it (more than one where replicas matter), what each of its
addresses must show, and the findings it must have.
"""

from dataclasses import dataclass, field
from typing import Any

from pki import INTERMEDIATE_A1, ROOT_A, ROOT_B
from servers.peer import BOTH, TLS12, TLS13, Peer

ANY = "any"  # in Look: not judged


class PublicCas:
    """Stands for an authorities list of the JDK's own CAs: many names, and none of ours."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, (set, frozenset)) and len(other) > 100 and ROOT_A not in other

    def __repr__(self) -> str:
        return "more than 100 public CAs"


@dataclass(frozen=True)
class Look:
    """What one address must show; `modes` where its TLS versions differ."""

    mode: str
    verified: Any = None  # client_certificates_verified
    authorities: Any = None  # set of names, in each version; None: no CertificateRequest
    enforced_by: str | None = None
    modes: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Row:
    name: str
    looks: tuple[tuple[Peer, Look], ...]
    mode: str
    findings: frozenset[str] = frozenset()  # reasons that must be there
    tolerated: frozenset[str] = frozenset()  # reasons that may be there
    target: dict[str, str] = field(default_factory=dict)  # further keys in telltale.yml

    @property
    def stack(self) -> str:
        return self.looks[0][0].stack

    @property
    def spotless(self) -> bool:
        """Nothing about this target may hold a gate closed."""
        return self.mode in {"want", "need"} and not self.findings and not self.tolerated


def none() -> Look:
    return Look("none")


def want(*authorities: str, verified: Any = True) -> Look:
    return Look("want", verified, frozenset(authorities))


def need(*authorities: str, verified: Any = True, by: str = "tls") -> Look:
    return Look("need", verified, frozenset(authorities), by)


def row(peer: Peer, look: Look, note: str = "", findings: set[str] = frozenset(), tolerated: set[str] = frozenset(),
        **target: str) -> Row:
    pinned = {TLS12: "tls12", TLS13: "tls13", BOTH: ""}[peer.versions]
    words = [peer.stack, peer.client_auth, note, pinned]
    name = "-".join(word for word in words if word).lower().replace("_", "-")
    return Row(name, ((peer, look),), look.mode, frozenset(findings), frozenset(tolerated), target)


# Each stack's settings, by the words of its own documentation.
SETTINGS = [
    ("tomcat", "none", none()),
    ("tomcat", "optional", want(ROOT_A)),
    ("tomcat", "optionalNoCA", want(ROOT_A)),  # over JSSE the same as optional
    ("tomcat", "required", need(ROOT_A)),
    ("go", "NoClientCert", none()),
    ("go", "RequestClientCert", want(ROOT_A, verified=False)),
    ("go", "RequireAnyClientCert", need(ROOT_A, verified=False)),
    ("go", "VerifyClientCertIfGiven", want(ROOT_A)),
    ("go", "RequireAndVerifyClientCert", need(ROOT_A)),
    ("redis", "no", none()),
    ("redis", "optional", want()),  # redis never names its authorities
    ("redis", "yes", need()),
    ("nginx", "off", none()),
    ("nginx", "optional", want(ROOT_A)),
    ("nginx", "optional_no_ca", want(ROOT_A, verified=False)),
    ("nginx", "on", need(ROOT_A, by="http")),
    ("haproxy", "none", none()),
    ("haproxy", "optional", want(ROOT_A)),
    ("haproxy", "required", need(ROOT_A)),
]


def settings() -> list[Row]:
    """Every setting with both TLS versions, and pinned to each."""
    rows = []
    for stack, client_auth, look in SETTINGS:
        findings = {"client_auth_unverified"} if look.verified is False else set()
        if look.mode == "none":
            findings = {"client_auth_none"}  # the goal is need
        for versions in (BOTH, TLS12, TLS13):
            rows.append(row(Peer(stack, client_auth, versions), look, "", findings))
    return rows


def trust() -> list[Row]:
    """Servers that trust something else than the root of our identity."""
    rejected = {"identity_rejected"}
    jdk = {"identity_rejected", "authorities_default"}
    unadvertised = {"issuer_not_advertised"}
    return [
        row(Peer("tomcat", "optional", trust="A1"), want(INTERMEDIATE_A1), "trust-a1"),
        row(Peer("tomcat", "required", trust="A+A1"), need(ROOT_A, INTERMEDIATE_A1), "trust-a-a1"),
        row(Peer("tomcat", "optional", trust="B"), want(ROOT_B), "trust-b", rejected, unadvertised),
        row(Peer("tomcat", "required", trust="B"), need(ROOT_B), "trust-b", rejected, unadvertised),
        row(Peer("tomcat", "optional", trust=None), Look("want", True, PublicCas()), "trust-jdk", jdk, unadvertised),
        row(Peer("tomcat", "required", trust=None), Look("need", True, PublicCas(), "tls"), "trust-jdk", jdk,
            unadvertised),
        row(Peer("go", "RequireAndVerifyClientCert", trust="A1"), need(INTERMEDIATE_A1), "trust-a1"),
        row(Peer("go", "RequireAndVerifyClientCert", trust="A+B"), need(ROOT_A, ROOT_B), "trust-a-b"),
        row(Peer("go", "VerifyClientCertIfGiven", trust="B"), want(ROOT_B), "trust-b", rejected, unadvertised),
        row(Peer("go", "RequestClientCert", trust=None), want(verified=False), "trust-none",
            {"client_auth_unverified"}),
        row(Peer("redis", "optional", trust="B"), want(), "trust-b", rejected),
        row(Peer("redis", "yes", trust="A1"), need(), "trust-a1", rejected),  # OpenSSL wants the whole chain
        row(Peer("nginx", "optional", trust="B"), want(ROOT_B), "trust-b", rejected, unadvertised),
        row(Peer("nginx", "optional_no_ca", trust=None), want(verified=False), "trust-none",
            {"client_auth_unverified"}),
        row(Peer("nginx", "on", trust="B", extra=("ssl_trusted_certificate A.pem",)), need(ROOT_B, by="http"),
            "hidden-trust", tolerated=unadvertised),
        row(Peer("haproxy", "optional", trust="A1"), want(INTERMEDIATE_A1), "trust-a1", rejected),
        row(Peer("haproxy", "required", trust="B"), need(ROOT_B), "trust-b", rejected, unadvertised),
        row(Peer("haproxy", "required", trust="B", extra=("ca-verify-file A.pem",)), need(ROOT_B), "hidden-trust",
            tolerated=unadvertised),
        row(Peer("haproxy", "optional", trust=None, extra=("ca-verify-file A.pem",)), want(), "hidden-trust-only"),
    ]


def enforcement() -> list[Row]:
    """Enforcement where TLS shows nothing of it, or shows it and verifies nothing."""
    unverified = {"client_auth_unverified"}
    ignore = ("crt-ignore-err all", "ca-ignore-err all")
    denied = ("error_page 495 496 =403 @denied",)
    guarded = {"note": "guarded", "health": "/guarded/health"}
    # nginx refuses in HTTP those it does not know, so nothing and our identity get the same 400.
    indistinct = Look("unknown", ANY, frozenset({ROOT_B}), ANY)
    return [
        row(Peer("tomcat", "optional"), need(ROOT_A, by="http"), **guarded),
        row(Peer("tomcat", "required"), need(ROOT_A), **guarded),
        row(Peer("go", "VerifyClientCertIfGiven"), need(ROOT_A, by="http"), **guarded),
        row(Peer("go", "RequestClientCert"), need(ROOT_A, verified=False, by="http"), findings=unverified, **guarded),
        row(Peer("nginx", "optional"), need(ROOT_A, by="http"), **guarded),
        row(Peer("nginx", "on", extra=denied), need(ROOT_A, by="http"), "error-page"),
        row(Peer("nginx", "on", TLS12, extra=denied), need(ROOT_A, by="http"), "error-page"),
        row(Peer("nginx", "on", TLS13, extra=denied), need(ROOT_A, by="http"), "error-page"),
        row(Peer("nginx", "on", trust="B"), indistinct, "trust-b", {"client_auth_unknown"},
            {"identity_rejected", "issuer_not_advertised", "app_unhealthy", "app_refused"}),
        row(Peer("haproxy", "optional"), need(ROOT_A, by="http"), **guarded),
        row(Peer("haproxy", "optional", extra=ignore), want(ROOT_A, verified=False), "ignore-err", unverified),
        row(Peer("haproxy", "required", extra=ignore), need(ROOT_A, verified=False), "ignore-err", unverified),
    ]


def signature_algorithms() -> list[Row]:
    """Servers whose CertificateRequest admits keys of one kind; our identity's key is RSA."""
    rsa = ("ssl_conf_command ClientSignatureAlgorithms RSA-PSS+SHA256:RSA+SHA256",)
    ecdsa = ("ssl_conf_command ClientSignatureAlgorithms ECDSA+SHA256",)
    unsupported = {"key_algorithm_unsupported", "identity_unconfirmed"}
    rows = []
    for versions in (BOTH, TLS12, TLS13):
        rows += [
            row(Peer("nginx", "optional", versions, extra=rsa), want(ROOT_A), "rsa-only"),
            row(Peer("nginx", "on", versions, extra=rsa), need(ROOT_A, by="http"), "rsa-only"),
            row(Peer("nginx", "optional", versions, extra=ecdsa), want(ROOT_A), "ecdsa-only", tolerated=unsupported),
        ]
    # Nothing gets a 400, and there is no identity to compare it with.
    unpresentable = Look("unknown", ANY, frozenset({ROOT_A}), ANY)
    rows.append(row(Peer("nginx", "on", extra=ecdsa), unpresentable, "ecdsa-only", {"client_auth_unknown"},
                    unsupported | {"app_unhealthy", "app_refused"}))
    return rows


def disagreement() -> list[Row]:
    """One target whose TLS versions or replicas differ: the mode is the laxer."""
    verify = Look("want", True, frozenset({ROOT_A}), ANY, {"TLSv1.2": "want", "TLSv1.3": "need"})
    ask = Look("none", ANY, ANY, ANY, {"TLSv1.2": "none", "TLSv1.3": "need"})
    replicas = ((Peer("haproxy", "optional"), want(ROOT_A)), (Peer("haproxy", "required"), need(ROOT_A)))
    return [
        row(Peer("go", "RequireAndVerifyClientCert", extra=("TLSv1.2=VerifyClientCertIfGiven",)), verify,
            "but-tls12-optional", {"versions_disagree"}),
        row(Peer("go", "RequireAndVerifyClientCert", extra=("TLSv1.2=NoClientCert",)), ask,
            "but-tls12-none", {"versions_disagree", "client_auth_none"}),
        Row("haproxy-replicas", replicas, "want", frozenset({"replicas_disagree"})),
    ]


def applications() -> list[Row]:
    """What the application says beside the point: silence at first, ill health, passwords."""
    quiet = ("SessionTicketsDisabled",)
    secret = Peer("redis", "yes", extra=(f"requirepass {PASSWORDS['redis.password']}",
                                         f"user watcher on >{PASSWORDS['watcher.password']} -@all +ping"))
    unhealthy = {"app_unhealthy"}
    unread = {"redis_version"}  # INFO was not answered
    return [
        row(Peer("go", "VerifyClientCertIfGiven", extra=quiet), want(ROOT_A), "no-tickets"),
        row(Peer("go", "RequireAndVerifyClientCert", extra=quiet), need(ROOT_A), "no-tickets"),
        row(Peer("go", "NoClientCert"), none(), "down", unhealthy | {"client_auth_none"}, health="/down/health"),
        row(Peer("go", "RequireAndVerifyClientCert"), need(ROOT_A), "down", unhealthy, health="/down/health"),
        row(Peer("tomcat", "optional"), want(ROOT_A), "down", unhealthy, health="/down/health"),
        row(Peer("tomcat", "required"), need(ROOT_A), "down", unhealthy, health="/down/health"),
        row(secret, need(), "password", password_file="redis.password"),
        row(secret, need(), "acl-user", set(), unread, username="watcher", password_file="watcher.password"),
        row(secret, need(), "wrong-password", {"redis_auth"}, unread, password_file="watcher.password"),
        row(secret, need(), "no-password", set(), {"redis_auth"} | unread),
        row(Peer("redis", "optional", extra=secret.extra), want(), "password", password_file="redis.password"),
        row(Peer("redis", "optional", extra=secret.extra), want(), "no-password", set(), {"redis_auth"} | unread),
    ]


PASSWORDS = {"redis.password": "open-sesame", "watcher.password": "only-ping"}  # by file name

# What the gate over all rows, and the one over the spotless rows, must say.
GATES = {"everything": "closed", "spotless": "open"}

ROWS = settings() + trust() + enforcement() + signature_algorithms() + disagreement() + applications()
