#include <algorithm>

#include <doctest/doctest.h>

#include "telltale/render/render.hpp"

#include "render/text.hpp"
#include "unit/render/fixture.hpp"
#include "unit/render/links.hpp"
#include "unit/render/well_formed.hpp"

namespace telltale::render {

namespace {

bool has(const std::string& page, std::string_view text) {
  return page.find(text) != std::string::npos;
}

/// The body of a page without tags: what a reader sees. Tags inside of a line leave no space.
std::string text_of(std::string_view page) {
  constexpr std::string_view inline_tags[] = {"a", "/a", "bdi", "/bdi", "code", "/code"};
  std::string text;
  page.remove_prefix(page.find("<body"));
  while (!page.empty()) {
    const std::size_t tag = std::min(page.find('<'), page.size());
    text.append(page.substr(0, tag));
    const std::size_t end = std::min(page.find('>', tag), page.size() - 1);
    const std::string_view inside = tag < end ? page.substr(tag + 1, end - tag - 1) : "";
    const std::string_view name = inside.substr(0, inside.find(' '));
    text.append(std::ranges::count(inline_tags, name) == 0 ? " " : "");
    page.remove_prefix(end + 1);
  }
  return text;
}

}  // namespace

TEST_SUITE_BEGIN("render");

TEST_CASE("page: any fleet -> well-formed, in a language, with headings, nothing inline") {
  for (const gate::Snapshot& snapshot : {fixture::ready_fleet(), fixture::mixed_fleet(),
                                         fixture::hostile_fleet(), fixture::snapshot({}, {})}) {
    const std::string html = page(snapshot, fixture::now());
    CHECK(fixture::why_not_well_formed(html) == "");
    CHECK(html.starts_with("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"/>"));
    CHECK(has(html, "<h1>telltale</h1>"));
    CHECK(has(html, "href=\"metrics\""));
    CHECK(has(html, "href=\"api/v1/status\""));
    CHECK(has(html, "<link rel=\"stylesheet\" href=\"assets/page.css\"/>"));
    CHECK(has(html, "<script src=\"assets/page.js\" defer=\"defer\"></script>"));
    CHECK(html.find("<script") == html.rfind("<script"));
    CHECK_FALSE(has(html, "<style"));
    CHECK_FALSE(has(html, " style=\""));
    CHECK_FALSE(has(html, " onclick="));
    CHECK_FALSE(has(html, "http://"));
    CHECK(fixture::ambiguous_id(html) == "");
    CHECK(fixture::dangling_reference(html) == "");
  }
}

TEST_CASE("page: no script -> loads itself anew, never oftener than every 30 s") {
  gate::Snapshot snapshot = fixture::ready_fleet();
  snapshot.probe.interval = std::chrono::seconds(5);
  CHECK(has(page(snapshot, fixture::now()),
            "<noscript><meta http-equiv=\"refresh\" content=\"30\"/></noscript>"));
  snapshot.probe.interval = std::chrono::milliseconds(60'500);
  const std::string html = page(snapshot, fixture::now());
  CHECK(has(html, "<noscript><meta http-equiv=\"refresh\" content=\"61\"/></noscript>"));
  CHECK(has(html, "<body data-watch=\"api/v1/watch\" data-interval=\"61\">"));
}

TEST_CASE("page: what its script is left to say -> is empty, is announced, and is kept") {
  const std::string html = page(fixture::ready_fleet(), fixture::now());
  CHECK(has(html, "<span id=\"live\" role=\"status\" data-keep=\"live\"></span>"));
  CHECK(has(html, "<span id=\"news\" role=\"status\" class=\"unseen\" data-keep=\"news\"></span>"));
  CHECK(has(html,
            "<time id=\"as-of\" datetime=\"2026-11-22T12:00:00Z\">2026-11-22T12:00:00Z</time>"));
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
  const std::string text = text_of(html);
  CHECK(has(html, "<title>closed: telltale</title>"));
  CHECK(has(html,
            "<article class=\"gate is-closed\" id=\"gate-need\" data-gate=\"need\" "
            "data-status=\"closed\">"));
  CHECK(has(html, "data-gate=\"canary\" data-status=\"open\""));
  CHECK(has(html, "<span class=\"status closed\" data-status=\"closed\">closed</span>"));
  CHECK(has(html, "<a href=\"targets/clouddriver\">clouddriver</a>"));
  CHECK(has(html, "id=\"target-clouddriver\""));
  CHECK(has(html,
            "data-blocker-reason=\"authorities_missing\" "
            "data-blocker-target=\"clouddriver\" data-blocker-count=\"1\""));
  CHECK(has(text, "Do something about it."));
  CHECK(has(text, "before 2027-01-31T00:00:00Z: moves to SQL"));
  CHECK(has(text, "The first round is not done"));
  CHECK(has(text, "no address"));
  CHECK(has(text, "not looked at yet"));
}

TEST_CASE("page: blockers -> what fails today first, then what would, then what is not known") {
  const std::string html = page(fixture::mixed_fleet(), fixture::now());
  const std::size_t broken = html.find("data-blocker-reason=\"hostname_mismatch\"");
  const std::size_t breaks = html.find("data-blocker-reason=\"issuer_not_advertised\"");
  const std::size_t missing = html.find("class=\"blocker missing\"");
  REQUIRE(missing != std::string::npos);
  CHECK(broken < breaks);
  CHECK(breaks < missing);
}

TEST_CASE("page: blockers with one remedy -> one entry, which names the others") {
  gate::Snapshot snapshot = fixture::mixed_fleet();
  snapshot.edges.clear();
  for (int i = 0; i < 60; ++i) {
    const std::string caller = "caller" + std::to_string(i);
    snapshot.edges.push_back(fixture::edge(
        caller, "clouddriver",
        {fixture::row({"127.0.0.1", 7002}, assess::Verdict::breaks,
                      assess::Reason::identity_rejected,
                      i == 7 ? "It has another tale." : caller + " is turned away.")}));
  }
  const std::string html = page(snapshot, fixture::now());
  CHECK(fixture::why_not_well_formed(html) == "");
  CHECK(fixture::ambiguous_id(html) == "");
  CHECK(has(html,
            "data-blocker-reason=\"identity_rejected\" data-blocker-target=\"clouddriver\" "
            "data-blocker-count=\"60\""));
  const std::size_t gate = html.find("data-gate=\"need\"");
  const std::string part =
      text_of("<body" + html.substr(gate, html.find("</article>", gate) - gate));
  CHECK(has(part,
            "and 59 more: caller1 to clouddriver, caller2 to clouddriver, caller3 to "
            "clouddriver, \xE2\x80\xA6"));
  CHECK(has(part, "caller0 is turned away."));
  CHECK_FALSE(has(part, "caller1 is turned away."));
  CHECK(has(part, "It has another tale."));
  CHECK(has(part, "and 9 more"));
}

TEST_CASE("page: blockers of one place and reason, a remedy each -> an entry and an id each") {
  gate::Snapshot snapshot = fixture::mixed_fleet();
  snapshot.edges.clear();
  for (const char* const hint : {"Do this.", "Do that.", "Do both."}) {
    for (const char* const caller : {"orca", "echo"}) {
      assess::EdgeAssessment row =
          fixture::row({"127.0.0.1", 7002}, assess::Verdict::breaks,
                       assess::Reason::identity_rejected, std::string(caller) + " fails.");
      row.hint = hint;
      snapshot.edges.push_back(fixture::edge(caller, "clouddriver", {row}));
    }
  }
  const std::string html = page(snapshot, fixture::now());
  CHECK(fixture::ambiguous_id(html) == "");
  CHECK(fixture::why_not_well_formed(html) == "");
  for (const char* const hint : {"Do this.", "Do that.", "Do both."}) {
    CHECK(has(html, hint));
  }
}

TEST_CASE("page: a gate without a minimum time -> says so by not naming one") {
  gate::Snapshot snapshot = fixture::ready_fleet();
  snapshot.gates.front().rules.rounds = 2;
  snapshot.gates.front().rules.minimum_time = Duration::zero();
  CHECK(has(text_of(page(snapshot, fixture::now())), "is safe after 2 clean rounds."));
  snapshot.gates.front().rules.minimum_time = std::chrono::minutes(10);
  CHECK(has(text_of(page(snapshot, fixture::now())),
            "is safe after 2 clean rounds and 10m without a blocker."));
}

TEST_CASE("page: the rollout -> each service, its stage and what is in its way") {
  const std::string html = page(fixture::mixed_fleet(), fixture::now());
  CHECK(has(html,
            "<section id=\"rollout\" aria-labelledby=\"rollout-heading\">"
            "<h2 id=\"rollout-heading\">Rollout</h2>"));
  CHECK(has(text_of(html), "3 not known. None may take its next step now."));
  CHECK(has(html,
            "<td class=\"number\">4</td><th scope=\"row\"><bdi><a "
            "href=\"targets/clouddriver\">clouddriver</a></bdi></th><td>want</td><td>want</td>"
            "<td>need</td><td class=\"\">no</td>"
            "<td>authorities_missing (127.0.0.1:7002), and 2 more</td>"
            "<td class=\"fixed\">2 callers</td>"));
  CHECK_FALSE(has(page(fixture::snapshot({}, {}), fixture::now()), "id=\"rollout\""));
}

TEST_CASE("page: calls -> a matrix in words and signs, each leading to the story of the call") {
  const std::string html = page(fixture::mixed_fleet(), fixture::now());
  const std::string text = text_of(html);
  CHECK(has(html, "1 of 4 calls survive the flip to <code>need</code>."));
  CHECK(has(html, "<caption>Who calls whom"));
  CHECK(has(html, "<th scope=\"col\"><bdi><a href=\"targets/clouddriver\">clouddriver</a></bdi>"));
  CHECK(has(html,
            "<th scope=\"row\"><bdi>ci</bdi></th><td class=\"cell survives\" "
            "data-verdict=\"survives\"><a href=\"#call-ci:gate\" aria-label=\"ci to gate: "
            "survives\""));
  CHECK(has(html, "data-verdict=\"broken\"><a href=\"#call-ci:clouddriver\""));
  CHECK(has(html, "<td class=\"none\">-</td>"));
  CHECK(has(html, "id=\"call-ci:clouddriver\""));
  for (const std::string_view fact :
       {"keystore, rehearsed; presents nothing", "issuer_not_advertised",
        "The list does not name CN=Lab Intermediate.", "Mend it.",
        "deck has no address that was looked at.", "1 call survives"}) {
    CAPTURE(fact);
    CHECK(has(text, fact));
  }
  CHECK_FALSE(has(page(fixture::ready_fleet(), fixture::now()), "id=\"calls\""));
}

TEST_CASE("page: the same is the matter with several calls -> told once under Calls") {
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
  CHECK(fixture::dangling_reference(html) == "");
  const std::string calls = text_of("<body" + html.substr(html.find("id=\"calls\"")));
  CHECK(calls.find("It is turned away.") == calls.rfind("It is turned away."));
  CHECK(has(calls, "Likewise 1 more: gate to clouddriver"));
  CHECK(has(calls, "127.0.0.1:1, 127.0.0.1:2, 127.0.0.1:3, 127.0.0.1:4 and 2 more"));
}

TEST_CASE("page: a callee in the mesh -> what becomes of the call at STRICT, the worst first") {
  gate::Snapshot snapshot = fixture::mixed_fleet();
  assess::EdgeAssessment row = fixture::row({"127.0.0.1", 8084}, assess::Verdict::survives,
                                            assess::Reason::caller_accepted, "It gets in.");
  row.strict = assess::StrictAssessment{.verdict = assess::Verdict::unknown,
                                        .reason = assess::Reason::mesh_mode_unknown,
                                        .detail = "Its sidecar is silent.",
                                        .hint = "Ask it."};
  assess::EdgeAssessment outside = row;
  outside.strict = assess::StrictAssessment{.verdict = assess::Verdict::breaks,
                                            .reason = assess::Reason::caller_outside_mesh,
                                            .detail = "ci has no sidecar.",
                                            .hint = "Give it one."};
  snapshot.edges = {fixture::edge("clouddriver", "gate", {row}),
                    fixture::edge("ci", "gate", {outside})};
  const std::string text = text_of(page(snapshot, fixture::now()));
  CHECK(has(text, "Of 2 calls at an address each, 0 survive."));
  CHECK(text.find("ci has no sidecar.") < text.find("Its sidecar is silent."));
  CHECK_FALSE(has(text_of(page(fixture::mixed_fleet(), fixture::now())), "STRICT."));
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
  CHECK_FALSE(has(page(wide, fixture::now()), "class=\"matrix\""));
  CHECK(has(text_of(page(wide, fixture::now())), "callee24"));
  wide.edges.pop_back();
  CHECK(has(page(wide, fixture::now()), "class=\"matrix\""));
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
  CHECK(has(text_of(page(fixture::ready_fleet(), fixture::now())), "Nothing has changed yet."));
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
  CHECK(has(html, "<title>unknown: telltale</title>"));
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
  CHECK(has(html, "<dd class=\"past\" title=\"2026-11-20T12:00:00Z\">2026-11-20 (2d ago)</dd>"));
}

TEST_CASE("page: durations -> the bounds within which half and 95 % of them were") {
  const std::string text = text_of(page(fixture::mixed_fleet(), fixture::now()));
  // 1, 3, 4 and 1 of 10 within 2.5, 5, 10 and 25 ms, one above all bounds.
  CHECK(has(text, "within 10ms"));
  CHECK(has(text, "longer than 5s"));
}

TEST_CASE("page: a mode -> held against what is expected, stricter and weaker told apart") {
  struct Row {
    tls::ClientAuthMode mode;
    const char* told;
  };

  constexpr Row rows[] = {
      {tls::ClientAuthMode::want, "<dd class=\"good\"><bdi>want, as expected</bdi>"},
      {tls::ClientAuthMode::none, "<dd class=\"bad\"><bdi>none, expected want</bdi>"},
      {tls::ClientAuthMode::need, "<dd class=\"doubt\"><bdi>need, expected want</bdi>"},
      {tls::ClientAuthMode::unknown, "<dd class=\"doubt\"><bdi>unknown, expected want</bdi>"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.told);
    const gate::TargetEntry target = fixture::target(
        "gate", {fixture::entry_of(fixture::good_look({"127.0.0.1", 8084}, row.mode))});
    CHECK(has(page(fixture::snapshot({target}, {}), fixture::now()), row.told));
  }
}

TEST_CASE("page: what each presentation met -> a row for each version of TLS") {
  assess::AddressAssessment look = fixture::good_look({"127.0.0.1", 8084});
  look.versions[0].mode = tls::ClientAuthMode::need;
  look.versions[0].enforced_by = assess::EnforcedBy::http;
  look.versions[1].mode = tls::ClientAuthMode::none;
  look.versions[1].certificate_request = nullptr;
  look.versions[1].identity_accepted.reset();
  look.versions[1].client_certificates_verified.reset();
  const std::string html = page(
      fixture::snapshot({fixture::target("gate", {fixture::entry_of(look)})}, {}), fixture::now());
  CHECK(has(html,
            "<th scope=\"row\">TLSv1.3</th><td>need</td><td>turned away in HTTP</td><td>let "
            "in</td><td>turned away</td><td class=\"code\">TLS_AES_256_GCM_SHA384</td>"));
  CHECK(has(html,
            "<th scope=\"row\">TLSv1.2</th><td>none</td><td>let in, and not asked</td><td>not "
            "asked for</td><td>not asked for</td>"));
}

TEST_CASE("page: the last looks -> a strip with a sign for each, and a sentence for all") {
  gate::AddressEntry entry = fixture::entry_of(fixture::good_look({"127.0.0.1", 8084}));
  const auto at = [](int seconds) { return fixture::ago(std::chrono::seconds(seconds)).civil; };
  using assess::Reason;
  using tls::ClientAuthMode;
  entry.glances = std::make_shared<const gate::Glances>(gate::Glances{
      {at(90), ClientAuthMode::unknown, false, Reason::connect_refused},
      {at(60), ClientAuthMode::want, true, Reason::authorities_missing},
      {at(30), ClientAuthMode::want, true, Reason::certificate_weak},
      {at(0), ClientAuthMode::want, true, std::nullopt},
  });
  const std::string html =
      page(fixture::snapshot({fixture::target("gate", {entry})}, {}), fixture::now());
  CHECK(has(html,
            "<div class=\"strip\" role=\"img\" aria-label=\"The last 4 looks, the oldest first: 3 "
            "succeeded, 1 failed, the last at 2026-11-22T11:58:30Z failed, unknown, "
            "connect_refused\"><span class=\"bad\" title=\"2026-11-22T11:58:30Z failed, unknown, "
            "connect_refused\">\xE2\x9C\x95</span><span class=\"bad\""));
  CHECK(has(html,
            "<span class=\"doubt\" title=\"2026-11-22T11:59:30Z succeeded, want, "
            "certificate_weak\">!</span><span class=\"good\" "
            "title=\"2026-11-22T12:00:00Z succeeded, want\">\xE2\x9C\x93</span></div>"));
  CHECK_FALSE(has(page(fixture::ready_fleet(), fixture::now()), "class=\"strip\""));
}

TEST_CASE("page: a large fleet -> those with findings whole, 50 at most, the others in a line") {
  constexpr std::size_t many = 1000;
  for (const bool is_ill : {false, true}) {
    CAPTURE(is_ill);
    std::vector<gate::TargetEntry> targets;
    for (std::size_t i = 0; i < many; ++i) {
      assess::AddressAssessment look = fixture::good_look({"127.0.0.1", 8084});
      if (is_ill) {
        look.findings = {fixture::finding(assess::Reason::certificate_weak,
                                          assess::Severity::warning, "The key has 1024 bits.")};
      }
      targets.push_back(fixture::target("target" + std::to_string(i), {fixture::entry_of(look)}));
    }
    gate::Snapshot snapshot = fixture::snapshot(std::move(targets), {fixture::open_gate("need")});
    for (std::size_t i = 0; i < many; ++i) {
      const std::string callee = "target" + std::to_string(i);
      snapshot.edges.push_back(fixture::surviving_edge("ci", callee, {"127.0.0.1", 8084}));
      snapshot.edges.push_back(
          fixture::edge("deck", callee,
                        {fixture::row({"127.0.0.1", 8084}, assess::Verdict::breaks,
                                      assess::Reason::identity_rejected,
                                      "The " + std::to_string(i) + "th tale of a call.")}));
    }
    const std::string html = page(snapshot, fixture::now());
    CHECK(html.size() < std::size_t{768} * 1024);
    CHECK(fixture::why_not_well_formed(html) == "");
    CHECK(fixture::ambiguous_id(html) == "");
    CHECK(has(html, is_ill ? "<h3>950 more targets</h3>" : "<h3>1000 more targets</h3>"));
    CHECK(has(html, "id=\"target-target999\""));
    CHECK(has(html, "and 900 more kinds of trouble"));
  }
}

TEST_CASE("page: hostile texts -> are text, wherever they stand") {
  const std::string html = page(fixture::hostile_fleet(), fixture::now());
  CHECK(html == to_valid_utf8(html));
  CHECK_FALSE(has(html, "<b "));
  CHECK(has(html, "&lt;b x=&quot;&#39;&quot;&gt;&amp;\\"));
  CHECK(html.find_first_of("\x1b\r") == std::string::npos);
}

TEST_CASE("pages: a subject that is a script, or turns text around, or is long -> is only text") {
  struct Row {
    std::string subject;
    std::string told;
  };

  const std::string mark = std::string(replacement_character);
  const Row rows[] = {
      {"CN=<script>alert(1)</script>", "CN=&lt;script&gt;alert(1)&lt;/script&gt;"},
      {"CN=\"><img src=x onerror=alert(1)>", "CN=&quot;&gt;&lt;img src=x onerror=alert(1)&gt;"},
      {"CN=' onmouseover='alert(1)", "CN=&#39; onmouseover=&#39;alert(1)"},
      {"CN=\xE2\x80\xAEnimda\xE2\x81\xA6", "CN=" + mark + "nimda" + mark},
      {"CN=a\xC2\x9B"
       "b\x07",
       "CN=a" + mark + "b" + mark},
      {"CN=" + std::string(10'000, 'x'), "CN=" + std::string(10'000, 'x')},
  };
  for (const Row& row : rows) {
    CAPTURE(row.subject);
    assess::AddressAssessment look = fixture::good_look({"127.0.0.1", 8084});
    look.certificates = {
        fixture::certificate(row.subject, row.subject, fixture::civil(2027, 1, 1, 0))};
    look.findings = {
        fixture::finding(assess::Reason::chain_untrusted, assess::Severity::error, row.subject)};
    gate::AddressEntry entry = fixture::entry_of(std::move(look));
    entry.story = std::make_shared<const assess::Story>(
        assess::Story{{.subject = row.subject, .outcome = row.subject, .is_failure = true}});
    const gate::Snapshot snapshot =
        fixture::snapshot({fixture::target("gate", {entry})}, {fixture::open_gate("need")});
    for (const std::string& html : {page(snapshot, fixture::now()),
                                    target_page(snapshot, "gate", fixture::now()).value_or("")}) {
      CHECK(fixture::why_not_well_formed(html) == "");
      CHECK(has(html, "<bdi>" + row.told + "</bdi>"));
      CHECK((row.told == row.subject || !has(html, row.subject)));
      CHECK(html.find("<script") == html.rfind("<script"));
      CHECK_FALSE(has(html, "<img"));
    }
  }
}

TEST_SUITE_END();

}  // namespace telltale::render
