"""Certificates: what ends when, whether chains and names hold, and our own credentials."""

from forms import (BLUE, COUNT_OF_FAULTS, DAY_S, ORANGE, REASON_LINK, SITE_LEGEND, TARGET_LINK, TIME_LEFT, VERMILLION,
                   Board, Json, bars, coloured, count, flag, fold, instant, lines, matrix, or_zero, override, query,
                   rows, series, stat, steps, table)

TARGET = 'target=~"$target"'
PLACE = "target, address"
POSITION = f"{PLACE}, position"
NAMES = ("subject", "issuer", "serial_number", "fingerprint_sha256")
MAX_REQUEST_BYTES = 32768  # jdk.tls.maxHandshakeMessageSize
CERTIFICATE_REASONS = "|".join(("certificate_.*", "chain_.*", "hostname_mismatch", "usage_missing", "spiffe_mismatch",
                                "client_auth_unverified", "authorities_.*", "replicas_disagree", "versions_disagree"))

END = "telltale_certificate_not_after_timestamp_seconds"
IDENTITY_END = "telltale_identity_not_after_timestamp_seconds"
ENDS = fold("min", POSITION, series(END, TARGET))
IDENTITY_ENDS = fold("min", "identity", series(IDENTITY_END))
CHAIN = fold("min", PLACE, series("telltale_chain_verified", TARGET))
HOSTNAME = fold("min", PLACE, series("telltale_hostname_verified", TARGET))
READABLE = fold("min", "identity", series("telltale_identity_readable"))
CREDENTIALS = fold("max", "credential, name, reason, severity", series("telltale_credential_finding"))
TIME = {"unit": "dateTimeAsIso", "custom__width": 180}


def make() -> Json:
    board = Board("certificates", "telltale: certificates",
                  "What ends when, of servers and of identities, and whether chains and names hold.",
                  ("datasource", "job", "cluster", "namespace", "target", "page", "docs"))
    add_now(board)
    add_servers(board)
    add_identities(board)
    add_tls(board)
    return board.json()


def add_now(board: Board) -> None:
    board.row("Now")
    for what, words, ends in (("server certificate to", "certificates that servers sent, chains included", ENDS),
                              ("identity to", "identities' leaf certificates", IDENTITY_ENDS)):
        board.add(stat(f"Next {what} end", f"Of all {words}: the time that is left.", f"min{left(ends)}",
                       "no certificate is known", unit="dtdurations", thresholds=TIME_LEFT), 4, 4)
    for days, colour in ((7, VERMILLION), (28, ORANGE)):
        board.add(count(f"End within {days} days", "Certificates as servers sent them, each address and position by "
                        "itself.", f"{left(ENDS)} < bool {days * DAY_S}", thresholds=steps(BLUE, (1, colour))), 3, 4)
    board.add(count("Chains not verified", "Addresses whose chain leads to no trust anchor. Dates are not part of it.",
                    f"{CHAIN} == bool 0"), 3, 4)
    board.add(count("Names not verified", "Addresses whose certificate does not show the expected name.",
                    f"{HOSTNAME} == bool 0"), 3, 4)
    board.add(stat("Findings about credentials now", "What is wrong with our own identities, trust and passwords.",
                   or_zero(f"sum({CREDENTIALS})", series("telltale_build_info")), "no data", unit="none",
                   thresholds=COUNT_OF_FAULTS), 4, 4)


def left(ends: str) -> str:
    return f"({ends} - time())"


def add_servers(board: Board) -> None:
    board.row("Servers")
    board.add(table("Calendar", "Every certificate as it was sent, the next to end first. Position 0 is the leaf, "
                    "whose names are known; the chain follows.", [
                        rows(left(ENDS)), rows(f"{ENDS} * 1000"),
                        rows(fold("max", POSITION, series(END.replace("after", "before"), TARGET)) + " * 1000"),
                        rows(fold("max", ", ".join((POSITION, *NAMES)), series("telltale_certificate_info", TARGET)))],
                    "no certificate is known", TARGET_LINK, time_left_column(), override("ends", **TIME),
                    override("began", **TIME), *names_or_dash(),
                    first=("target", "address", "position", "Value #A", "Value #B", "Value #C", *NAMES),
                    names={"Value #A": "left", "Value #B": "ends", "Value #C": "began"},
                    hidden=("Value #D",), sort="left"), 24, 12)
    board.add(bars("Time left by target", "Until the first certificate of the target's chains ends. Coloured below 28, "
                   "14 and 7 days.", [instant(f"sort{left(fold('min', 'target', series(END, TARGET)))}",
                                              f"{{{{target}}}} {SITE_LEGEND}")],
                   "no certificate is known", unit="dtdurations", thresholds=TIME_LEFT, min=0,
                   color={"mode": "thresholds"}), 12, 11)
    board.add(lines("Time left over time", "A renewal is a step up. A line that falls below 14 days wants one.",
                    [query(left(fold("min", "target", series(END, TARGET))), f"{{{{target}}}} {SITE_LEGEND}")],
                    "no certificate is known", "dtdurations"), 12, 11)
    board.add(lines("Distinct certificates by target", "Different leaf certificates among a target's addresses. More "
                    "than one for long: some replicas were not restarted after a renewal, or each has its own.",
                    [query(fold("max", "target", series("telltale_target_distinct_certificates", TARGET)),
                           f"{{{{target}}}} {SITE_LEGEND}")], "no certificate is known", "none", decimals=0), 8, 9)
    board.add(table("Issuers", "How many addresses show a certificate of each issuer.",
                    [rows(f"count by (issuer) ({series('telltale_certificate_info', TARGET)})")],
                    "no certificate is known", first=("issuer",), names={"Value": "addresses"}), 8, 9)
    board.add(table("Findings about certificates", "Weak, unverified, expired, expiring, untrusted, misnamed.",
                    [rows(fold("max", f"{PLACE}, reason, severity",
                               series("telltale_finding", TARGET, f'reason=~"{CERTIFICATE_REASONS}"')) + " == 1")],
                    "nothing was found", TARGET_LINK, REASON_LINK, first=("target", "address", "reason", "severity"),
                    hidden=("Value",), sort="target"), 8, 9)


