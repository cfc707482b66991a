"""One HTTP request, and what came of it."""

import http.client
import urllib.error
import urllib.request
from dataclasses import dataclass

TIMEOUT_S = 10


@dataclass(frozen=True)
class Answer:
    status: int
    body: str


def ask(url: str, body: bytes | None = None, timeout_s: float = TIMEOUT_S) -> Answer | None:
    """POST where there is a body, else GET; None where nobody answers."""
    headers = {"Content-Type": "application/json"} if body else {}
    request = urllib.request.Request(url, data=body, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=timeout_s) as answer:
            return Answer(answer.status, answer.read().decode())
    except urllib.error.HTTPError as error:
        return Answer(error.code, error.read().decode())
    except (OSError, http.client.HTTPException):
        return None
