#include "telltale/http/router.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <memory>
#include <regex>
#include <set>
#include <string>

#include <doctest/doctest.h>

#include "telltale/render/assets.hpp"

#include "support/gunzip.hpp"
#include "unit/render/fixture.hpp"
#include "unit/render/links.hpp"

namespace telltale::http {
namespace {

namespace fixture = render::fixture;

constexpr std::string_view text_type = "text/plain; charset=utf-8";
constexpr std::string_view json_type = "application/json";
constexpr std::string_view html_type = "text/html; charset=utf-8";

World world_of(gate::Snapshot snapshot, Now now = fixture::now()) {
  World world;
  world.snapshot = std::make_shared<const gate::Snapshot>(std::move(snapshot));
  world.now = now;
  world.process.threads = 3;
  world.config = std::make_shared<const std::string>("targets: []\n");
  return world;
}

Answer route(const World& world, const Request& request) {
  MetricsCache cache;
  return handle(request, world, cache);
}

/// Asks what is answered at once.
Response ask(const World& world, const Request& request) {
  return std::get<Response>(route(world, request));
}

Response get(const World& world, std::string target) {
  return ask(world, {.method = "GET", .target = std::move(target)});
}

std::string header(const Response& response, std::string_view name) {
  const auto found =
      std::ranges::find(response.headers, name, &std::pair<std::string, std::string>::first);
  return found == response.headers.end() ? std::string() : found->second;
}

bool is_one_line(std::string_view body) {
  return body.size() > 1 && body.find('\n') == body.size() - 1;
}

/// Two gates on one good target; `broken` is closed, since its look has an error.
gate::Snapshot open_and_closed() {
  assess::AddressAssessment bad = fixture::good_look({"127.0.0.1", 7002});
  bad.findings = {fixture::finding(assess::Reason::authorities_missing, assess::Severity::error,
                                   "The list does not name CN=Lab Root.")};
  gate::GateEntry good = fixture::open_gate("good");
  good.rules.targets = {"gate"};
  gate::GateEntry broken = fixture::open_gate("broken");
  return fixture::snapshot(
      {fixture::target("gate", {fixture::entry_of(fixture::good_look({"127.0.0.1", 8084}))}),
       fixture::target("clouddriver", {fixture::entry_of(std::move(bad))})},
      {std::move(good), std::move(broken)});
}

/// Where a relative reference leads from a page (RFC 3986 section 5.2, without its queries).
std::string resolved(std::string page, std::string reference) {
  page.resize(page.rfind('/') + 1);
  reference.resize(std::min(reference.find_first_of("?#"), reference.size()));
  while (reference.starts_with("../")) {
    reference.erase(0, 3);
    page.pop_back();
    page.resize(page.rfind('/') + 1);
  }
  return page + reference;
}

TEST_SUITE("http") {
  TEST_CASE("routes: path and method -> status and content type") {
    struct Row {
      const char* method;
      const char* target;
      unsigned status;
      std::string_view content_type;
    };

    constexpr Row rows[] = {
        {"GET", "/", 200, html_type},
        {"HEAD", "/", 200, html_type},
        {"GET", "/targets/gate", 200, html_type},
        {"HEAD", "/targets/g%61te?x", 200, html_type},
        {"GET", "/metrics", 200, "text/plain; version=0.0.4; charset=utf-8"},
        {"GET", "/metrics?name[]=up", 200, "text/plain; version=0.0.4; charset=utf-8"},
        {"GET", "/api/v1/status", 200, json_type},
        {"GET", "/api/v1/targets", 200, json_type},
        {"GET", "/api/v1/edges", 200, json_type},
        {"HEAD", "/api/v1/events", 200, json_type},
        {"GET", "/api/v1/rollout", 200, json_type},
        {"GET", "/api/v1/gates", 200, json_type},
        {"GET", "/api/v1/gates/need", 200, json_type},
        {"GET", "/api/v1/gates/need/gate", 200, json_type},
        {"GET", "/gate/need", 200, text_type},
        {"POST", "/gate/need", 200, text_type},
        {"HEAD", "/gate/need", 200, text_type},
        {"GET", "/gate/n%65ed", 200, text_type},
        {"GET", "http://telltale:9943/gate/need", 200, text_type},
        {"GET", "/gate/need/gate", 200, text_type},
        {"POST", "/gate/need/gate", 200, text_type},
        {"GET", "/logs", 200, text_type},
        {"HEAD", "/logs?target=gate", 200, text_type},
        {"GET", "/config", 200, text_type},
        {"GET", "/-/healthy", 200, text_type},
        {"GET", "/livez?verbose", 200, text_type},
        {"GET", "/healthz", 200, text_type},
        {"GET", "/-/ready", 200, text_type},
        {"GET", "/readyz", 200, text_type},
        // no such thing
        {"GET", "/nothing", 404, text_type},
        {"POST", "/nothing", 404, text_type},
        {"GET", "/metrics/", 404, text_type},
        {"GET", "/targets", 404, text_type},
        {"GET", "/targets/", 404, text_type},
        {"GET", "/targets/other", 404, text_type},
        {"GET", "/targets/gate/", 404, text_type},
        {"GET", "/assets/", 404, text_type},
        {"GET", "/assets/page.html", 404, text_type},
        {"GET", "/assets/..%2Fpage.css", 404, text_type},
        {"GET", "//", 404, text_type},
        {"GET", "/api/v1", 404, text_type},
        {"GET", "/api/v1/gates/", 404, text_type},
        {"GET", "/api/v1/gates/need/", 404, text_type},
        {"GET", "/api/v1/gates/need/gate/more", 404, text_type},
        {"GET", "/gate", 404, text_type},
        {"GET", "/gate/", 404, text_type},
        {"GET", "/gate/need/", 404, text_type},
        {"GET", "/gate//gate", 404, text_type},
        {"GET", "/gate/need/gate/more", 404, text_type},
        {"GET", "/gate/*", 404, text_type},
        // no such gate, or target; names are compared exactly
        {"GET", "/gate/Need", 404, text_type},
        {"POST", "/gate/other", 404, text_type},
        {"GET", "/gate/need%20", 404, text_type},
        {"GET", "/api/v1/gates/other", 404, text_type},
        {"GET", "/api/v1/gates/need/other", 404, text_type},
        {"GET", "/gate/need/other", 404, text_type},
        {"GET", "/gate/other/gate", 404, text_type},
        {"GET", "/logs?target=other", 404, text_type},
        {"GET", "/logs?target=gate&target=gate", 400, text_type},
        {"GET", "/probe?target=other", 404, text_type},
        {"GET", "/probe?target=gate%20", 404, text_type},
        {"GET", "/probe?target=https://elsewhere:8084", 404, text_type},
        {"GET", "/probe?target=gate&module=a%20b", 400, text_type},
        {"GET", "/probe?target=gate&target=gate", 400, text_type},
        {"GET", "/probe", 400, text_type},
        // not a request target
        {"GET", "/gate/%zz", 400, text_type},
        {"GET", "/gate/need%0a", 400, text_type},
        {"GET", "/metrics?a=%", 400, text_type},
        {"GET", "metrics", 400, text_type},
        {"OPTIONS", "*", 400, text_type},
        // other methods
        {"POST", "/", 405, text_type},
        {"POST", "/metrics", 405, text_type},
        {"POST", "/targets/gate", 405, text_type},
        {"PUT", "/assets/page.css", 405, text_type},
        {"POST", "/api/v1/watch", 405, text_type},
        {"POST", "/probe?target=gate", 405, text_type},
        {"DELETE", "/logs", 405, text_type},
        {"PUT", "/config", 405, text_type},
        {"PUT", "/gate/need", 405, text_type},
        {"DELETE", "/gate/need/gate", 405, text_type},
        {"POST", "/api/v1/gates/need", 405, text_type},
        {"POST", "/api/v1/rollout", 405, text_type},
        {"OPTIONS", "/metrics", 405, text_type},
        {"BREW", "/-/ready", 405, text_type},
        {"get", "/metrics", 405, text_type},
        {"GET", "/-/reload", 405, text_type},
        {"HEAD", "/-/reload", 405, text_type},
        {"DELETE", "/-/reload", 405, text_type},
        {"POST", "/-/reload/", 404, text_type},
    };
    const World world = world_of(fixture::ready_fleet());
    for (const Row& row : rows) {
      CAPTURE(row.method);
      CAPTURE(row.target);
      const Response response = ask(world, {.method = row.method, .target = row.target});
      CHECK(response.status == row.status);
      CHECK(response.content_type == row.content_type);
      CHECK(header(response, "X-Content-Type-Options") == "nosniff");
      CHECK(header(response, "Cache-Control") == "no-store");
      CHECK(response.body.ends_with("\n"));
      if (response.status >= 400) {
        CHECK(is_one_line(response.body));
      }
    }
  }

  TEST_CASE("405: Allow -> the methods that work") {
    const World world = world_of(fixture::ready_fleet());
    CHECK(header(ask(world, {.method = "POST", .target = "/metrics"}), "Allow") == "GET, HEAD");
    CHECK(header(ask(world, {.method = "PUT", .target = "/gate/need"}), "Allow") ==
          "GET, HEAD, POST");
    CHECK(ask(world, {.method = "PUT", .target = "/gate/need"}).body ==
          "PUT is not allowed here; allowed are GET, HEAD, POST\n");
    CHECK(header(ask(world, {.method = "GET", .target = "/-/reload"}), "Allow") == "POST, PUT");
  }

  TEST_CASE("reload: POST and PUT -> what is to be done, told as it ended") {
    const World world = world_of(fixture::ready_fleet());
    for (const char* method : {"POST", "PUT"}) {
      CAPTURE(method);
      const auto asked = route(world, {.method = method, .target = "/-/reload?x"});
      CHECK(std::holds_alternative<ReloadRequest>(asked));
    }
    const Response done = reload_response(CivilTime(std::chrono::seconds(1'800'000'000)));
    CHECK(done.status == 200);
    CHECK(done.body == "reloaded at 2027-01-15T08:00:00Z\n");
    const Response failed = reload_response(Error(Errc::invalid_value, "telltale.yml:2: no"));
    CHECK(failed.status == 500);
    CHECK(failed.body == "not reloaded: telltale.yml:2: no\n");
    for (const Response& response : {done, failed}) {
      CHECK(response.content_type == text_type);
      CHECK(header(response, "X-Content-Type-Options") == "nosniff");
      CHECK(header(response, "Cache-Control") == "no-store");
    }
  }

  TEST_CASE("probe: its parameters -> what is to be looked at, and how it is told") {
    struct Row {
      const char* target;
      const char* scrape_timeout;
      const char* module;
      bool tells_story;
      std::optional<Duration> time;
    };

    using namespace std::chrono_literals;
    const Row rows[] = {
        {"/probe?target=gate", "", "", false, std::nullopt},
        {"/probe?target=https%3A%2F%2Fgate.lab%3A8084&module=http_2xx", "10", "http_2xx", false,
         10s},
        {"/probe?module=tcp-tls.v2&target=https://gate.lab:8084&debug=true", "0.25", "tcp-tls.v2",
         true, 250ms},
        {"/probe?target=gate&debug=1&hostname=elsewhere", "1e1", "", false, 10s},
        // none, as blackbox_exporter has it
        {"/probe?target=gate", "0", "", false, std::nullopt},
        {"/probe?target=gate", "-3", "", false, std::nullopt},
        {"/probe?target=gate", "1e300", "", false, 24h},
    };
    const World world = world_of(fixture::ready_fleet());
    for (const Row& row : rows) {
      CAPTURE(row.target);
      CAPTURE(row.scrape_timeout);
      Request request{.method = "GET", .target = row.target, .accept_encoding = "gzip"};
      request.scrape_timeout = row.scrape_timeout;
      const Answer answer = route(world, request);
      REQUIRE(std::holds_alternative<ProbeRequest>(answer));
      const ProbeRequest& asked = std::get<ProbeRequest>(answer);
      CHECK(asked.target == "gate");
      CHECK(asked.module == row.module);
      CHECK(asked.tells_story == row.tells_story);
      CHECK(asked.scrape_timeout == row.time);
      CHECK(asked.exposition == render::Exposition::text_0_0_4);
      CHECK(asked.content_type == "text/plain; version=0.0.4; charset=utf-8");
      CHECK(asked.takes_gzip);
    }
    for (const char* const malformed : {"ten", "10s", "nan", "inf", " 10", "1,5"}) {
      CAPTURE(malformed);
      Request request{.method = "GET", .target = "/probe?target=gate"};
      request.scrape_timeout = malformed;
      const Response response = ask(world, request);
      CHECK(response.status == 400);
      CHECK(response.body ==
            "X-Prometheus-Scrape-Timeout-Seconds is no number of seconds, such as 10\n");
    }
  }

  TEST_CASE("probe: no target, or one nobody knows -> the line names those there are") {
    const World world = world_of(open_and_closed());
    CHECK(get(world, "/probe").body ==
          "`target` is missing; name one; there are: gate, clouddriver\n");
    CHECK(get(world, "/probe?target=https://127.0.0.1:8084").body ==
          "no target is named `https://127.0.0.1:8084`; there are: gate, clouddriver\n");
    CHECK(get(world, "/logs?target=x").body ==
          "no target is named `x`; there are: gate, clouddriver\n");
    std::vector<gate::TargetEntry> many;
    for (int i = 0; i < 22; ++i) {
      many.push_back(fixture::target("t" + std::to_string(i), {}));
    }
    const Response response =
        get(world_of(fixture::snapshot(std::move(many), {})), "/probe?target=x");
    CHECK(response.body.ends_with(", t18, t19 and 2 more\n"));
  }

  TEST_CASE("probe: a look that was made, and one that was not -> 200 however it ended, 503") {
    render::ProbeReport report;
    report.snapshot = std::make_shared<const gate::Snapshot>(fixture::ready_fleet());
    report.now = fixture::now();
    const auto made = std::make_shared<const render::ProbeReport>(report);
    ProbeRequest request;
    request.target = "gate";
    request.content_type = "text/plain; version=0.0.4; charset=utf-8";
    const Response metrics = probe_response(request, made);
    CHECK(metrics.status == 200);
    CHECK(metrics.content_type == request.content_type);
    CHECK(metrics.body.find("\nprobe_success 1\n") != std::string::npos);
    request.takes_gzip = true;
    const Response packed = probe_response(request, made);
    CHECK(header(packed, "Content-Encoding") == "gzip");
    CHECK((support::gunzip(packed.body) == metrics.body));
    CHECK(header(packed, "Vary") == header(metrics, "Vary"));
    request.takes_gzip = false;
    request.tells_story = true;
    const Response story = probe_response(request, made);
    CHECK(story.status == 200);
    CHECK(story.content_type == text_type);
    CHECK(story.body.starts_with("Looked at gate"));
    const Response busy = probe_response(request, nullptr);
    CHECK(busy.status == 503);
    CHECK(header(busy, "Retry-After") == "1");
    CHECK(is_one_line(busy.body));
    for (const Response& response : {metrics, story, busy}) {
      CHECK(header(response, "X-Content-Type-Options") == "nosniff");
      CHECK(header(response, "Cache-Control") == "no-store");
    }
  }

  TEST_CASE("config: what the world has -> that text, or 404 where it has none") {
    World world = world_of(fixture::ready_fleet());
    CHECK(get(world, "/config").body == "targets: []\n");
    world.config = nullptr;
    CHECK(get(world, "/config").status == 404);
  }

  TEST_CASE("docs/api.md: its table of endpoints -> every route there is, and no other") {
    std::ifstream file(TELLTALE_SOURCE_DIR "/docs/api.md");
    REQUIRE(file.is_open());
    std::set<std::string> documented;
    // The first column of the first table: `/gate/<gate>`, `/livez`.
    for (std::string line; std::getline(file, line) && !line.starts_with("## ");) {
      const std::string cell = line.starts_with("| `/") ? line.substr(2, line.find(" |", 2)) : "";
      for (auto at = cell.find('`'); at != std::string::npos && at + 1 < cell.size();) {
        const auto end = cell.find('`', at + 1);
        std::string path = cell.substr(at + 1, end - at - 1);
        path = std::regex_replace(path, std::regex("<[^>]*>"), "*");
        CHECK_MESSAGE(documented.insert(path).second, path, " is documented twice");
        at = cell.find('`', end + 1);
      }
    }
    std::set<std::string> served;
    for (const std::string_view pattern : route_patterns()) {
      served.emplace(pattern);
    }
    CHECK(documented == served);
  }

  TEST_CASE("404: a gate nobody knows -> the line names those there are") {
    const World world = world_of(open_and_closed());
    CHECK(get(world, "/gate/other").body == "no gate is named `other`; there are: good, broken\n");
    CHECK(get(world, "/api/v1/gates/other").body ==
          "no gate is named `other`; there are: good, broken\n");
    CHECK(get(world, "/gate/good/clouddriver").body ==
          "gate `good` judges no target named `clouddriver`\n");
  }

  TEST_CASE("router: a gate for the step strict, and a target without mesh -> 404") {
    gate::Snapshot snapshot = open_and_closed();
    for (gate::GateEntry& entry : snapshot.gates) {
      entry.rules.step = fleet::Step::strict;
      entry.rules.targets.clear();
    }
    const std::string name = snapshot.targets.front()->target.name;
    const Response response = get(world_of(std::move(snapshot)), "/gate/good/" + name);
    CHECK(response.status == 404);
    CHECK(response.body == "gate `good` judges no target named `" + name + "`\n");
  }

  TEST_CASE("gate: open, closed, unknown -> 200 only for open; JSON is always 200") {
    struct Row {
      const char* target;
      unsigned status;
      const char* line_begins;
    };

    constexpr Row rows[] = {
        {"/gate/good", 200, "open"},
        {"/gate/good/gate", 200, "open"},
        {"/gate/broken", 403, "closed: clouddriver 127.0.0.1:7002 authorities_missing"},
        {"/gate/broken/clouddriver", 403, "closed: clouddriver 127.0.0.1:7002 authorities_missing"},
    };
    const World world = world_of(open_and_closed());
    for (const Row& row : rows) {
      for (const char* method : {"GET", "POST"}) {
        CAPTURE(row.target);
        const Response response = ask(world, {.method = method, .target = row.target});
        CHECK(response.status == row.status);
        CHECK(is_one_line(response.body));
        CAPTURE(response.body);
        CHECK(response.body.starts_with(row.line_begins));
      }
    }
    const Response good = get(world, "/api/v1/gates/good");
    CHECK(good.status == 200);
    CHECK(good.body.find(R"("status":"open","ready":true)") != std::string::npos);
    const Response broken = get(world, "/api/v1/gates/broken");
    CHECK(broken.status == 200);
    CHECK(broken.body.find(R"("status":"closed","ready":false)") != std::string::npos);
  }

  TEST_CASE("gate: nobody looks any more -> open ends by itself at the instant of staleness") {
    const gate::Snapshot snapshot = fixture::ready_fleet();
    // The look ended 10 s ago.
    const auto last_fresh = snapshot.probe.stale_after - std::chrono::seconds(10);
    const auto at = [](Duration later) {
      Now now = fixture::now();
      now.steady += later;
      now.civil += std::chrono::floor<std::chrono::seconds>(later);
      return now;
    };
    const World fresh = world_of(snapshot, at(last_fresh - std::chrono::nanoseconds(1)));
    CHECK(get(fresh, "/gate/need").status == 200);
    CHECK(get(fresh, "/metrics").body.find("telltale_gate_open{gate=\"need\"} 1\n") !=
          std::string::npos);
    const World stale = world_of(snapshot, at(last_fresh));
    CHECK(get(stale, "/gate/need").status == 403);
    CHECK(get(stale, "/gate/need/gate").status == 403);
    CHECK(get(stale, "/gate/need").body.starts_with("unknown"));
    CHECK(get(fresh, "/api/v1/gates/need/gate").body.find(R"("status":"open","ready":true)") !=
          std::string::npos);
    CHECK(get(fresh, "/api/v1/gates/need/gate").body.find(R"("target":"gate"})") !=
          std::string::npos);
    CHECK(get(stale, "/api/v1/gates/need/gate").body.find(R"("status":"unknown")") !=
          std::string::npos);
    CHECK(get(stale, "/api/v1/gates/need").body.find(R"("status":"unknown","ready":false)") !=
          std::string::npos);
    CHECK(get(stale, "/metrics").body.find("telltale_gate_open{gate=\"need\"} 0\n") !=
          std::string::npos);
    CHECK(get(stale, "/-/ready").status == 200);
  }

  TEST_CASE("ready: follows the first round, never the verdict; healthy follows nothing") {
    gate::Snapshot closed = open_and_closed();
    CHECK(get(world_of(closed), "/-/ready").status == 200);
    closed.first_round_done = false;
    const World starting = world_of(closed);
    for (const char* target : {"/-/ready", "/readyz"}) {
      const Response response = get(starting, target);
      CHECK(response.status == 503);
      CHECK(response.body == "not ready: the first round of looks is under way\n");
    }
    for (const char* target : {"/-/healthy", "/livez", "/healthz"}) {
      CHECK(get(starting, target).status == 200);
    }
  }

  TEST_CASE("pages: may load nothing but our own assets, whatever stands in them") {
    const World world = world_of(fixture::hostile_fleet());
    for (const Response& response :
         {get(world, "/"), get(world_of(fixture::ready_fleet()), "/targets/gate")}) {
      CHECK(response.status == 200);
      CHECK(header(response, "Content-Security-Policy") ==
            "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src "
            "'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'");
      CHECK(header(response, "Referrer-Policy") == "no-referrer");
      CHECK(header(response, "Cross-Origin-Opener-Policy") == "same-origin");
      CHECK(header(response, "Cross-Origin-Embedder-Policy") == "require-corp");
      CHECK(header(response, "Cross-Origin-Resource-Policy") == "same-origin");
      CHECK(response.body.find("<style") == std::string::npos);
    }
    CHECK(get(world, "/targets/other").body == "no target is named `other`\n");
  }

  TEST_CASE("pages: what they refer to -> is served, from `/` and from below it") {
    // Served by others.
    constexpr std::string_view elsewhere[] = {"/logs", "/probe"};
    const World world = world_of(fixture::mixed_fleet());
    for (const char* page : {"/", "/targets/clouddriver"}) {
      const std::string html = get(world, page).body;
      std::vector<std::string> references = fixture::values_of(html, "href");
      std::ranges::move(fixture::values_of(html, "src"), std::back_inserter(references));
      CHECK(references.size() > 10);
      for (const std::string& reference : references) {
        const std::string path = resolved(page, reference);
        if (reference.starts_with('#') || std::ranges::count(elsewhere, path) != 0) {
          continue;
        }
        CAPTURE(reference);
        CHECK(get(world, path).status == 200);
      }
      const std::vector<std::string> watched = fixture::values_of(html, "data-watch");
      CHECK(watched.size() == 1);
      CHECK(resolved(page, watched.front()) == "/api/v1/watch");
    }
  }

  TEST_CASE("assets: served with a tag -> 304 to who has it, and to nobody else") {
    const World world = world_of(fixture::ready_fleet());
    for (const render::Asset& asset : render::assets()) {
      const std::string target = "/assets/" + std::string(asset.name);
      CAPTURE(target);
      const std::string tag(asset.etag);
      const Response whole = get(world, target);
      CHECK(whole.status == 200);
      CHECK((whole.body == asset.content));
      CHECK(whole.content_type == asset.content_type);
      CHECK(header(whole, "ETag") == tag);
      CHECK(header(whole, "Cache-Control") == "no-cache");
      CHECK(header(whole, "Vary") == "Accept-Encoding");
      CHECK(header(whole, "X-Content-Type-Options") == "nosniff");
      const auto ask_with = [&](std::string tags, std::string encoding = "") {
        Request request{.method = "GET", .target = target};
        request.if_none_match = std::move(tags);
        request.accept_encoding = std::move(encoding);
        return ask(world, request);
      };
      for (const std::string& tags :
           {tag, "W/" + tag, std::string("*"), "\"a\", " + tag, "\"a,b\"," + tag + " ,\"c\""}) {
        CAPTURE(tags);
        const Response kept = ask_with(tags);
        CHECK(kept.status == 304);
        CHECK(kept.body.empty());
        CHECK(header(kept, "ETag") == tag);
        CHECK(header(kept, "Cache-Control") == "no-cache");
      }
      for (const std::string& tags :
           {std::string("\"a\""), tag.substr(1), "w/" + tag, tag + "x", std::string(", ,")}) {
        CAPTURE(tags);
        CHECK(ask_with(tags).status == 200);
      }
    }
  }

  TEST_CASE("assets: compressed -> the same content, under a tag of its own") {
    const World world = world_of(fixture::ready_fleet());
    Request request{.method = "GET", .target = "/assets/page.js"};
    request.accept_encoding = "gzip";
    const Response packed = ask(world, request);
    CHECK(header(packed, "Content-Encoding") == "gzip");
    CHECK((support::gunzip(packed.body) == render::find_asset("page.js")->content));
    const std::string tag = header(packed, "ETag");
    CHECK(tag != render::find_asset("page.js")->etag);
    request.if_none_match = tag;
    CHECK(ask(world, request).status == 304);
    request.accept_encoding.clear();
    CHECK(ask(world, request).status == 200);
  }

  TEST_CASE("watch: GET -> what is to be done; HEAD -> the head of the stream alone") {
    const World world = world_of(open_and_closed());
    CHECK(std::holds_alternative<WatchRequest>(
        route(world, {.method = "GET", .target = "/api/v1/watch"})));
    const Response head = ask(world, {.method = "HEAD", .target = "/api/v1/watch"});
    CHECK_FALSE(head.is_stream);
    const Response stream = watch_response(*world.snapshot, world.now);
    CHECK(stream.is_stream);
    CHECK(stream.status == 200);
    CHECK(stream.body ==
          "retry: 2000\n\nevent: snapshot\ndata: {\"at\":\"2026-11-22T12:00:00Z\",\"status\":"
          "\"closed\"}\n\n");
    for (const Response& response : {head, stream}) {
      CHECK(response.content_type == "text/event-stream");
      CHECK(header(response, "Cache-Control") == "no-store");
      CHECK(header(response, "X-Content-Type-Options") == "nosniff");
    }
    CHECK(watch_event(fixture::ready_fleet(), fixture::now()) ==
          "event: snapshot\ndata: {\"at\":\"2026-11-22T12:00:00Z\",\"status\":\"open\"}\n\n");
  }

  TEST_CASE("metrics: negotiated -> snapshot, then process_*, then EOF where the format has one") {
    const World world = world_of(fixture::ready_fleet());
    const Response text = get(world, "/metrics");
    CHECK(text.body.find("telltale_probe_success") != std::string::npos);
    CHECK(text.body.ends_with("\nprocess_threads 3\n"));
    CHECK(text.body.find("# EOF") == std::string::npos);

    const Response openmetrics =
        ask(world, {.method = "GET",
                    .target = "/metrics",
                    .accept = "application/openmetrics-text;version=1.0.0"});
    CHECK(openmetrics.content_type ==
          "application/openmetrics-text; version=1.0.0; charset=utf-8; escaping=underscores");
    CHECK(openmetrics.body.find("telltale_probe_success") != std::string::npos);
    CHECK(openmetrics.body.ends_with("\nprocess_threads 3\n# EOF\n"));
    CHECK(openmetrics.body.find("# EOF") == openmetrics.body.size() - 6);
    for (const Response& response : {text, openmetrics}) {
      CHECK(header(response, "Vary") == "Accept, Accept-Encoding");
    }
  }

  TEST_CASE("gzip: accepted -> the same body, compressed; small ones stay as they are") {
    const World world = world_of(fixture::mixed_fleet());
    for (const char* target : {"/", "/targets/clouddriver", "/metrics", "/api/v1/status",
                               "/api/v1/rollout", "/api/v1/gates"}) {
      CAPTURE(target);
      const Response plain = get(world, target);
      const Response packed =
          ask(world, {.method = "GET", .target = target, .accept_encoding = "gzip"});
      CHECK(header(plain, "Content-Encoding").empty());
      CHECK(header(packed, "Content-Encoding") == "gzip");
      CHECK(header(packed, "Vary").find("Accept-Encoding") != std::string::npos);
      CHECK(header(plain, "Vary") == header(packed, "Vary"));
      CHECK(packed.content_type == plain.content_type);
      CHECK(packed.body.size() < plain.body.size());
      CHECK((support::gunzip(packed.body) == plain.body));
    }
    for (const char* target : {"/-/healthy", "/gate/need", "/nothing"}) {
      CAPTURE(target);
      const Response response =
          ask(world, {.method = "GET", .target = target, .accept_encoding = "gzip"});
      CHECK(header(response, "Content-Encoding").empty());
      CHECK(is_one_line(response.body));
    }
  }

  TEST_CASE("any target: answered, never thrown at, and errors stay one line") {
    const World world = world_of(fixture::ready_fleet());
    const std::string gate = "/gate/";
    for (unsigned octet = 0; octet < 256; ++octet) {
      const std::string raw(1, static_cast<char>(octet));
      for (const std::string& target : {gate + raw, raw, "/" + raw + "/x", gate + "need?" + raw}) {
        CAPTURE(target);
        const Response response = get(world, target);
        CHECK((response.status == 200 || response.status == 400 || response.status == 404));
        if (response.status != 200) {
          CHECK(is_one_line(response.body));
        }
      }
    }
  }
}

}  // namespace
}  // namespace telltale::http
