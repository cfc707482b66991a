"""The commands of docs/rollout.md, run as they stand there, against a telltale whose gate is open."""

import re
import subprocess
from pathlib import Path
from typing import Iterator
from urllib.parse import urlencode

from consumers.answers import ask
from rollout_walk import REDIS_WORDS
from stage import Verdict

PAGE = "http://telltale.spinnaker:9943"
PLAIN = "http://telltale.spinnaker:9944"
TIMEOUT_S = 30


def fences(page: Path, language: str) -> list[str]:
    """The lines of all code blocks of that language, at any indentation."""
    blocks = re.findall(rf"^( *)```{language}\n(.*?)^\1```$", page.read_text(), re.M | re.S)
    return [line.strip() for _, block in blocks for line in block.splitlines() if line.strip()]


def check(page: Path, program: Path, served: str, plain: str, prometheus: str) -> Iterator[Verdict]:
    commands = fences(page, "sh")
    wrong = [] if commands else [f"{page.name} has no commands"]
    for command in commands:
        wrong += run_redis(command) if command.startswith("redis-cli") else run(command, program, served, plain)
    yield f"{page.name}: its commands do what they should", wrong
    queries = fences(page, "promql")
    wrong = [] if queries else [f"{page.name} has no queries"]
    exported = {line.split()[2] for line in ask_body(f"{served}/metrics").splitlines() if line.startswith("# TYPE ")}
    for query in queries:
        answer = ask(f"{prometheus}/api/v1/query?{urlencode({'query': query})}")
        wrong += [] if answer and answer.status == 200 else [f"{query}: {answer}"]
        wrong += [f"{query}: no {metric} is exported" for metric in set(re.findall(r"telltale_\w+", query)) - exported]
    yield f"{page.name}: Prometheus takes its queries", wrong


def ask_body(url: str) -> str:
    answer = ask(url)
    return answer.body if answer else ""


def run(command: str, program: Path, served: str, plain: str) -> list[str]:
    local = command.replace(PAGE, served).replace(PLAIN, plain).replace("telltale gate", f"{program} gate")
    done = subprocess.run(["bash", "-o", "pipefail", "-c", local], capture_output=True, text=True, timeout=TIMEOUT_S)
    if done.returncode != 0 or not done.stdout.strip() or "404" in done.stdout:
        return [f"{command}: exit {done.returncode}, {done.stdout.strip()!r} {done.stderr.strip()}"]
    return []


def run_redis(command: str) -> list[str]:
    """rollout_walk runs these with this very word, on another port."""
    [word] = re.findall(r"CONFIG SET tls-auth-clients (\w+)$", command) or [""]
    return [] if word in REDIS_WORDS.values() else [f"{command}: not what is walked"]
