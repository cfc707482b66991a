"""The rollout: whether the gates are open and why not, who would not get in, and how far each service is."""

from forms import (BLUE, CALLEE_LINK, GATES, GREY, MESH_MODES, MODES, ORANGE, REASON_LINK, SITE_LEGEND, TARGET_LINK,
                   VERDICTS, VERMILLION, Board, Json, bars, coloured, count, flag, fold, instant, lines, matrix,
                   number_of, or_zero, override, query, rows, series, stat, states_over_time, steps, table)

GATE = 'gate=~"$gate"'
TARGET = 'target=~"$target"'
CALLEE = 'callee=~"$target"'

GATE_STATUS = fold("min", "gate", number_of("telltale_gate_status", "status", GATES, GATE))
MODE = fold("min", "target", number_of("telltale_client_auth_mode", "mode", MODES, TARGET))
EXPECTED = fold("min", "target", number_of("telltale_client_auth_mode_expected", "mode", MODES, TARGET))
MESH_MODE = fold("min", "target", number_of("telltale_mesh_mode", "mode", MESH_MODES, TARGET))
MESH_EXPECTED = fold("min", "target", number_of("telltale_mesh_mode_expected", "mode", MESH_MODES, TARGET))
AGREE = fold("min", "target", series("telltale_target_replicas_agree", TARGET))
BLOCKERS = fold("max", "gate, reason", series("telltale_gate_blockers", GATE))
ACCEPTED = fold("max", "gate, reason", series("telltale_gate_accepted", GATE))
VERDICT = fold("max", "caller, callee", number_of("telltale_edge_verdict", "verdict", VERDICTS, CALLEE))
BLOCKED = fold("max", "caller, callee, reason", series("telltale_edge_blocked", CALLEE))
FINDINGS = fold("max", "target, address, reason, severity", series("telltale_finding", TARGET))


def make() -> Json:
    board = Board("rollout", "telltale: rollout",
                  "Whether the flip to `need` is safe, who would not get in any more, and how far each service is.",
                  ("datasource", "job", "cluster", "namespace", "gate", "target", "page", "docs"))
    annotate_gates(board)
    add_now(board)
    add_gates(board)
    add_calls(board)
    add_reasons(board)
    add_targets(board)
    add_mesh(board)
    return board.json()


def annotate_gates(board: Board) -> None:
    since = fold("max", "gate", series("telltale_gate_last_transition_timestamp_seconds", GATE))
    status = fold("max", "gate, status", series("telltale_gate_status", GATE))
    board.annotate("Gates", f"({status} == 1) * on (cluster, namespace, gate) group_left () {since} * 1000",
                   "gate {{gate}}: {{status}}", f"since then {{{{status}}}} {SITE_LEGEND}", "gate,status")


def add_now(board: Board) -> None:
    board.row("Now")
    board.add(stat("Gates now", "Open, closed or unknown, the worst where several telltales are chosen. Only open is a "
                   "yes. No value: no telltale tells, which is no yes either.", GATE_STATUS, "no telltale tells",
                   legend=f"{{{{gate}}}} {SITE_LEGEND}", states=GATES), 12, 6)
    board.add(progress(), 12, 6)
    board.add(stat("Blockers", "What keeps the chosen gates from opening, calls and missing evidence included.",
                   or_zero(f"sum({BLOCKERS})", GATE_STATUS), "no data", unit="none",
                   thresholds=steps(BLUE, (1, VERMILLION))), 6, 4)
    board.add(count("Calls that break or are broken", "Calls that fail after the flip of the one that is called, or "
                    "fail today already.", f"{VERDICT} >= bool 3"), 6, 4)
    board.add(stat("Breakages accepted", "What would block, had it not been accepted in telltale.yml until a date.",
                   or_zero(f"sum({ACCEPTED})", GATE_STATUS), "no data", unit="none",
                   thresholds=steps(BLUE, (1, ORANGE))), 6, 4)
    board.add(count("Targets whose replicas disagree", "Their addresses differ in mode, verification or the list of "
                    "authorities: some still run with the old configuration.", f"{AGREE} == bool 0"), 6, 4)


def progress() -> Json:
    targets = [instant(f"sum({MODE} == bool {number})", words) for number, words, _ in MODES.values()]
    made = bars("Services by mode", "How many targets are at each mode now, each at that of its laxest address. "
                "Those that stay as they are (goal none) count, too.", targets[::-1], "no data", unit="none", min=0)
    made["fieldConfig"]["overrides"] = [override(words, color={"mode": "fixed", "fixedColor": colour})
                                        for _, words, colour in MODES.values()]
    return made


def add_gates(board: Board) -> None:
    board.row("Gates")
    board.add(states_over_time("Gates over time", "A gap: nobody told. After a restart a gate begins at unknown.",
                               GATES, GATE_STATUS, f"{{{{gate}}}} {SITE_LEGEND}", "no telltale tells"), 24, 6)
    board.add(table("Blockers now", "By reason. The sentence and what to do are on telltale's page.",
                    [rows(f"{BLOCKERS} > 0")], "nothing blocks", REASON_LINK, first=("gate", "reason"),
                    names={"Value": "blockers"}), 8, 9)
    board.add(lines("Blockers over time", "By reason, over the chosen gates and sites. Zero is the goal.",
                    [query(f"sum by (reason) ({BLOCKERS}) > 0", "{{reason}}")], "nothing blocks", "none",
                    stacked=True), 8, 9)
    board.add(table("Accepted breakages", "They do not block until their date, nor with another reason.",
                    [rows(f"{ACCEPTED} > 0")], "nothing is accepted", REASON_LINK, first=("gate", "reason"),
                    names={"Value": "accepted"}), 8, 9)


