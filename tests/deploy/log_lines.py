#!/usr/bin/python3
"""What one look writes into the log of each server that users run: counted, and held against the table of docs/logs.md.

    tests/deploy/log_lines.py build/release/telltale     # prints that table

The servers are those of tests/peers, in none, want and need, with the log as it comes: Tomcat and Go as they are,
redis-server at `notice`, nginx with an access log, haproxy with `option httplog`. Tomcat's connector at debug stands
apart.
"""

import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Iterator

if __name__ == "__main__":
    sys.path.append(str(Path(__file__).resolve().parent.parent / "peers"))

import pki
from servers import STACKS
from servers.peer import Command, Peer, Process, choose_ports, wait_until_speaking
from telltale import to_yaml

INTERVAL_S = 30  # the default of probe.interval
START_DEADLINE_S = 60
SILENCE_S = 0.15  # a log that has not grown for so long is complete
LOOK_TIMEOUT_S = 60
DEBUG = "tomcat, connector at debug"
MODES = {
    "tomcat": {"none": "none", "want": "optional", "need": "required"},
    "go": {"none": "NoClientCert", "want": "VerifyClientCertIfGiven", "need": "RequireAndVerifyClientCert"},
    "redis": {"none": "no", "want": "optional", "need": "yes"},
    "nginx": {"none": "off", "want": "optional", "need": "on"},
    "haproxy": {"none": "none", "want": "optional", "need": "required"},
}
ACCESS = "GET /health"  # what a line of an access log has
NGINX_ACCESS_LOG = "nginx-access.log"
DEBUG_LOG = "tomcat-debug.log"
LOGGING = f"""\
handlers=java.util.logging.ConsoleHandler,java.util.logging.FileHandler
java.util.logging.FileHandler.pattern={DEBUG_LOG}
java.util.logging.FileHandler.formatter=java.util.logging.SimpleFormatter
java.util.logging.SimpleFormatter.format=%4$s %3$s %5$s %6$s%n
org.apache.tomcat.util.net.NioEndpoint.level=FINE
"""


@dataclass(frozen=True)
class Row:
    """Lines of one look: `failed` tell of a handshake or request that was turned away, `served` of one that was not."""

    server: str
    mode: str
    failed: int
    served: int
    failed_without_stranger: int

    @property
    def hourly(self) -> int:
        return (self.failed + self.served) * 3600 // INTERVAL_S

    def __str__(self) -> str:
        numbers = [self.failed, self.served, self.failed_without_stranger, self.hourly]
        return f"| {self.server} | {self.mode} | " + " | ".join(map(str, numbers)) + " |"


def measure(program: Path, lab: Path, processes: list[Process]) -> tuple[list[Row], dict[str, list[str]]]:
    """The rows, and by server and mode the lines as they were written. Whatever it starts is in `processes`."""
    os.environ["PATH"] += ":/usr/sbin"  # where nginx and haproxy are, and users do not look
    pki.mint(lab)
    peers = {Peer(stack, word, extra=_extra(stack)): (stack, mode)
             for stack, words in MODES.items() for mode, word in words.items()}
    ports = dict(zip(peers, choose_ports(len(peers))))
    logs = _start(lab, ports, processes)
    rows: list[Row] = []
    written: dict[str, list[str]] = {}
    for peer, (stack, mode) in peers.items():
        all_lines = _look(program, lab, peer, ports[peer], logs[stack], "every_round")
        # At none nobody asks for a certificate, and the stranger stays away by itself.
        all_without = all_lines if mode == "none" else _look(program, lab, peer, ports[peer], logs[stack], "never")
        for server, lines in all_lines.items():
            failed, served = _split(lines)
            rows.append(Row(server, mode, len(failed), len(served), len(_split(all_without[server])[0])))
            written[f"{server} {mode}"] = lines
    return sorted(rows, key=lambda row: row.server), written


def _extra(stack: str) -> tuple[str, ...]:
    return (f"access_log {NGINX_ACCESS_LOG} combined",) if stack == "nginx" else ()


