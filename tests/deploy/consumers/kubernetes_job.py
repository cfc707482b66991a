"""A Job's container, run as a process, and what the Job controller makes of its exit code.

pkg/controller/job/job_controller.go: podFailurePolicy first, in its order, then backoffLimit. With restartPolicy Never
each try is a new pod.
"""

import functools
import subprocess
from pathlib import Path
from typing import Any, Callable

TIMEOUT_S = 60
WAIT = "--wait=1s"  # in place of minutes


def command_of(pod: dict[str, Any], program: Path, send_to: Callable[[str], str]) -> tuple[str, ...]:
    """The container's arguments behind the image's entry point, telltale, pointed at this telltale."""
    return (str(program), *(_in_lab(word, send_to) for word in _asking_container(pod)["args"]))


def _in_lab(word: str, send_to: Callable[[str], str]) -> str:
    flag, _, value = word.partition("=")
    if flag == "--url":
        return f"--url={send_to(value)}"
    return WAIT if flag == "--wait" else word


def _asking_container(pod: dict[str, Any]) -> dict[str, Any]:
    [container] = [container for container in [*pod.get("initContainers", []), *pod["containers"]]
                   if container.get("args", [""])[0] == "gate"]
    return container


@functools.cache  # the examples ask alike
def exit_code(command: tuple[str, ...]) -> int:
    return subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT_S).returncode


def outcome(job: dict[str, Any], run_pod: Callable[[], int]) -> str:
    """`Complete`, `FailJob` where the policy says so, or `BackoffLimitExceeded`."""
    spec = job["spec"]
    if spec["template"]["spec"]["restartPolicy"] != "Never":
        raise ValueError("podFailurePolicy wants restartPolicy Never")
    name = _asking_container(spec["template"]["spec"])["name"]
    for _ in range(spec["backoffLimit"] + 1):
        code = run_pod()
        if code == 0:
            return "Complete"
        if any(_fails_job(rule, name, code) for rule in spec["podFailurePolicy"]["rules"]):
            return "FailJob"
    return "BackoffLimitExceeded"


def _fails_job(rule: dict[str, Any], container: str, code: int) -> bool:
    codes = rule.get("onExitCodes", {})
    return (rule["action"] == "FailJob" and codes.get("containerName", container) == container
            and codes.get("operator") == "In" and code in codes["values"])


def longest_seconds(job: dict[str, Any]) -> int:
    """How long the tries may take that a Job allows: each waits for --wait, and before the next there is a rest."""
    container = _asking_container(job["spec"]["template"]["spec"])
    [wait] = [word.removeprefix("--wait=") for word in container["args"] if word.startswith("--wait")]
    minutes = wait.removesuffix("m")
    tries = job["spec"]["backoffLimit"] + 1
    rests = sum(min(10 * 2**number, 360) for number in range(tries - 1))
    return tries * int(minutes) * 60 + rests
