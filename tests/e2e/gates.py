"""The gate's answers, asked for by curl in the manner of those who will: Flagger, Argo Rollouts and Spinnaker.

How each takes an answer follows its own source: Flagger's pkg/controller/webhook.go, Argo Rollouts'
metricproviders/webmetric/webmetric.go, and orca's MonitorWebhookTask.java.
"""

import json
import re
import subprocess
from dataclasses import dataclass
from typing import Any, Callable, Iterator

from daemon import Daemon
from fleet import OTHER
from stage import GATES, Stage, Verdict, difference

PAYLOAD = {"name": "podinfo", "namespace": "test", "phase": "Progressing", "checksum": "85d557f47b",
           "metadata": {"gate": "need"}}


@dataclass(frozen=True)
class Answer:
    status: int
    content_type: str
    body: str


def flagger(daemon: Daemon, gate: str) -> tuple[str, Answer]:
    """POSTs what a canary is; up to 202 is a yes, and otherwise the body is the event, unless it is a 5xx."""
    answer = curl(f"{daemon.url}/gate/{gate}", "-X", "POST", "-H", "Content-Type: application/json",
                  "-d", json.dumps(PAYLOAD))
    if answer.status >= 500 or answer.status == 429:
        return "asks again, and loses the reason", answer
    return ("advance" if answer.status <= 202 else "halt"), answer


def argo(daemon: Daemon, gate: str) -> tuple[str, Answer]:
    """GETs; anything but 2xx and JSON with the path in it is an error of the measurement."""
    answer = curl(f"{daemon.url}/api/v1/gates/{gate}")
    if not 200 <= answer.status < 300:
        return "Error", answer
    status = json.loads(answer.body)["status"]
    return {"open": "Successful", "closed": "Failed"}.get(status, "Inconclusive"), answer


def spinnaker(daemon: Daemon, gate: str) -> tuple[str, Answer]:
    """Polls with statusJsonPath $.status, successStatuses open, terminalStatuses closed; case does not matter to it."""
    answer = curl(f"{daemon.url}/api/v1/gates/{gate}", "-H", "Accept: application/json, application/*+json, */*")
    if answer.status >= 500 or answer.status == 429:
        return "RUNNING", answer
    if answer.status >= 400:
        return "TERMINAL", answer
    status = json.loads(answer.body).get("status")
    if not isinstance(status, str):
        return "TERMINAL", answer
    return {"OPEN": "SUCCEEDED", "CLOSED": "TERMINAL"}.get(status.upper(), "RUNNING"), answer


def script(daemon: Daemon, gate: str) -> tuple[str, Answer]:
    """curl -f: exit 0, or 22 for 400 and above."""
    answer = curl(f"{daemon.url}/gate/{gate}")
    return ("22" if answer.status >= 400 else "0"), answer


# Who asks, and what comes of it where the gate is open, closed, unknown, and where there is none of that name.
Consumer = Callable[[Daemon, str], tuple[str, Answer]]
TABLE: dict[str, tuple[Consumer, dict[str, tuple[int, str]]]] = {
    "Flagger": (flagger, {"open": (200, "advance"), "closed": (403, "halt"), "unknown": (403, "halt"),
                          "none": (404, "halt")}),
    "Argo Rollouts": (argo, {"open": (200, "Successful"), "closed": (200, "Failed"), "unknown": (200, "Inconclusive"),
                             "none": (404, "Error")}),
    "Spinnaker": (spinnaker, {"open": (200, "SUCCEEDED"), "closed": (200, "TERMINAL"), "unknown": (200, "RUNNING"),
                              "none": (404, "TERMINAL")}),
    "a script": (script, {"open": (200, "0"), "closed": (403, "22"), "unknown": (403, "22"), "none": (404, "22")}),
}
GATES_BY_STATUS = {"open": "need", "closed": "hostile", "unknown": "patient", "none": "nobody"}


def check(stage: Stage) -> Iterator[Verdict]:
    daemon = stage.start_daemon("gates-daemon")
    for status, gate in GATES_BY_STATUS.items():
        if status != "none":
            daemon.wait_for_gate(gate, status)
    for who, (ask, rows) in TABLE.items():
        for status, (code, outcome) in rows.items():
            came_of_it, answer = ask(daemon, GATES_BY_STATUS[status])
            wrong = difference("status", answer.status, code) + difference("outcome", came_of_it, outcome)
            wrong += judge_body(daemon, status, answer)
            what = "no such gate" if status == "none" else f"gate {status}"
            yield f"{who}, {what}: {code}, {outcome}", wrong
    yield from check_one_target(stage, daemon)
    daemon.stop()


def judge_body(daemon: Daemon, status: str, answer: Answer) -> list[str]:
    """A line is what the JSON of the same gate says, in a line; JSON is what it is for its name and status."""
    if answer.content_type.startswith("application/json"):
        gate = json.loads(answer.body)
        wrong = difference("gate", gate["gate"], GATES_BY_STATUS[status]) + difference("status", gate["status"], status)
        wrong += difference("ready", gate["ready"], status == "open")
        return wrong + difference("whether there are blockers", bool(gate["blockers"]), status == "closed")
    wrong = difference("content type", answer.content_type, "text/plain; charset=utf-8")
    wrong += difference("lines", answer.body.count("\n"), 1)
    if status == "none":
        names = ", ".join(gate["name"] for gate in GATES)
        return wrong + difference("body", answer.body, f"no gate is named `nobody`; there are: {names}\n")
    return wrong + judge_line(answer.body.rstrip("\n"), status, daemon.gate(GATES_BY_STATUS[status]))


def judge_line(line: str, status: str, gate: dict[str, Any]) -> list[str]:
    if status != "closed":
        form = {"open": rf"open: 8 targets, 9 addresses, since {re.escape(gate['since'])}",
                "unknown": r"unknown: waiting, \d+ of 1000 rounds"}[status]
        return [] if re.fullmatch(form, line) else [f"body is {line!r}, not like {form!r}"]
    first = gate["blockers"][0]
    place = " ".join(word for word in (first["target"], first["address"]) if word)
    more = len(gate["blockers"]) - 1
    expected = f"closed: {place} {first['reason']}: {first['detail']}" + (f" (and {more} more)" if more else "")
    return difference("body", line, expected)


def check_one_target(stage: Stage, daemon: Daemon) -> Iterator[Verdict]:
    """A gate answers for one of its targets, too."""
    stage.fleet.change("rosco", "want", OTHER)
    daemon.wait_for_gate("need", "closed")
    wrong = []
    for target, code in (("rosco", 403), ("front50", 200), ("nobody", 404)):
        _, answer = flagger(daemon, f"need/{target}")
        wrong += difference(f"status for {target}", answer.status, code)
    stage.fleet.change("rosco", "want")
    daemon.wait_for_gate("need", "open")
    yield "Flagger, one target of a gate: 200, 403 or 404 by that target alone", wrong


def curl(url: str, *words: str) -> Answer:
    done = subprocess.run(["curl", "-sS", "--max-time", "10", "-w", "\n%{http_code} %{content_type}", *words, url],
                          capture_output=True, text=True, check=True)
    body, _, facts = done.stdout.rpartition("\n")
    status, _, content_type = facts.partition(" ")
    return Answer(int(status), content_type, body)