def _start(lab: Path, ports: dict[Peer, int], processes: list[Process]) -> dict[str, dict[str, list[Path]]]:
    """Of each stack the logs to read, by the name they have in the table."""
    started = []
    for stack, prepare in STACKS.items():
        for command in prepare(lab, {peer: port for peer, port in ports.items() if peer.stack == stack}):
            started.append(Process(_with_logs(lab, command), lab))
            processes.append(started[-1])
    deadline = time.monotonic() + START_DEADLINE_S
    for process in started:
        wait_until_speaking(process, deadline)
    logs = {stack: {stack: [process.log for process in started if process.name.startswith(stack)]} for stack in MODES}
    logs["nginx"]["nginx"].append(lab / NGINX_ACCESS_LOG)
    logs["tomcat"][DEBUG] = [lab / DEBUG_LOG]
    return logs


def _with_logs(lab: Path, command: Command) -> Command:
    """haproxy logs nothing, and Tomcat's connector not at debug, unless told to."""
    if command.name == "haproxy":
        file = lab / "haproxy.cfg"
        text = file.read_text().replace("global\n", "global\n  log stdout format raw local0\n")
        file.write_text(text.replace("defaults\n", "defaults\n  log global\n  option httplog\n"))
    if command.name == "tomcat":
        (lab / "logging.properties").write_text(LOGGING)
        java, *words = command.words
        return replace(command, words=[java, "-Djava.util.logging.config.file=logging.properties", *words])
    return command


def _look(program: Path, lab: Path, peer: Peer, port: int, logs: dict[str, list[Path]],
          stranger: str) -> dict[str, list[str]]:
    """What one look appends to these logs."""
    files = [file for files in logs.values() for file in files]
    before = _settled_sizes(files)
    config = lab / "logs.yml"
    config.write_text(to_yaml(_config(lab, peer, port, stranger)))
    command = [str(program), "check", "-o", "short", "--config.file", str(config)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=LOOK_TIMEOUT_S)
    if done.returncode not in (0, 1):  # 1: a server at none closes the gate
        raise RuntimeError(f"a look at {peer}: {done.stdout} {done.stderr}")
    _settled_sizes(files)
    return {server: [line for file in of_server for line in _appended(file, before[file])]
            for server, of_server in logs.items()}


def _appended(file: Path, size: int) -> list[str]:
    return file.read_bytes()[size:].decode(errors="replace").splitlines()


def _config(lab: Path, peer: Peer, port: int, stranger: str) -> dict[str, Any]:
    scheme = "rediss" if peer.stack == "redis" else "https"
    return {
        "probe": {"interval": f"{INTERVAL_S}s", "timeout": "10s", "stranger": stranger},
        "trust": {"file": str(lab / "A.pem")},
        "identities": {"telltale": {"certificate": str(lab / "telltale.crt"), "key": str(lab / "telltale.key")}},
        "targets": [{"name": "server", "url": f"{scheme}://localhost:{port}", "addresses": [f"127.0.0.1:{port}"]}],
    }


def _settled_sizes(files: list[Path]) -> dict[Path, int]:
    before: dict[Path, int] = {}
    while (now := {file: file.stat().st_size if file.exists() else 0 for file in files}) != before:
        before = now
        time.sleep(SILENCE_S)
    return now


def _split(lines: list[str]) -> tuple[list[str], list[str]]:
    """What was turned away, and what was served. Of a stack trace only the first line counts."""
    heads = [line for line in lines if line and not line.startswith(("\t", "Caused by", "javax.", "java.", "sun."))]
    served = [line for line in heads if ACCESS in line and " 200 " in line]
    return [line for line in heads if line not in served], served


def documented(page: Path) -> list[str]:
    """The rows of the table in docs/logs.md, as they stand there."""
    servers = (*MODES, DEBUG)
    return [line for line in page.read_text().splitlines() if line.startswith(tuple(f"| {name} |" for name in servers))]


def check(program: Path, page: Path, lab: Path, processes: list[Process]) -> Iterator[tuple[str, list[str]]]:
    rows, _ = measure(program, lab, processes)
    there = documented(page)
    wrong = [f"measured {row}, not in {page.name}" for row in rows if str(row) not in there]
    wrong += [f"{page.name} has {line}, not measured" for line in there if line not in map(str, rows)]
    yield f"{page.name} says how many lines a look writes into each server's log", wrong


def main() -> int:
    processes: list[Process] = []
    with tempfile.TemporaryDirectory(prefix="telltale-logs-") as lab:
        try:
            rows, written = measure(Path(sys.argv[1]).resolve(), Path(lab), processes)
        finally:
            for process in processes:
                process.terminate()
                process.wait()
    for name, lines in written.items():
        print(f"{name}:", *lines, sep="\n    ")
    print(*rows, sep="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
