#include <algorithm>
#include <map>
#include <sstream>

#include <doctest/doctest.h>

#include "telltale/render/render.hpp"

#include "render/edge_text.hpp"
#include "render/facts_text.hpp"
#include "render/text.hpp"
#include "unit/render/fixture.hpp"

namespace telltale::render {

namespace {

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) {
    lines.push_back(line);
  }
  return lines;
}

}  // namespace

TEST_SUITE_BEGIN("render");

TEST_CASE("table: a clean fleet -> a row per address, and the gate") {
  CHECK(
      table(fixture::ready_fleet(), fixture::now(), false) ==
      "TARGET  ADDRESS         MODE  EXPECTED  VERIFIED  TLS      CERTIFICATE ENDS     LOOKED AT\n"
      "gate    127.0.0.1:8084  want  want      yes       1.3 1.2  2027-01-01 (in 39d)  10s ago\n"
      "\n"
      "0 of 1 service is at `need`, 1 at `want`. May take their next step now: gate.\n"
      "#  SERVICE  STAGE  NEXT  MAY GO  WHY\n"
      "1  gate     want   need  yes\n"
      "\n"
      "gate need open since 2026-11-22T11:00:00Z\n");
}

TEST_CASE("table: findings -> under their target; blockers -> under their gate, with hints") {
  const std::string text = table(fixture::mixed_fleet(), fixture::now(), false);
  CHECK(text.find("  login\n"
                  "          ci@lab with the roles ci@lab, deployers\n"
                  "  error   authorities_missing\n"
                  "          The list does not name CN=Lab Root, from which our certificate was "
                  "issued.\n"
                  "  warning certificate_weak\n"
                  "          The key has 1024 bits.\n"
                  "redis ") != std::string::npos);
  CAPTURE(text);
  CHECK(text.find("\ngate need closed since 2026-11-22T11:55:00Z\n"
                  "  clouddriver 127.0.0.1:7002 authorities_missing\n"
                  "    The list does not name CN=Lab Root, from which our certificate was issued.\n"
                  "    Add the CA to the service's trust store") != std::string::npos);
  CHECK(text.find("  accepted: redis 127.0.0.1:6379 connect_refused\n") != std::string::npos);
  CHECK(text.find("deck         -  ") != std::string::npos);
}

TEST_CASE("table: calls -> a matrix of marks, then each that does not survive") {
  const std::string text = table(fixture::mixed_fleet(), fixture::now(), false);
  CAPTURE(text);
  CHECK(text.find("\n"
                  "1 of 4 calls survive the flip to `need`.\n"
                  "+ survives  ? unknown  ! breaks  x broken  . does not call\n"
                  "1 gate  2 clouddriver  3 deck\n"
                  "CALLER       1  2  3\n"
                  "ci           +  x  .\n"
                  "gate         .  !  .\n"
                  "clouddriver  .  .  ?\n"
                  "  breaks   gate to clouddriver at 127.0.0.1:7002: issuer_not_advertised\n"
                  "           The list does not name CN=Lab Intermediate.\n"
                  "           Mend it.\n"
                  "  broken   ci to clouddriver at 127.0.0.1:7002: hostname_mismatch\n"
                  "           The certificate is for another name.\n"
                  "           Mend it.\n"
                  "  unknown  clouddriver to deck: unknown\n"
                  "           deck has no address that was looked at.\n"
                  "           Wait.\n"
                  "\n0 of 5 services") != std::string::npos);
  CHECK(text.find("  gate to clouddriver 127.0.0.1:7002 issuer_not_advertised\n") !=
        std::string::npos);
}