def add_calls(board: Board) -> None:
    board.row("Calls")
    board.add(matrix("Who calls whom, and what becomes of it at `need`",
                     "Rows call, columns are called. survives: works today and after the flip; breaks: works today and "
                     "fails after; broken: fails today; unknown: keeps the gate from opening. The worst of the chosen "
                     "sites.", VERDICTS, f"max by (caller, callee) ({VERDICT})", "caller", "callee",
                     "no calls are configured"), 24, 12)


def add_reasons(board: Board) -> None:
    board.row("Why")
    board.add(table("Why calls break", "One row for each reason.", [rows(f"{BLOCKED} == 1")], "every call survives",
                    CALLEE_LINK, REASON_LINK, first=("caller", "callee", "reason"), hidden=("Value",)), 10, 10)
    severities = {"error": ("✕ error", VERMILLION), "warning": ("! warning", ORANGE), "info": ("i info", GREY)}
    words = [{"type": "value", "options": {name: {"text": text, "color": colour, "index": index} for
                                           index, (name, (text, colour)) in enumerate(severities.items())}}]
    board.add(table("Findings now", "What is wrong or worth mending, and where. Errors on a gate's targets keep it "
                    "closed.", [rows(f"{FINDINGS} == 1")], "nothing was found", TARGET_LINK, REASON_LINK,
                    override("severity", mappings=words, custom__cellOptions={"type": "color-background",
                                                                             "mode": "basic"}),
                    first=("target", "address", "severity", "reason"), hidden=("Value",), sort="target"), 14, 10)


def add_targets(board: Board) -> None:
    board.row("Targets")
    board.add(states_over_time("Modes over time", "What each target does about client certificates: that of its laxest "
                               "address, and unknown while one of them is.", MODES, MODE,
                               f"{{{{target}}}} {SITE_LEGEND}", "no target has been looked at"), 24, 12)
    board.add(targets_table(), 24, 12)


def targets_table() -> Json:
    refused = fold("min", "target", series("telltale_client_certificates_verified", TARGET))
    ready = fold("min", "target", series("telltale_gate_target_open", GATE, TARGET))
    addresses = fold("max", "target", series("telltale_target_addresses", TARGET))
    faults = [fold("max", "target", series("telltale_findings", TARGET, f'severity="{severity}"'))
              for severity in ("error", "warning")]
    names = ("expected", "seen", "replicas", "stranger", "gates", "addresses", "errors", "warnings")
    made = table("Expected and seen", "expected: the mode in telltale.yml; seen: that of the laxest address; replicas: "
                 "whether the addresses behave alike; stranger: what became of a certificate that nobody should trust; "
                 "gates: whether the chosen gates are open as far as this target is concerned.",
                 [rows(expression) for expression in (EXPECTED, MODE, AGREE, refused, ready, addresses, *faults)],
                 "no target has been looked at", TARGET_LINK, coloured("expected", MODES, "not stated"),
                 coloured("seen", MODES), coloured("replicas", flag("agree", "disagree")),
                 coloured("stranger", flag("refused", "let in"), "not asked"),
                 coloured("gates", {"0": (0, "✕ not open", ORANGE), "1": (1, "✓ open", BLUE)}, "in none"),
                 first=("target",), sort="target",
                 names={f"Value #{chr(ord('A') + index)}": name for index, name in enumerate(names)})
    for name, colour in (("errors", VERMILLION), ("warnings", ORANGE)):
        made["fieldConfig"]["overrides"].append(override(
            name, thresholds=steps("transparent", (1, colour)),
            custom__cellOptions={"type": "color-background", "mode": "basic"}))
    return made


def add_mesh(board: Board) -> None:
    board.row("Mesh: from PERMISSIVE to STRICT (only for targets with `mesh`)", folded=True)
    strict = fold("max", "caller, callee", number_of("telltale_edge_strict_verdict", "verdict", VERDICTS, CALLEE))
    board.add(states_over_time("Sidecars over time", "What the sidecar in front of each target lets in, the laxest of "
                               "its addresses.", MESH_MODES, MESH_MODE, f"{{{{target}}}} {SITE_LEGEND}",
                               "no target has a mesh"), 14, 8)
    board.add(table("Sidecars: expected and seen", "expected: `mesh.mode` in telltale.yml; seen: the laxest address.",
                    [rows(MESH_EXPECTED), rows(MESH_MODE)], "no target has a mesh", TARGET_LINK,
                    coloured("expected", MESH_MODES), coloured("seen", MESH_MODES), first=("target",), sort="target",
                    names={"Value #A": "expected", "Value #B": "seen"}), 10, 8)
    board.add(matrix("What becomes of calls at STRICT", "As above, about the flip of the callee's sidecar.", VERDICTS,
                     f"max by (caller, callee) ({strict})", "caller", "callee", "no target has a mesh"), 24, 8)
