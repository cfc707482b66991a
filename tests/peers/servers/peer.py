"""One listening socket of a real server, and the command and process behind it."""

import random
import socket
import ssl
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

TLS12 = ("TLSv1.2",)
TLS13 = ("TLSv1.3",)
BOTH = TLS12 + TLS13


@dataclass(frozen=True)
class Peer:
    """What one socket is set to, in the server's own words. Equal peers share a socket."""

    stack: str
    client_auth: str
    versions: tuple[str, ...] = BOTH
    trust: str | None = "A"  # NAME of NAME.pem in the lab; None: the server's own default
    extra: tuple[str, ...] = ()  # more of the server's configuration, verbatim
    certificate: str | None = None  # NAME of NAME.crt, .key, .pem and .p12 in the lab; None: the stack's usual one
    instance: str = ""  # sets apart peers that are otherwise equal

    def __str__(self) -> str:
        trust = f"trust={self.trust or 'default'}"
        return " ".join([self.stack, self.client_auth, trust, *self.extra, "+".join(self.versions)])


@dataclass(frozen=True)
class Command:
    """A program to run in the lab, and the ports it will listen on."""

    name: str
    words: list[str]
    ports: list[int]


class Process:
    """A running command; its output goes to NAME.log in the lab."""

    def __init__(self, command: Command, directory: Path):
        self.name = command.name
        self.ports = command.ports
        self.log = directory / f"{self.name}.log"
        with self.log.open("wb") as log:
            self._popen = subprocess.Popen(command.words, cwd=directory, stdin=subprocess.DEVNULL, stdout=log,
                                           stderr=subprocess.STDOUT)

    @property
    def pid(self) -> int:
        return self._popen.pid

    def check_alive(self) -> None:
        """Raises RuntimeError with the end of its log if the process has ended."""
        status = self._popen.poll()
        if status is None:
            return
        tail = "\n".join(self.log.read_text(errors="replace").splitlines()[-20:])
        raise RuntimeError(f"{self.name} ended with status {status}:\n{tail}")

    def terminate(self) -> None:
        if self._popen.poll() is None:
            self._popen.terminate()

    def wait(self) -> None:
        """Waits for the end after terminate(); kills what does not end by itself."""
        try:
            self._popen.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self._popen.kill()
            self._popen.wait()


def choose_ports(count: int) -> list[int]:
    """Distinct ports that nobody listens on, below the range the kernel gives to clients."""
    candidates = list(range(20000, 32000))
    random.shuffle(candidates)
    ports: list[int] = []
    for port in candidates:
        if len(ports) == count:
            break
        if _is_free(port):
            ports.append(port)
    return ports


def _is_free(port: int) -> bool:
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def wait_until_speaking(process: Process, deadline: float, host: str = "127.0.0.1") -> None:
    """Returns once a TLS server answers on each port; raises RuntimeError if that does not come to pass."""
    for port in process.ports:
        while not _speaks_tls(host, port):
            process.check_alive()
            if time.monotonic() > deadline:
                raise RuntimeError(f"{process.name} does not speak TLS on port {port}")
            time.sleep(0.02)


def _speaks_tls(host: str, port: int) -> bool:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    try:
        with socket.create_connection((host, port), timeout=5) as connection:
            with context.wrap_socket(connection, server_hostname="localhost"):
                return True
    except ssl.SSLError as error:
        return "ALERT" in (error.reason or "")  # refused, by somebody who speaks TLS
    except OSError:
        return False