TEST_CASE("table: one sentence over several addresses -> said once, for all of them") {
  std::vector<assess::EdgeAssessment> rows;
  for (std::uint16_t port = 1; port <= 6; ++port) {
    rows.push_back(fixture::row({"127.0.0.1", port}, assess::Verdict::breaks,
                                assess::Reason::identity_rejected, "It is turned away."));
  }
  rows[1].detail = "It is turned away differently.";
  rows[1].verdict = assess::Verdict::broken;
  rows[2].verdict = assess::Verdict::survives;
  gate::Snapshot snapshot = fixture::ready_fleet();
  snapshot.edges = {fixture::edge("ci", "gate", rows)};
  const std::string text = table(snapshot, fixture::now(), false);
  CHECK(text.find("  broken   ci to gate at 127.0.0.1:2: identity_rejected\n"
                  "           It is turned away differently.\n"
                  "           Mend it.\n"
                  "  breaks   ci to gate at 127.0.0.1:1, 127.0.0.1:4, 127.0.0.1:5, 127.0.0.1:6: "
                  "identity_rejected\n"
                  "           It is turned away.\n") != std::string::npos);
}

TEST_CASE(
    "table: the same is the matter with several calls -> told for the first, likewise for all") {
  const auto refused = [](std::string caller, std::string callee, std::uint16_t port) {
    const fleet::Endpoint address{"127.0.0.1", port};
    const std::string detail =
        caller + " presents nothing to " + callee + " at " + fleet::to_text(address) + ".";
    return fixture::edge(caller, callee,
                         {fixture::row(address, assess::Verdict::breaks,
                                       assess::Reason::issuer_not_advertised, detail)});
  };
  gate::Snapshot snapshot = fixture::ready_fleet();
  snapshot.edges = {refused("orca", "gate", 1), refused("igor", "gate", 1),
                    refused("echo", "clouddriver", 2)};
  gate::EdgeEntry other = *refused("rosco", "gate", 1);
  other.rows[0].detail += " It is the third today.";
  snapshot.edges.insert(snapshot.edges.begin() + 1,
                        std::make_shared<const gate::EdgeEntry>(std::move(other)));
  const std::string text = table(snapshot, fixture::now(), false);
  CAPTURE(text);
  CHECK(
      text.find("  breaks   orca to gate at 127.0.0.1:1: issuer_not_advertised\n"
                "           orca presents nothing to gate at 127.0.0.1:1.\n"
                "           Mend it.\n"
                "  breaks   igor to gate at 127.0.0.1:1: issuer_not_advertised, likewise\n"
                "  breaks   echo to clouddriver at 127.0.0.1:2: issuer_not_advertised, likewise\n"
                "  breaks   rosco to gate at 127.0.0.1:1: issuer_not_advertised\n"
                "           rosco presents nothing to gate at 127.0.0.1:1. It is the third today.\n"
                "           Mend it.\n") != std::string::npos);
}

TEST_CASE("table: a caller with the name of a common word -> its generic hint is still the same") {
  std::vector<gate::EdgeEntryPtr> edges;
  for (const std::string caller : {"gate", "igor"}) {
    assess::EdgeAssessment row =
        fixture::row({"127.0.0.1", 1}, assess::Verdict::breaks,
                     assess::Reason::caller_presents_nothing, caller + " holds no certificate.");
    row.hint = assess::row_of(row.reason).hint;
    REQUIRE(row.hint.find("in the gate") != std::string::npos);
    edges.push_back(fixture::edge(caller, "orca", {row}));
  }
  CHECK(tenor_of(edges[0]->edge, edges[0]->rows[0]) == tenor_of(edges[1]->edge, edges[1]->rows[0]));
}

TEST_CASE("table: blockers of calls -> told above, so that the gate only says which") {
  const std::string text = table(fixture::mixed_fleet(), fixture::now(), false);
  const std::string gate = text.substr(text.find("\ngate need closed"));
  CAPTURE(gate);
  CHECK(gate.find("  gate to clouddriver 127.0.0.1:7002 issuer_not_advertised\n"
                  "  ci to clouddriver 127.0.0.1:7002 hostname_mismatch\n") != std::string::npos);
  CHECK(gate.find("CN=Lab Intermediate") == std::string::npos);
}