def names_or_dash() -> list[Json]:
    return [override(name, noValue="–") for name in NAMES]


def time_left_column() -> Json:
    return override("left", unit="dtdurations", thresholds=TIME_LEFT, custom__width=170,
                    custom__cellOptions={"type": "color-background", "mode": "basic"})


def add_identities(board: Board) -> None:
    board.row("Identities and other credentials of telltale's")
    readable = flag("readable", "not readable")
    board.add(table("Identities", "What telltale and the callers present. Not readable: telltale goes on with what it "
                    "read last.", [rows(READABLE), rows(left(IDENTITY_ENDS)), rows(f"{IDENTITY_ENDS} * 1000"),
                                   rows(fold("max", ", ".join(("identity", *NAMES)),
                                             series("telltale_identity_info")))],
                    "no identities are configured", coloured("readable", readable), time_left_column(),
                    override("ends", **TIME), *names_or_dash(),
                    first=("identity", "Value #A", "Value #B", "Value #C", *NAMES),
                    names={"Value #A": "readable", "Value #B": "left", "Value #C": "ends"}, hidden=("Value #D",),
                    sort="left"), 24, 8)
    accepted = fold("min", "identity, target", series("telltale_identity_accepted", TARGET))
    board.add(matrix("Who takes which identity", "Rows are identities, columns the targets they were presented to; no, "
                     "where one address refuses. Empty where none was asked for.", flag("accepted", "refused"),
                     f"min by (identity, target) ({accepted})", "identity", "target", "none was asked for"), 14, 9)
    board.add(table("Findings about credentials", "None of them blocks a gate.", [rows(f"{CREDENTIALS} == 1")],
                    "nothing was found", REASON_LINK, first=("credential", "name", "reason", "severity"),
                    hidden=("Value",)), 10, 9)
    trust = fold("min", "", series("telltale_trust_readable"))
    passwords = fold("min", "target", series("telltale_password_readable", TARGET))
    board.add(table("Trust", "Whether the newest reading of the trust anchors succeeded.", [rows(trust)],
                    "the system's trust store", coloured("readable", readable), names={"Value": "readable"}), 8, 5)
    board.add(table("Passwords", "Whether the newest reading of each target's password succeeded.", [rows(passwords)],
                    "no passwords are configured", coloured("readable", readable), first=("target",),
                    names={"Value": "readable"}), 16, 5)


def add_tls(board: Board) -> None:
    board.row("TLS")
    yes = flag("yes", "no")
    spoken = {"1": (1, "✓ spoken", BLUE)}
    versions = [fold("max", PLACE, series("telltale_tls_version_info", TARGET, f'tls_version="{version}"'))
                for version in ("TLSv1.3", "TLSv1.2")]
    names = ("chain verified", "name verified", "TLSv1.3", "TLSv1.2")
    board.add(table("Addresses", "Chain: leads to a trust anchor. Name: the expected one is among the leaf's "
                    "subjectAltNames. TLS: the versions spoken.",
                    [rows(expression) for expression in (CHAIN, HOSTNAME, *versions)], "no address has been looked at",
                    TARGET_LINK, coloured(names[0], yes), coloured(names[1], yes), coloured(names[2], spoken),
                    coloured(names[3], spoken), first=("target", "address"), sort="target",
                    names={f"Value #{letter}": name for letter, name in zip("ABCD", names)}), 14, 12)
    board.add(table("Authorities asked for", "Issuers that a server names, by TLS version; 0: any will do. Java stops "
                    "at a message of 32768 bytes.",
                    [rows(fold("max", f"{PLACE}, tls_version", series(metric, TARGET)))
                     for metric in ("telltale_authorities", "telltale_authorities_bytes")],
                    "nobody asks for a certificate", TARGET_LINK,
                    override("size", unit="bytes", thresholds=steps("transparent", (MAX_REQUEST_BYTES / 2, ORANGE),
                                                                    (MAX_REQUEST_BYTES, VERMILLION)),
                             custom__cellOptions={"type": "color-background", "mode": "basic"}),
                    first=("target", "address", "tls_version"), names={"Value #A": "authorities", "Value #B": "size"},
                    sort="target"), 10, 12)
    board.add(bars("Cipher suites", "How many addresses negotiated each, over all versions.",
                   [instant(f"count by (cipher) ({series('telltale_tls_cipher_info', TARGET)})", "{{cipher}}")],
                   "no address has been looked at", unit="none", min=0, color={"mode": "fixed", "fixedColor": BLUE}),
              24, 7)
