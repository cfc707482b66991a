"""Whatever is done to the endpoint, the probing goes on in time: wrk, crowds of connections, and the slow.

What is judged is the looks, by their counters, and memory; never how fast anything was.
"""

import re
import socket
import subprocess
import time
from pathlib import Path
from typing import Callable, Iterator

from daemon import Daemon, wait_for
from fleet import INTERVAL_S
from stage import Stage, Verdict

ROUNDS = 3  # each attack lasts as many looks at every target
CROWD = 1000
SLOW = 600
# How much memory an attack may cost. 512 connections with 8 KiB of header each are far below.
MEMORY_MIB = 48
REQUEST = b"GET /metrics HTTP/1.1\r\nHost: telltale\r\n\r\n"


def check(stage: Stage) -> Iterator[Verdict]:
    daemon = stage.start_daemon("load-daemon")
    daemon.wait_for_gate("need", "open")
    for what, attack in (("wrk on /metrics and the page", wrk),
                         (f"{CROWD} connections that ask nothing, or read nothing", crowd),
                         (f"slowloris, {SLOW} times", slowloris)):
        yield what + ": no look is late, memory is bounded", judge(daemon, attack)
    daemon.stop()


def judge(daemon: Daemon, attack: Callable[[Daemon, Callable[[], bool]], None]) -> list[str]:
    """Attacks until every target was due several times; the looks must have been made meanwhile."""
    before, since, resident = attempts(daemon), daemon.gate("need")["since"], peak_mib(daemon)
    begun = time.monotonic()
    attack(daemon, lambda: time.monotonic() - begun < ROUNDS * INTERVAL_S)
    lasted = time.monotonic() - begun
    wait_for("an answer afterwards", lambda: answers(daemon), daemon.process)
    after, gate, grown = attempts(daemon), daemon.gate("need"), peak_mib(daemon) - resident
    # Half of what was due is far from late on a busy machine, and far from being held up.
    least = int(lasted / INTERVAL_S / 2)
    wrong = [f"{target} was looked at {after[target] - count:.0f} times in {lasted:.0f} s"
             for target, count in before.items() if after[target] - count < least]
    late = time.time() - min(daemon.series("telltale_probe_last_run_timestamp_seconds").values())
    if late > 4 * INTERVAL_S:
        wrong.append(f"one was not looked at for {late:.1f} s")
    if gate["status"] != "open" or gate["since"] != since:
        wrong.append(f"the gate is {gate['status']} since {gate['since']}")
    if grown > MEMORY_MIB:
        wrong.append(f"memory grew by {grown:.0f} MiB")
    return wrong


def attempts(daemon: Daemon) -> dict[str, float]:
    return daemon.series("telltale_probe_attempts_total")


def answers(daemon: Daemon) -> bool:
    try:
        return daemon.get("/-/healthy") != ""
    except OSError:
        return False


def peak_mib(daemon: Daemon) -> float:
    status = Path(f"/proc/{daemon.process.pid}/status").read_text()
    return int(re.search(r"VmHWM:\s+(\d+) kB", status)[1]) / 1024


def wrk(daemon: Daemon, _: Callable[[], bool]) -> None:
    seconds = ROUNDS * INTERVAL_S // 2
    for path in ("/metrics", "/"):
        done = subprocess.run(["wrk", "-t1", "-c50", f"-d{seconds}s", "-H", "Accept-Encoding: gzip", daemon.url + path],
                              capture_output=True, text=True, timeout=60)
        if done.returncode or "Non-2xx" in done.stdout or not re.search(r"\d+ requests in", done.stdout):
            raise RuntimeError(f"wrk: {done.stdout}{done.stderr}")


def crowd(daemon: Daemon, goes_on: Callable[[], bool]) -> None:
    """Half of it never asks for anything, the other half asks again and again and never reads an answer."""
    hold(daemon, [(b"", b"")] * (CROWD // 2) + [(REQUEST, REQUEST)] * (CROWD // 2), goes_on)


def slowloris(daemon: Daemon, goes_on: Callable[[], bool]) -> None:
    """Begins a request, and never comes to its end."""
    hold(daemon, [(REQUEST[:-2], b"X-Slow: yes\r\n")] * SLOW, goes_on)


def hold(daemon: Daemon, drips: list[tuple[bytes, bytes]], goes_on: Callable[[], bool]) -> None:
    """Keeps a connection for each drip, which sends its first part, then its second now and then, and never reads; one
    that is closed comes back."""
    host, _, port = daemon.address.rpartition(":")

    def connect(first: bytes) -> socket.socket:
        each = socket.create_connection((host, int(port)), timeout=10)
        each.setblocking(False)
        send(each, first)
        return each

    held = [connect(first) for first, _ in drips]
    while goes_on():
        for n, (first, more) in enumerate(drips):
            if is_closed(held[n]) or not send(held[n], more):
                held[n].close()
                held[n] = connect(first)
        time.sleep(0.2)  # between two drops; nothing is waited for
    for each in held:
        each.close()


def send(to: socket.socket, text: bytes) -> bool:
    try:
        to.send(text)
    except BlockingIOError:
        pass
    except OSError:
        return False
    return True


def is_closed(connection: socket.socket) -> bool:
    """Whether the end of what the other side sends is all that there is to read."""
    try:
        return connection.recv(1, socket.MSG_PEEK) == b""
    except BlockingIOError:
        return False
    except OSError:
        return True