TEST_CASE("table: one call blocked at several addresses -> one line that counts them") {
  gate::Snapshot snapshot = fixture::mixed_fleet();
  std::vector<assess::EdgeAssessment> rows;
  for (std::uint16_t port = 1; port <= 3; ++port) {
    rows.push_back(fixture::row({"127.0.0.1", port}, assess::Verdict::breaks,
                                assess::Reason::identity_rejected, "It is turned away."));
  }
  rows.insert(rows.begin() + 1, fixture::row({"127.0.0.1", 9}, assess::Verdict::breaks,
                                             assess::Reason::identity_expired, "It has ended."));
  snapshot.edges = {fixture::edge("ci", "clouddriver", std::move(rows))};
  const std::string text = table(snapshot, fixture::now(), false);
  const std::string gate = text.substr(text.find("\ngate need closed"));
  CAPTURE(gate);
  CHECK(gate.find("  ci to clouddriver (3 addresses) identity_rejected\n"
                  "  ci to clouddriver 127.0.0.1:9 identity_expired\n") != std::string::npos);
}

TEST_CASE("table: long names and addresses -> 100 columns, and no name or address is lost") {
  const std::vector<std::string> names = {"clouddriver-read-only-deck", "front50",
                                          "redis-with-tls-and-password"};
  const auto of_addresses = [&](const std::string& prefix) {
    std::vector<gate::TargetEntry> targets;
    for (std::size_t i = 0; i < names.size(); ++i) {
      std::vector<gate::AddressEntry> addresses;
      for (std::size_t n = 0; n < 2; ++n) {
        const std::string ip = prefix + std::to_string(10 + 2 * i + n);
        addresses.push_back(fixture::entry_of(fixture::good_look({ip, 8083})));
      }
      targets.push_back(fixture::target(names[i], std::move(addresses)));
    }
    return fixture::snapshot(std::move(targets), {fixture::open_gate("need")});
  };
  const auto check = [&](const std::string& prefix, std::string_view headings,
                         std::string_view first) {
    const std::string text = table(of_addresses(prefix), fixture::now(), false);
    CAPTURE(text);
    CHECK(text.starts_with(headings));
    CHECK(text.find(first) != std::string::npos);
    for (const std::string& line : lines_of(text)) {
      CHECK(width_of(line) <= 100);
      CHECK_FALSE(line.ends_with(' '));
    }
    for (int i = 10; i < 16; ++i) {
      CHECK(text.find(prefix + std::to_string(i)) != std::string::npos);
    }
  };
  SUBCASE("a little too long -> without LOOKED AT") {
    check("10.9.8.",
          "TARGET                       ADDRESS         MODE  EXPECTED  VERIFIED  TLS      "
          "CERTIFICATE ENDS\n",
          "clouddriver-read-only-deck   10.9.8.10:8083  want  want      yes       1.3 1.2  "
          "2027-01-01 (in 39d)\n");
  }
  SUBCASE("longer -> without distances, too") {
    check("10.6.123.1",
          "TARGET                       ADDRESS            MODE  EXPECTED  VERIFIED  TLS      "
          "CERTIFICATE ENDS\n",
          "clouddriver-read-only-deck   10.6.123.110:8083  want  want      yes       1.3 1.2  "
          "2027-01-01\n");
  }
  SUBCASE("IPv6 -> each name on a line of its own, once") {
    check("fd00:10:244:1:5054:ff:fe12:34",
          "TARGET\n"
          "  ADDRESS                                 MODE  EXPECTED  VERIFIED  TLS      "
          "CERTIFICATE ENDS\n",
          "front50\n"
          "  [fd00:10:244:1:5054:ff:fe12:3412]:8083  want  want      yes       1.3 1.2  "
          "2027-01-01\n");
  }
}

