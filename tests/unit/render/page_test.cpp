#include <doctest/doctest.h>

#include "telltale/render/render.hpp"

#include "render/text.hpp"
#include "unit/render/fixture.hpp"
#include "unit/render/well_formed.hpp"

namespace telltale::render {

namespace {

bool has(const std::string& page, std::string_view text) {
  return page.find(text) != std::string::npos;
}

/// `page` without tags: what a reader sees. The style sheet is left out.
std::string text_of(std::string_view page) {
  std::string text;
  page.remove_prefix(page.find("<body>"));
  while (!page.empty()) {
    const std::size_t tag = std::min(page.find('<'), page.size());
    text.append(page.substr(0, tag)).append(" ");
    page.remove_prefix(std::min(page.find('>', tag), page.size() - 1) + 1);
  }
  return text;
}

}  // namespace

TEST_SUITE_BEGIN("render");

TEST_CASE("page: any fleet -> well-formed, in a language, with headings, without scripts") {
  for (const gate::Snapshot& snapshot : {fixture::ready_fleet(), fixture::mixed_fleet(),
                                         fixture::hostile_fleet(), fixture::snapshot({}, {})}) {
    const std::string html = page(snapshot, fixture::now());
    CHECK(fixture::why_not_well_formed(html) == "");
    CHECK(html.starts_with("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"/>"));
    CHECK(has(html, "<h1>telltale</h1>"));
    CHECK(has(html, "<th scope=\"col\">Address</th>"));
    CHECK(has(html, "href=\"metrics\""));
    CHECK(has(html, "href=\"api/v1/status\""));
    CHECK_FALSE(has(html, "<script"));
    CHECK_FALSE(has(html, "http://"));
  }
}

TEST_CASE("page: says how far its word goes") {
  CHECK(has(page(fixture::ready_fleet(), fixture::now()),
            "Every handshake here is fresh; sessions resumed from before a flip can hide a "
            "failure: restart clients, then believe."));
}

TEST_CASE("page: every fact of a target -> is told") {
  const std::string text = text_of(page(fixture::ready_fleet(), fixture::now()));
  for (const std::string_view fact :
       {"gate", "https://gate.lab:8084", "127.0.0.1:8084", "want", "yes", "1.3 1.2",
        "2027-01-01 (in 39d)", "10s ago", "DN list in TLSv1.3: 2 names, 214 bytes",
        "CN=Other Root,O=Lab", "Signature algorithms: ecdsa_secp256r1_sha256",
        "2 certificates sent, trusted, name matches", "CN=Lab Root", "2036-01-01T00:00:00Z",
        "gate.lab, localhost", "CN=telltale"}) {
    CAPTURE(fact);
    CHECK(has(text, fact));
  }
}

TEST_CASE("page: a closed gate -> its status, each blocker with a hint, and what is accepted") {
  const std::string html = page(fixture::mixed_fleet(), fixture::now());
  CHECK(has(html, "<title>telltale: closed</title>"));
  CHECK(has(html, "need<span class=\"status closed\">closed</span>"));
  CHECK(has(html, "canary<span class=\"status open\">open</span>"));
  CHECK(has(html, "<a href=\"#target-clouddriver\">clouddriver</a>"));
  CHECK(has(html, "<tbody id=\"target-clouddriver\">"));
  CHECK(has(html, "Do something about it."));
  CHECK(has(html, "before 2027-01-31T00:00:00Z: moves to SQL"));
  CHECK(has(html, "The first round is not done"));
  CHECK(has(html, "no address"));
  CHECK(has(html, "not looked at yet"));
}

TEST_CASE("page: the rollout -> each service, its stage and what is in its way") {
  const std::string html = page(fixture::mixed_fleet(), fixture::now());
  CHECK(has(html, "<h2 id=\"rollout\">Rollout</h2>"));
  CHECK(has(html, "3 not known. None may take its next step now."));
  CHECK(has(html,
            "<td class=\"number\">4</td><th scope=\"row\"><a href=\"#target-clouddriver\">"
            "clouddriver</a></th><td>want</td><td>want</td><td>need</td><td>no</td>"
            "<td>authorities_missing (127.0.0.1:7002), and 2 more</td>"
            "<td class=\"fixed\">2 callers</td>"));
  CHECK_FALSE(has(page(fixture::snapshot({}, {}), fixture::now()), "id=\"rollout\""));
}

TEST_CASE("page: calls -> a matrix in words, and what is the matter with those that fail") {
  const std::string html = page(fixture::mixed_fleet(), fixture::now());
  const std::string text = text_of(html);
  CHECK(has(text, "1 of 4 calls survive the flip to `need`."));
  CHECK(has(html, "<caption>Who calls whom"));
  CHECK(has(html, "<th scope=\"col\">clouddriver</th><th scope=\"col\">deck</th>"));
  CHECK(has(html,
            "<th scope=\"row\">ci</th><td class=\"verdict-survives\">survives</td>"
            "<td class=\"verdict-broken\">broken</td><td class=\"faint\">-</td>"));
  for (const std::string_view fact :
       {"keystore, rehearsed; presents nothing", "issuer_not_advertised",
        "The list does not name CN=Lab Intermediate.", "Mend it.",
        "deck has no address that was looked at."}) {
    CAPTURE(fact);
    CHECK(has(text, fact));
  }
  CHECK_FALSE(has(page(fixture::ready_fleet(), fixture::now()), "id=\"calls\""));
}

TEST_CASE(
    "page: the same is the matter with several calls -> told once, and not again at the gate") {
  gate::Snapshot snapshot = fixture::mixed_fleet();
  std::vector<assess::EdgeAssessment> rows;
  for (std::uint16_t port = 1; port <= 6; ++port) {
    rows.push_back(fixture::row({"127.0.0.1", port}, assess::Verdict::breaks,
                                assess::Reason::identity_rejected, "It is turned away."));
  }
  snapshot.edges = {fixture::edge("ci", "clouddriver", rows),
                    fixture::edge("gate", "clouddriver", std::move(rows))};
  const std::string html = page(snapshot, fixture::now());
  CHECK(fixture::why_not_well_formed(html) == "");
  CHECK(html.find("It is turned away.") == html.rfind("It is turned away."));
  CHECK(has(html, "<td>Likewise.</td>"));
  CHECK(
      has(html, "127.0.0.1:1<br/>127.0.0.1:2<br/>127.0.0.1:3<br/>127.0.0.1:4<br/>and 2 more</td>"));
  CHECK(has(html,
            "<td class=\"code fixed\">(6 addresses)</td>"
            "<td class=\"code fixed\">identity_rejected</td>"
            "<td><a href=\"#calls\">told below, under Calls</a></td>"));
}

TEST_CASE("page: more callees than can be read -> no matrix, but what is the matter") {
  gate::Snapshot wide = fixture::snapshot({}, {});
  for (int i = 0; i < 25; ++i) {
    const std::string name = "callee" + std::to_string(i);
    wide.targets.push_back(std::make_shared<const gate::TargetEntry>(fixture::target(name, {})));
    wide.edges.push_back(fixture::edge("ci", name,
                                       {fixture::row({"::1", 1}, assess::Verdict::breaks,
                                                     assess::Reason::identity_rejected, "No.")}));
  }
  CHECK_FALSE(has(page(wide, fixture::now()), "<caption>"));
  CHECK(has(text_of(page(wide, fixture::now())), "callee24"));
  wide.edges.pop_back();
  CHECK(has(page(wide, fixture::now()), "<caption>"));
}

TEST_CASE("page: events -> the newest 20, the newest first") {
  const std::string text = text_of(page(fixture::mixed_fleet(), fixture::now()));
  const std::size_t opened = text.find("gate canary");
  REQUIRE(opened != std::string::npos);
  CHECK(text.find("gate to clouddriver", opened) != std::string::npos);
  gate::Snapshot many = fixture::ready_fleet();
  std::vector<gate::Event> events(30);
  for (std::size_t i = 0; i < events.size(); ++i) {
    events[i].detail = "the event " + std::to_string(i) + ".";
  }
  many.events = std::make_shared<const std::vector<gate::Event>>(events);
  const std::string told = text_of(page(many, fixture::now()));
  CHECK(has(told, "the event 29."));
  CHECK(has(told, "the event 10."));
  CHECK_FALSE(has(told, "the event 9."));
}

TEST_CASE("page: our own credentials -> their state, and what is the matter with each") {
  const std::string html = page(fixture::mixed_fleet(), fixture::now());
  const std::string text = text_of(html);
  for (const std::string_view fact :
       {"Our identities", "CN=orca of identity orca ends at 2026-11-24T00:00:00Z, in 1d12h.",
        "cannot be read anew; the last good one is in use",
        "Identity gate cannot be read anew: gate.crt holds no certificate.",
        "Chains are verified against 3 trust anchors: read.", "Java takes none for a trust anchor.",
        "orca-trust.p12, 1 trust anchor: cannot be read anew; the last good one is in use.",
        "The trust orca-trust.p12 of callers cannot be read anew: it is gone.", "redis: read.",
        "Gate takes us for ci@lab with the roles ci@lab, deployers."}) {
    CAPTURE(fact);
    CHECK(has(text, fact));
  }
  CHECK(has(html, "<th scope=\"rowgroup\" rowspan=\"2\">orca</th>"));
  CHECK(has(page(fixture::ready_fleet(), fixture::now()),
            "<th scope=\"rowgroup\" rowspan=\"1\">telltale</th>"));
}

TEST_CASE("page: a gate that waits -> says for what") {
  gate::Snapshot snapshot = fixture::ready_fleet();
  gate::GateEntry& gate = snapshot.gates.front();
  gate.state.whole.status = gate::Status::unknown;
  gate.state.whole.clean_since = fixture::ago(std::chrono::seconds(30));
  gate.state.whole.clean_rounds = 1;
  const gate::Answer answer = gate::answer(snapshot, gate, fixture::now());
  REQUIRE(answer.waiting);
  const std::string html = page(snapshot, fixture::now());
  CHECK(has(html, "<title>telltale: unknown</title>"));
  CHECK(has(html, "Waiting: " + *answer.waiting));
}

TEST_CASE("page: an empty DN list -> any issuer will do; an ended certificate -> is marked") {
  assess::AddressAssessment look = fixture::good_look({"127.0.0.1", 1});
  look.versions.pop_back();
  look.versions[0].certificate_request = std::make_shared<const tls::CertificateRequest>();
  look.first_to_end = {fixture::civil(2026, 11, 20), "CN=a"};
  look.certificates = {fixture::certificate("CN=a", "CN=b", fixture::civil(2026, 11, 20))};
  look.verification->trusted = false;
  look.verification->name_matches = false;
  const std::string html =
      page(fixture::snapshot({fixture::target("a", {fixture::entry_of(std::move(look))})}, {}),
           fixture::now());
  CHECK(has(html, "DN list in TLSv1.3: empty, any issuer will do, 0 bytes"));
  CHECK(has(html, "1 certificate sent, not trusted, name does not match"));
  CHECK(has(html, "<td class=\"fixed past\">2026-11-20 (2d ago)</td>"));
}

TEST_CASE("page: durations -> the bounds within which half and 95 % of them were") {
  const std::string text = text_of(page(fixture::mixed_fleet(), fixture::now()));
  // 1, 3, 4 and 1 of 10 within 2.5, 5, 10 and 25 ms, one above all bounds.
  CHECK(has(text, "within 10ms"));
  CHECK(has(text, "longer than 5s"));
}

TEST_CASE("page: hostile texts -> are text, wherever they stand") {
  const std::string html = page(fixture::hostile_fleet(), fixture::now());
  CHECK(html == to_valid_utf8(html));
  CHECK_FALSE(has(html, "<b "));
  CHECK(has(html, "&lt;b x=&quot;&#39;&quot;&gt;&amp;\\"));
  CHECK(html.find_first_of("\x1b\r") == std::string::npos);
}

TEST_SUITE_END();

}  // namespace telltale::render
