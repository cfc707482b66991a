"""Spinnaker's webhook stage and the shape of a pipeline.

orca-webhook's WebhookStage, CreateWebhookTask with WebhookResponseProcessor, and MonitorWebhookTask; orca-core's
UserConfiguredUrlRestrictions. The stages' order is what orca makes of requisiteStageRefIds.
"""

import json
import re
from typing import Any, Callable
from urllib.parse import urlsplit

from consumers.answers import Answer, ask

# WebhookStage.StageData, as far as a user writes it, and what any stage has.
WEBHOOK_FIELDS = {
    "url", "payload", "customHeaders", "failFastStatusCodes", "waitForCompletion", "statusUrlResolution",
    "statusUrlJsonPath", "monitorOnly", "account", "method", "statusEndpoint", "statusJsonPath", "progressJsonPath",
    "cancelEndpoint", "cancelMethod", "cancelPayload", "successStatuses", "canceledStatuses", "terminalStatuses",
    "retryStatusCodes", "webhookRetryStatusCodes", "waitBeforeMonitor", "retries",
}
STAGE_FIELDS = {"refId", "requisiteStageRefIds", "type", "name", "failPipeline", "continuePipeline", "overrideTimeout",
                "stageTimeoutMs"}
DEFAULT_RETRIED = 429
DEFAULT_EXCLUDED_TEMPLATE = r"(?=.+\.%s$).*\..+"
EXCLUDED_DOMAINS = ("spinnaker", "local", "localdomain", "internal")
STEP = re.compile(r"\.(\w+)|\[(\d+)\]")


class NotFound(Exception):
    pass


def with_parameters(stage: dict[str, Any], values: dict[str, str]) -> dict[str, Any]:
    """Only expressions of the form ${parameters.NAME}."""
    text = re.sub(r"\${parameters\.(\w+)}", lambda match: values[match.group(1)], json.dumps(stage))
    if "${" in text:
        raise ValueError(f"an expression that is not understood here: {text}")
    return json.loads(text)


def poll(stage: dict[str, Any], send_to: Callable[[str], str]) -> str:
    """What the stage is after its tasks have run once: SUCCEEDED, TERMINAL, or RUNNING until its time is over."""
    if not stage.get("monitorOnly"):
        created = _create(stage, ask(send_to(stage["url"])))
        if created != "SUCCEEDED" or not stage["waitForCompletion"]:
            return created
    return _monitor(stage, ask(send_to(stage["url"])))


def _create(stage: dict[str, Any], answer: Answer | None) -> str:
    if answer is None:
        return "TERMINAL"  # a name that does not resolve and a timeout are tried again
    if answer.status >= 400:
        retried = [DEFAULT_RETRIED, *stage.get("webhookRetryStatusCodes", [])]
        return "RUNNING" if answer.status >= 500 or answer.status in retried else "TERMINAL"
    return "SUCCEEDED"


def _monitor(stage: dict[str, Any], answer: Answer | None) -> str:
    if answer is None:
        return "TERMINAL"
    if answer.status >= 400:
        retried = [DEFAULT_RETRIED, *stage.get("retryStatusCodes", [])]
        return "RUNNING" if answer.status >= 500 or answer.status in retried else "TERMINAL"
    if not stage.get("statusJsonPath"):
        return "SUCCEEDED"
    try:
        value = _read(json.loads(answer.body), stage["statusJsonPath"])
    except (ValueError, NotFound):
        return "TERMINAL"
    if not isinstance(value, str):
        return "TERMINAL"
    statuses = {word: outcome for key, outcome in (("successStatuses", "SUCCEEDED"), ("terminalStatuses", "TERMINAL"))
                for word in _words(stage.get(key, ""))}
    return statuses.get(value.upper(), "RUNNING")


def _words(statuses: str) -> list[str]:
    return [word.strip().upper() for word in statuses.split(",") if word.strip()]


def _read(value: Any, path: str) -> Any:
    """Of JsonPath, members and indices."""
    if not re.fullmatch(r"\$(\.\w+|\[\d+\])+", path):
        raise ValueError(f"no path that is understood here: {path}")
    for name, index in STEP.findall(path):
        try:
            value = value[name] if name else value[int(index)]
        except (KeyError, IndexError, TypeError):
            raise NotFound(path) from None
    return value


def may_ask(url: str, template: str = DEFAULT_EXCLUDED_TEMPLATE) -> bool:
    """Whether orca lets a webhook go to that host."""
    host = urlsplit(url).hostname or ""
    excluded = any(re.fullmatch(template.replace("%s", re.escape(domain)), host) for domain in EXCLUDED_DOMAINS)
    return re.fullmatch(r".*\..+", host) is not None and not excluded


def ancestors(stages: dict[str, dict[str, Any]], ref: str, path: tuple[str, ...] = ()) -> set[str]:
    """All stages before this one. Raises ValueError for a circle or a stage that is not there."""
    if ref in path:
        raise ValueError(f"{' '.join(path)} is a circle")
    if ref not in stages:
        raise ValueError(f"{path[-1]} waits for {ref}, which is not there")
    before = stages[ref]["requisiteStageRefIds"]
    return set(before).union(*(ancestors(stages, one, (*path, ref)) for one in before))


def faults(pipeline: dict[str, Any]) -> list[str]:
    """What is wrong with its shape."""
    stages = {stage["refId"]: stage for stage in pipeline["stages"]}
    wrong = [] if len(stages) == len(pipeline["stages"]) else ["two stages have one refId"]
    made: set[str] = set()
    for ref, stage in stages.items():
        try:
            before = ancestors(stages, ref)
        except ValueError as error:
            return [*wrong, str(error)]
        wrong += [f"{ref} {fault}" for fault in _stage_faults(stage, before, stages)]
        made |= {artifact["id"] for artifact in stage.get("expectedArtifacts", [])}
    declared = {parameter["name"] for parameter in pipeline["parameterConfig"]}
    used = set(re.findall(r"\${parameters\.(\w+)}", json.dumps(pipeline["stages"])))
    wrong += [f"parameter {name} is not declared" for name in used - declared]
    wrong += [f"parameter {name} is not used" for name in declared - used]
    wanted = {stage["manifestArtifactId"] for stage in stages.values() if "manifestArtifactId" in stage}
    return wrong + [f"nobody makes the artifact {name}" for name in wanted - made]


def _stage_faults(stage: dict[str, Any], before: set[str], stages: dict[str, dict[str, Any]]) -> list[str]:
    wrong = [] if stage["failPipeline"] and not stage["continuePipeline"] else ["lets the pipeline go on when it fails"]
    if stage["type"] == "webhook":
        wrong += [f"has {field}, which is none of a webhook's" for field in set(stage) - WEBHOOK_FIELDS - STAGE_FIELDS]
        if not stage.get("statusJsonPath"):
            wrong.append("has no statusJsonPath: any 200 would do")
        if stage.get("statusJsonPath") and not _words(stage.get("successStatuses", "")):
            wrong.append("has no successStatuses")
    if stage["type"] == "deployManifest":
        judgements = {ref for ref in before if stages[ref]["type"] == "manualJudgment"}
        gates = [ref for ref in before if "/api/v1/gates/" in stages[ref].get("url", "")]
        wrong += [] if judgements else ["is not behind the judgement"]
        wrong += [] if any(judgements & ancestors(stages, ref) for ref in gates) else [
            "is not behind a gate that is asked after the judgement"]
        wrong += [] if any(ancestors(stages, one) & set(gates) for one in judgements) else [
            "is judged before the gate is open"]
    return wrong
