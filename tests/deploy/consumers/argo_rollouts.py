"""Argo Rollouts' analysis: metricproviders/{webmetric,prometheus}, utils/evaluate/evaluate.go, analysis/analysis.go.

Web answers that are no JSON are judged by the conditions here, as since argo-rollouts pull request 4770; up to 1.8.3
they were successful whatever they said.
"""

import json
import re
from typing import Any, Callable, Iterable

from consumers.answers import Answer, ask

DEFAULT_CONSECUTIVE_ERROR_LIMIT = 4
# Of the conditions' language, expr, only what the templates use.
EQUALS = re.compile(r'result == "(\w+)"')
QUANTIFIED = re.compile(r"len\(result\) > 0 && (all|any)\(result, # == (-?\d+)\)")
JSON_PATH = re.compile(r"{\$((?:\.\w+)+)}")


def resolve(template: dict[str, Any], arguments: dict[str, str]) -> dict[str, Any]:
    """The only metric of an AnalysisTemplate with its arguments put in."""
    values = {argument["name"]: argument.get("value") for argument in template["spec"]["args"]} | arguments
    text = json.dumps(template["spec"]["metrics"])
    for name, value in values.items():
        text = text.replace("{{args.%s}}" % name, str(value))
    if "{{" in text:
        raise ValueError(f"an argument is missing: {text}")
    [metric] = json.loads(text)
    return metric


def holds(condition: str, result: Any) -> bool:
    if equals := EQUALS.fullmatch(condition):
        return result == equals.group(1)
    if quantified := QUANTIFIED.fullmatch(condition):
        quantifier = {"all": all, "any": any}[quantified.group(1)]
        return len(result) > 0 and quantifier(value == float(quantified.group(2)) for value in result)
    raise ValueError(f"no condition that is understood here: {condition}")


def phase_of(metric: dict[str, Any], result: Any) -> str:
    """What one measurement is, both conditions being given."""
    succeeds = holds(metric["successCondition"], result)
    if holds(metric["failureCondition"], result):
        return "Failed"
    return "Successful" if succeeds else "Inconclusive"


def measure_web(metric: dict[str, Any], send_to: Callable[[str], str]) -> str:
    web = metric["provider"]["web"]
    answer = ask(send_to(web["url"]), timeout_s=web["timeoutSeconds"])
    if answer is None or not 200 <= answer.status < 300:
        return "Error"
    return _judge_body(metric, web["jsonPath"], answer)


def _judge_body(metric: dict[str, Any], json_path: str, answer: Answer) -> str:
    try:
        value = json.loads(answer.body)
    except ValueError:
        return phase_of(metric, answer.body)
    path = JSON_PATH.fullmatch(json_path)
    if path is None:
        raise ValueError(f"no path that is understood here: {json_path}")
    for name in path.group(1).split(".")[1:]:
        if not isinstance(value, dict) or name not in value:
            return "Error"
        value = value[name]
    return phase_of(metric, value)


def run(metric: dict[str, Any], measurements: Iterable[str]) -> str:
    """What becomes of the metric as one measurement after the other comes in; Running while nothing is decided."""
    counts = dict.fromkeys(("Successful", "Failed", "Inconclusive"), 0)
    errors_in_a_row = 0
    error_limit = int(metric.get("consecutiveErrorLimit", DEFAULT_CONSECUTIVE_ERROR_LIMIT))
    for measurement in measurements:
        errors_in_a_row = errors_in_a_row + 1 if measurement == "Error" else 0
        if measurement != "Error":
            counts[measurement] += 1
        if counts["Failed"] > int(metric.get("failureLimit", 0)):
            return "Failed"
        if counts["Inconclusive"] > int(metric.get("inconclusiveLimit", 0)):
            return "Inconclusive"
        if errors_in_a_row > error_limit:
            return "Error"
        if sum(counts.values()) >= int(metric["count"]):
            return "Successful"
    return "Running"
