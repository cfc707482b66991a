"""How a run tells what it checked: one line each, what differs below it, and a sum at the end."""

import subprocess
from typing import Any, Iterator

from servers.peer import Process

# What was checked, and what is not as it should be: nothing if it passed.
Verdict = tuple[str, list[str]]


def difference(what: str, is_: Any, should_be: Any) -> list[str]:
    return [] if is_ == should_be else [f"{what} is {is_!r}, not {should_be!r}"]


def judge(part: str, checks: Iterator[Verdict]) -> list[bool]:
    """Prints each verdict as it comes. A part that breaks off has failed, and the next one has its turn."""
    verdicts = []
    try:
        for what, differences in checks:
            verdicts.append(tell(f"{part}: {what}", differences))
    except (RuntimeError, OSError, ValueError, subprocess.SubprocessError) as error:
        verdicts.append(tell(f"{part}: broke off", [f"{type(error).__name__}: {error}"]))
    return verdicts


def tell(what: str, differences: list[str]) -> bool:
    """Prints one line, and one more for each difference; returns whether there is none."""
    print("\n       ".join([f"{'FAIL' if differences else 'ok  '} {what}", *differences]), flush=True)
    return not differences


def stop(processes: list[Process]) -> None:
    for process in processes:
        process.terminate()
    for process in processes:
        process.wait()