TEST_CASE("table: 12 targets and 40 calls -> every one is found, within 100 columns") {
  using assess::Reason;
  using assess::Verdict;
  const std::vector<std::string> names = {"clouddriver", "deck",  "echo",  "fiat",
                                          "front50",     "gate",  "igor",  "kayenta",
                                          "orca",        "rosco", "redis", "dinghy"};
  std::vector<gate::TargetEntry> targets;
  for (std::size_t i = 0; i < names.size(); ++i) {
    targets.push_back(fixture::target(
        names[i],
        {fixture::entry_of(fixture::good_look({"10.96.123." + std::to_string(100 + i), 8080}))}));
  }
  gate::Snapshot snapshot = fixture::snapshot(std::move(targets), {fixture::open_gate("need")});
  const Verdict verdicts[] = {Verdict::survives, Verdict::survives, Verdict::unknown,
                              Verdict::breaks,   Verdict::survives, Verdict::broken};
  const std::string marks = "++?!+x";
  std::string sentence;
  for (int i = 0; i < 12; ++i) {
    sentence += "the caller's certificate ";
  }
  std::map<std::string, std::string> rows;  // by caller: the marks
  for (const std::string& name : names) {
    rows[name] = std::string(names.size(), '.');
  }
  for (std::size_t i = 0; i < 40; ++i) {
    const std::size_t caller = i % names.size();
    const std::size_t callee = (caller + 1 + i / names.size()) % names.size();
    snapshot.edges.push_back(
        fixture::edge(names[caller], names[callee],
                      {fixture::row({"10.96.123." + std::to_string(100 + callee), 8080},
                                    verdicts[i % 6], Reason::issuer_not_advertised, sentence)}));
    rows[names[caller]][callee] = marks[i % 6];
  }
  const std::string text = table(snapshot, fixture::now(), false);
  CAPTURE(text);
  const std::vector<std::string> lines = lines_of(text);
  for (const std::string& line : lines) {
    CAPTURE(line);
    CHECK(width_of(line) <= 100);
    CHECK_FALSE(line.ends_with(' '));
  }
  for (std::size_t i = 0; i < names.size(); ++i) {
    CAPTURE(names[i]);
    CHECK(text.find(std::to_string(i + 1) + " " + names[i]) != std::string::npos);
    std::string row = names[i] + std::string(11 - names[i].size(), ' ');
    for (const char mark : rows[names[i]]) {
      row.append("  ").append(1, mark);
    }
    CHECK(std::ranges::find(lines, row) != lines.end());
  }
  for (const gate::EdgeEntryPtr& edge : snapshot.edges) {
    const bool is_told =
        text.find(edge->edge.caller + " to " + edge->edge.callee + " at ") != std::string::npos;
    CHECK(is_told == (edge->verdict != Verdict::survives));
  }
}

TEST_CASE("table: the rollout -> each service in its order, and why it may not go") {
  const std::string text = table(fixture::mixed_fleet(), fixture::now(), false);
  CAPTURE(text);
  CHECK(text.find(
            "\n"
            "0 of 5 services are at `need`, 2 at `want`, 3 not known. None may take its next step "
            "now.\n"
            "#  SERVICE      STAGE    NEXT  MAY GO  WHY\n"
            "1  dinghy       unknown  -     -       unknown (10.0.0.9:8081)\n"
            "2  redis        unknown  -     -       client_auth_unknown (127.0.0.1:6379)\n"
            "3  deck         unknown  -     -       resolve_failed, and 1 more\n"
            "4  clouddriver  want     need  no      authorities_missing (127.0.0.1:7002), and 2 "
            "more\n"
            "5  gate         want     need  no      waiting: 0 of 3 rounds, 0s of 10m\n"
            "\nidentity orca\n") != std::string::npos);
}

TEST_CASE("table: seen is not what is declared -> below its service; all at need -> one line") {
  const auto at_need = [](std::optional<tls::ClientAuthMode> declared) {
    gate::TargetEntry gate = fixture::target(
        "gate",
        {fixture::entry_of(fixture::good_look({"127.0.0.1", 8084}, tls::ClientAuthMode::need))});
    gate.target.expect.client_auth = declared;
    return table(fixture::snapshot({std::move(gate)}, {fixture::open_gate("need")}), fixture::now(),
                 false);
  };
  CHECK(at_need(tls::ClientAuthMode::want)
            .find("\nThe one service is at `need`.\n"
                  "#  SERVICE  STAGE  NEXT  MAY GO  WHY\n"
                  "1  gate     need   -     -\n"
                  "   Seen `need` and declared `want`: ahead of what is declared, and the next "
                  "deployment takes it\n   back.\n") != std::string::npos);
  CHECK(at_need(tls::ClientAuthMode::need)
            .find("\nThe one service is at `need`.\n\ngate need open") != std::string::npos);
}

