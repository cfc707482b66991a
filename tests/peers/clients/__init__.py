"""The clients that really call: JSSE and Go as programs that are given a batch, OpenSSL as Python's own.

A call's outcome is what came back: `HTTP 200`, a line from Redis, or an error. It works if it is good().
"""

import re
import socket
import ssl
import subprocess
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from pki import PKCS12_PASSWORD
from servers.go import build
from servers.tomcat import JVM

HERE = Path(__file__).resolve().parent
TIMEOUT_S = 10
BATCH_TIMEOUT_S = 180
VERSIONS = {"TLSv1.2": ssl.TLSVersion.TLSv1_2, "TLSv1.3": ssl.TLSVersion.TLSv1_3}


@dataclass(frozen=True)
class Dial:
    """One call of one client to one address."""

    kind: str  # url, http (both Java's), go, openssl; redis: the runtime's own
    runtime: str  # as telltale.yml spells it
    host: str
    port: int
    path: str  # empty: Redis is pinged
    stem: str | None  # of what is presented: STEM.crt and STEM.key
    keystore: str | None  # the same for Java
    trust: str  # NAME of NAME.pem and trust-NAME.p12
    versions: tuple[str, ...]


def prepare(lab: Path, hosts: set[str]) -> None:
    """Builds the clients and writes what Java needs to find the servers."""
    build(lab, HERE / "go", "go-client")
    compiler = ["javac", "-J-XX:TieredStopAtLevel=1", "-d", str(lab / "java-client"),
                str(HERE / "java" / "JavaClient.java")]
    done = subprocess.run(compiler, capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"javac: {done.stderr.strip()}")
    (lab / "hosts").write_text("".join(f"127.0.0.1 {host}\n" for host in hosts))


def call_all(lab: Path, dials: list[Dial]) -> dict[Dial, str]:
    """Makes every call and returns its outcome. Raises RuntimeError if a client breaks down."""
    of_java = [dial for dial in dials if dial.runtime.startswith("java")]
    of_go = [dial for dial in dials if dial.runtime.startswith("go")]
    others = [dial for dial in dials if dial.runtime in {"openssl", "none"}]
    with ThreadPoolExecutor(3) as pool:
        java = pool.submit(_run_batch, lab, [*_java(), PKCS12_PASSWORD], of_java, _java_line)
        go = pool.submit(_run_batch, lab, ["./go-client"], of_go, _go_line)
        outcomes = {dial: _call_with_openssl(lab, dial) for dial in others}
        return outcomes | java.result() | go.result()


def good(outcome: str) -> bool:
    """A connection was made and the application answered well, or asked for a password."""
    return re.match(r"HTTP 2\d\d$|\+PONG$|-NOAUTH ", outcome) is not None


def _java() -> list[str]:
    return ["java", *JVM, "-Djdk.net.hosts.file=hosts", "-cp", "java-client", "JavaClient"]


def _run_batch(lab: Path, command: list[str], dials: list[Dial], line_of) -> dict[Dial, str]:
    calls = "".join("\t".join([str(n), *line_of(dial)]) + "\n" for n, dial in enumerate(dials))
    done = subprocess.run(command, cwd=lab, input=calls, capture_output=True, text=True, timeout=BATCH_TIMEOUT_S)
    outcomes = dict(line.split("\t", 1) for line in done.stdout.splitlines())
    if done.returncode != 0 or len(outcomes) != len(dials):
        raise RuntimeError(f"{command[0]}: {len(outcomes)} of {len(dials)} calls: {done.stderr.strip()}")
    return {dial: outcomes[str(n)] for n, dial in enumerate(dials)}


def _java_line(dial: Dial) -> list[str]:
    return [dial.kind, dial.runtime, dial.host, str(dial.port), dial.path or "-", dial.keystore or "-",
            f"trust-{dial.trust}.p12", ",".join(dial.versions)]


def _go_line(dial: Dial) -> list[str]:
    return [dial.kind, dial.runtime, dial.host, str(dial.port), dial.path or "-", dial.stem or "-",
            f"{dial.trust}.pem", ",".join(dial.versions)]


def _call_with_openssl(lab: Path, dial: Dial) -> str:
    """libssl as a client has it: it sends what it holds, whatever is asked for; hiredis looks at no name."""
    try:
        context = ssl.create_default_context(cafile=str(lab / f"{dial.trust}.pem"))
        context.check_hostname = dial.kind != "redis" and dial.runtime != "none"
        context.verify_mode = ssl.CERT_NONE if dial.runtime == "none" else ssl.CERT_REQUIRED
        context.minimum_version, context.maximum_version = VERSIONS[dial.versions[0]], VERSIONS[dial.versions[-1]]
        if dial.stem:
            context.load_cert_chain(lab / f"{dial.stem}.crt", lab / f"{dial.stem}.key")
        with socket.create_connection(("127.0.0.1", dial.port), timeout=TIMEOUT_S) as plain:
            with context.wrap_socket(plain, server_hostname=dial.host) as connection:
                return _ask(connection, dial)
    except OSError as error:
        return f"{type(error).__name__}: {error}"


def _ask(connection: ssl.SSLSocket, dial: Dial) -> str:
    if dial.kind == "redis":
        connection.sendall(b"PING\r\n")
        return connection.makefile("rb").readline().decode().strip()
    request = f"GET {dial.path} HTTP/1.1\r\nHost: {dial.host}:{dial.port}\r\nConnection: close\r\n\r\n"
    connection.sendall(request.encode())
    words = connection.makefile("rb").readline().decode().split()
    return f"HTTP {words[1]}" if len(words) > 1 else "no answer"
