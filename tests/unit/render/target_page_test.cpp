#include <doctest/doctest.h>

#include "telltale/render/render.hpp"

#include "unit/render/fixture.hpp"
#include "unit/render/links.hpp"
#include "unit/render/well_formed.hpp"

namespace telltale::render {

namespace {

bool has(const std::string& page, std::string_view text) {
  return page.find(text) != std::string::npos;
}

std::string page_of(const gate::Snapshot& snapshot, std::string_view name) {
  const auto page = target_page(snapshot, name, fixture::now());
  REQUIRE(page);
  return *page;
}

/// One address whose newest look is told.
gate::AddressEntry told_entry() {
  gate::AddressEntry entry = fixture::entry_of(fixture::good_look({"127.0.0.1", 8084}));
  entry.story = std::make_shared<const assess::Story>(assess::Story{
      {"nothing presented, TLSv1.3", "handshake done, ticket after 2ms, GET /health 200", false},
      {"a stranger presented, TLSv1.3", "the peer sends the alert unknown_ca (48)", true},
  });
  entry.glances = std::make_shared<const gate::Glances>(gate::Glances{
      {fixture::ago(std::chrono::seconds(40)).civil, tls::ClientAuthMode::unknown, false,
       assess::Reason::connect_timeout},
      {fixture::ago(std::chrono::seconds(10)).civil, tls::ClientAuthMode::want, true, {}},
  });
  return entry;
}

}  // namespace

TEST_SUITE_BEGIN("render");

TEST_CASE("target page: every target of any fleet -> well-formed, ids unique, links relative") {
  for (const gate::Snapshot& snapshot :
       {fixture::ready_fleet(), fixture::mixed_fleet(), fixture::hostile_fleet()}) {
    for (const gate::TargetEntryPtr& entry : snapshot.targets) {
      const std::string html = page_of(snapshot, entry->target.name);
      CHECK(fixture::why_not_well_formed(html) == "");
      CHECK(fixture::ambiguous_id(html) == "");
      CHECK(fixture::dangling_reference(html) == "");
      CHECK(has(html, "href=\"../assets/page.css\""));
      CHECK(has(html, "<script src=\"../assets/page.js\" defer=\"defer\"></script>"));
      CHECK(has(html, "data-watch=\"../api/v1/watch\""));
      CHECK(has(html, "<a href=\"../\">telltale</a>"));
      CHECK_FALSE(has(html, " style=\""));
    }
  }
}

TEST_CASE("target page: no target of that name -> nothing") {
  for (const std::string_view name : {"", "Gate", "gate ", "other"}) {
    CHECK_FALSE(target_page(fixture::ready_fleet(), name, fixture::now()));
  }
}

TEST_CASE("target page: the newest look -> is told as it went, and where it ended") {
  const gate::Snapshot snapshot = fixture::snapshot({fixture::target("gate", {told_entry()})}, {});
  const std::string html = page_of(snapshot, "gate");
  CHECK(has(html,
            "<bdi class=\"subject\">nothing presented, TLSv1.3</bdi>: <bdi>handshake done, ticket "
            "after 2ms, GET /health 200</bdi></li>"));
  CHECK(has(html,
            "<li class=\"bad\"><bdi class=\"subject\">a stranger presented, TLSv1.3</bdi>: "
            "<bdi>the peer sends the alert unknown_ca (48)</bdi> (it ended there)</li>"));
  CHECK(has(html, "<summary>The last 2 looks of 7</summary>"));
  CHECK(has(html, "<td>unknown</td><td>no</td><td class=\"code\">connect_timeout</td>"));
  CHECK(has(page_of(fixture::ready_fleet(), "gate"), "Nothing is told of it yet."));
}

TEST_CASE("target page: its own part of each gate -> status, since when, its blockers alone") {
  const gate::Snapshot snapshot = fixture::mixed_fleet();
  const std::string clouddriver = page_of(snapshot, "clouddriver");
  CHECK(has(clouddriver, "<title>closed: clouddriver, telltale</title>"));
  CHECK(has(clouddriver, "data-gate=\"need\" data-status=\"closed\""));
  CHECK_FALSE(has(clouddriver, "data-gate=\"canary\""));
  CHECK(has(clouddriver, "data-blocker-reason=\"authorities_missing\""));
  CHECK_FALSE(has(clouddriver, "data-blocker-reason=\"resolve_failed\""));
  const std::string unjudged =
      page_of(fixture::snapshot({fixture::target("gate", {told_entry()})}, {}), "gate");
  CHECK(has(unjudged, "<title>gate, telltale</title>"));
  CHECK(has(unjudged, "No gate judges it."));
}

TEST_CASE("target page: calls -> into it and out of it, and no others") {
  const std::string html = page_of(fixture::mixed_fleet(), "gate");
  CHECK(has(html, "1 call into it, 1 out of it."));
  CHECK(has(html, "id=\"call-ci:gate\""));
  CHECK(has(html, "id=\"call-gate:clouddriver\""));
  CHECK(has(html, "<a href=\"../targets/clouddriver\">clouddriver</a>"));
  CHECK_FALSE(has(html, "id=\"call-ci:clouddriver\""));
  CHECK_FALSE(has(html, "class=\"matrix\""));
}

TEST_CASE("target page: the rest -> configuration, place, events, failures, other forms") {
  gate::Snapshot snapshot = fixture::mixed_fleet();
  gate::TargetEntry entry = *snapshot.targets[2];
  entry.target.source = "telltale.yml:12";
  entry.target.plaintext_ports = {7101, 7102};
  snapshot.targets[2] = std::make_shared<const gate::TargetEntry>(std::move(entry));
  const std::string html = page_of(snapshot, "redis");
  for (const std::string_view fact :
       {"rediss://redis.lab:6379", "telltale.yml:12", "7101, 7102", "&gt;=6",
        "7 looks in all; not successful: 3 by connect_refused.", "Nothing has changed yet.",
        "Place in the order", "href=\"../logs?target=redis\"",
        "href=\"../probe?target=redis&amp;debug=true\"", "href=\"../api/v1/targets\""}) {
    CAPTURE(fact);
    CHECK(has(html, fact));
  }
  CHECK(has(page_of(fixture::mixed_fleet(), "clouddriver"), "Gate takes us for"));
}

TEST_CASE("target page: what was rehearsed for callers -> with what, where, and how it went") {
  assess::AddressAssessment look = fixture::good_look({"127.0.0.1", 8084});
  look.rehearsals = {{.chain = fixture::chain(),
                      .path = "/ops",
                      .presented = true,
                      .accepted = false,
                      .what_happened = "the peer sends the alert unknown_ca (48)"}};
  const gate::Snapshot snapshot =
      fixture::snapshot({fixture::target("gate", {fixture::entry_of(std::move(look))})}, {});
  CHECK(has(page_of(snapshot, "gate"),
            "<bdi class=\"subject\">CN=gate</bdi> on /ops over TLSv1.3: <bdi>the peer sends the "
            "alert unknown_ca (48)</bdi> (turned away)"));
}

TEST_SUITE_END();

}  // namespace telltale::render