TEST_CASE("table: the rollout of services with long names -> why not stands on its own lines") {
  gate::Snapshot snapshot = fixture::mixed_fleet();
  gate::TargetEntry renamed = *snapshot.targets[4];
  renamed.target.name = std::string(60, 'x');
  snapshot.targets[4] = std::make_shared<const gate::TargetEntry>(std::move(renamed));
  const std::string text = table(snapshot, fixture::now(), false);
  CAPTURE(text);
  CHECK(text.find("2  " + std::string(60, 'x') +
                  "  unknown  -     -\n"
                  "   unknown (10.0.0.9:8081)\n") != std::string::npos);
  CHECK(text.find("MAY GO\n") != std::string::npos);
}

TEST_CASE("table: our own credentials -> what is the matter with each, before the gates") {
  const std::string text = table(fixture::mixed_fleet(), fixture::now(), false);
  CHECK(text.find("\nidentity orca\n"
                  "  warning identity_expiring\n"
                  "          CN=orca of identity orca ends at 2026-11-24T00:00:00Z, in 1d12h.\n"
                  "\nidentity gate\n"
                  "  warning identity_unreadable\n"
                  "          Identity gate cannot be read anew: gate.crt holds no certificate.\n"
                  "\ntrust\n"
                  "  warning truststore_empty\n"
                  "          Java takes none for a trust anchor.\n"
                  "\ntrust orca-trust.p12\n"
                  "  warning trust_unreadable\n"
                  "          The trust orca-trust.p12 of callers cannot be read anew: it is gone.\n"
                  "\ngate need closed") != std::string::npos);
}

TEST_CASE("table: several addresses -> a finding says at which") {
  assess::AddressAssessment look = fixture::good_look({"127.0.0.2", 1});
  look.findings = {
      fixture::finding(assess::Reason::certificate_weak, assess::Severity::warning, "Weak.")};
  const gate::Snapshot snapshot = fixture::snapshot(
      {fixture::target("a", {fixture::entry_of(fixture::good_look({"127.0.0.1", 1})),
                             fixture::entry_of(std::move(look))})},
      {});
  CHECK(
      table(snapshot, fixture::now(), false).find("  warning certificate_weak at 127.0.0.2:1\n") !=
      std::string::npos);
}

TEST_CASE("table: any fleet -> no trailing blanks, no line beyond 100 columns") {
  assess::AddressAssessment look = fixture::good_look({"127.0.0.1", 7002});
  std::string sentence;
  for (int i = 0; i < 60; ++i) {
    sentence += "word ";
  }
  look.findings = {
      fixture::finding(assess::Reason::authorities_missing, assess::Severity::error, sentence)};
  const gate::Snapshot wordy = fixture::snapshot(
      {fixture::target("clouddriver-caching", {fixture::entry_of(std::move(look))})},
      {fixture::open_gate("need")});
  for (const gate::Snapshot& snapshot : {fixture::mixed_fleet(), wordy}) {
    for (const std::string& line : lines_of(table(snapshot, fixture::now(), false))) {
      CAPTURE(line);
      CHECK_FALSE(line.ends_with(' '));
      CHECK(width_of(line) <= 100);
    }
  }
}

TEST_CASE("table: color -> only if asked for, and the same words") {
  const std::string plain = table(fixture::mixed_fleet(), fixture::now(), false);
  const std::string colored = table(fixture::mixed_fleet(), fixture::now(), true);
  CHECK(plain.find('\x1b') == std::string::npos);
  CHECK(colored.find("\x1b[31mclosed\x1b[0m") != std::string::npos);
  std::string stripped;
  for (std::size_t at = 0; at < colored.size(); ++at) {
    if (colored[at] == '\x1b') {
      at = colored.find('m', at);
      continue;
    }
    stripped += colored[at];
  }
  CHECK(stripped == plain);
}

