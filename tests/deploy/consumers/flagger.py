"""Flagger's confirm-rollout webhook: pkg/controller/webhook.go, scheduler_hooks.go and scheduler.go."""

import json
from typing import Any, Callable

from consumers.answers import ask

# What a Canary may have here, from Flagger's own CRD; npm has no model of it.
FIELDS = {
    "spec": {"provider", "targetRef", "progressDeadlineSeconds", "service", "analysis"},
    "targetRef": {"apiVersion", "kind", "name"},
    "service": {"port"},
    "analysis": {"interval", "threshold", "iterations", "webhooks"},
    "webhook": {"name", "type", "url", "timeout", "metadata", "muteAlert", "retries", "disableTLS"},
}


def unknown_fields(canary: dict[str, Any]) -> list[str]:
    spec = canary["spec"]
    parts = [("spec", spec), *((name, spec[name]) for name in ("targetRef", "service", "analysis"))]
    parts += [("webhook", webhook) for webhook in spec["analysis"]["webhooks"]]
    return [f"{part}.{field} is no field of a Canary" for part, fields in parts for field in set(fields) - FIELDS[part]]


def reconcile(canary: dict[str, Any], send_to: Callable[[str], str]) -> str:
    """Of a new revision: `progress`, or `wait` and be asked again after `interval`."""
    metadata = canary["metadata"]
    for webhook in canary["spec"]["analysis"]["webhooks"]:
        if webhook["type"] != "confirm-rollout":
            raise ValueError(f"no webhook that is understood here: {webhook['type']}")
        payload = {"name": metadata["name"], "namespace": metadata["namespace"], "phase": "Succeeded", "checksum": "1",
                   "metadata": webhook.get("metadata")}
        timeout_s = float(webhook.get("timeout", "10s").removesuffix("s"))
        answer = ask(send_to(webhook["url"]), json.dumps(payload).encode(), timeout_s)
        if answer is None or answer.status > 202:
            return "wait"
    return "progress"