TEST_CASE("table and short: hostile texts -> cannot steer the terminal or forge a line") {
  for (const std::string& text : {table(fixture::hostile_fleet(), fixture::now(), false),
                                  brief(fixture::hostile_fleet(), fixture::now())}) {
    CHECK(text == to_valid_utf8(text));
    CHECK(text.find_first_of("\x1b\r\t") == std::string::npos);
    for (const std::string& line : lines_of(text)) {
      CHECK_FALSE(line.starts_with("\xef\xbf\xbd"));  // what follows the hostile line end
    }
  }
}

TEST_CASE("short: a line per gate, one per blocker, and one per finding about our credentials") {
  CHECK(brief(fixture::ready_fleet(), fixture::now()) == "need open since 2026-11-22T11:00:00Z\n");
  const std::vector<std::string> lines = lines_of(brief(fixture::mixed_fleet(), fixture::now()));
  REQUIRE(lines.size() >= 4);
  CHECK(lines[0] == "need closed since 2026-11-22T11:55:00Z");
  CHECK(lines[1] ==
        "need clouddriver 127.0.0.1:7002 authorities_missing: The list does not name CN=Lab Root, "
        "from which our certificate was issued.");
  REQUIRE(lines.size() >= 10);
  CHECK(lines[lines.size() - 5] == "canary open since 2026-11-22T11:00:00Z");
  CHECK(
      lines[lines.size() - 4] ==
      "identity orca identity_expiring: CN=orca of identity orca ends at 2026-11-24T00:00:00Z, in "
      "1d12h.");
  CHECK(lines[lines.size() - 2] == "trust truststore_empty: Java takes none for a trust anchor.");
  CHECK(lines.back() ==
        "trust orca-trust.p12 trust_unreadable: The trust orca-trust.p12 of callers cannot be read "
        "anew: it is gone.");
}

TEST_CASE("facts in words: distances, claims, modes") {
  const CivilTime now = fixture::now().civil;
  CHECK(distance_text(now, now) == "now");
  CHECK(distance_text(now + std::chrono::seconds(90), now) == "in 1m30s");
  CHECK(distance_text(now - std::chrono::seconds(7), now) == "7s ago");
  CHECK(distance_text(now + std::chrono::hours(47), now) == "in 1d23h");
  CHECK(distance_text(now + std::chrono::hours(49), now) == "in 2d");
  CHECK(distance_text(fixture::civil(9999, 12, 31), now) == "in centuries");
  CHECK(date_text(fixture::civil(9999, 12, 31)) == "9999-12-31");
  CHECK(claim_text(true) == "yes");
  CHECK(claim_text(false) == "no");
  CHECK(claim_text({}) == "-");

  assess::AddressAssessment look = fixture::good_look({"::1", 1}, tls::ClientAuthMode::need);
  look.enforced_by = assess::EnforcedBy::tls;
  CHECK(mode_text(look) == "need");
  look.enforced_by = assess::EnforcedBy::http;
  CHECK(mode_text(look) == "need (http)");
  CHECK(versions_text(look) == "1.3 1.2");
  look.versions.clear();
  CHECK(versions_text(look) == "-");
}

TEST_CASE("facts in words: whom gate takes us for, and what we trust") {
  using probe::LoginAttempt;
  assess::AddressAssessment look;
  CHECK_FALSE(login_text(look));
  look.login = LoginAttempt{.obstacle = probe::LoginObstacle::unverified};
  CHECK_FALSE(login_text(look));
  look.login = LoginAttempt{.status = 302};
  CHECK(login_text(look) == "nobody (HTTP 302)");
  look.login = LoginAttempt{.failure = probe::Failure{}};
  CHECK(login_text(look) == "nobody");
  look.login = LoginAttempt{.status = 200, .principal = "ci@lab"};
  CHECK(login_text(look) == "ci@lab without roles");
  look.login->roles = {"a", "b"};
  CHECK(login_text(look) == "ci@lab with the roles a, b");
  look.login->roles.assign(23, "r");
  CHECK(login_text(look)->ends_with(", r and 3 more"));
  CHECK(anchors_text({.anchors = 1}) == "1 trust anchor");
  CHECK(anchors_text({.is_system = true}) == "the system's trust store");
}

TEST_SUITE_END();

}  // namespace telltale::render
