#include "http/endpoints.hpp"

#include <algorithm>
#include <optional>
#include <ranges>
#include <string_view>
#include <utility>

#include "telltale/fleet/fleet.hpp"
#include "telltale/gate/state.hpp"
#include "telltale/render/gzip.hpp"
#include "telltale/render/render.hpp"

#include "http/negotiate.hpp"
#include "http/probe_query.hpp"
#include "http/query.hpp"
#include "http/responses.hpp"
#include "http/site.hpp"

namespace telltale::http {
namespace {

Response encoded(Response response, const Call& call) {
  response.headers.emplace_back("Vary", "Accept-Encoding");
  return encoded(std::move(response), accepts_gzip(call.request.accept_encoding));
}

/// The gate that the call names, or null.
const gate::GateEntry* find_gate(const Call& call) {
  const auto& gates = call.snapshot().gates;
  const auto found = std::ranges::find(gates, call.arguments[0], [](const gate::GateEntry& entry) {
    return std::string_view(entry.rules.name);
  });
  return found == gates.end() ? nullptr : &*found;
}

Response no_such_gate(const Call& call) {
  std::string line = "no gate is named `" + call.arguments[0] + "`; there are";
  std::string_view separator = ": ";
  for (const gate::GateEntry& entry : call.snapshot().gates) {
    line.append(separator).append(entry.rules.name);
    separator = ", ";
  }
  return error_response(404, line);
}

Response gate_response(const gate::Answer& answer) {
  // 403 and not 5xx: Flagger's client retries 5xx and drops the body, which says why.
  return text_response(answer.ready() ? 200 : 403, render::gate_line(answer));
}

/// The target is in the fleet, and this gate judges it.
bool judges(const gate::GateEntry& entry, const gate::Snapshot& snapshot, std::string_view target) {
  const auto& chosen = entry.rules.targets;
  if (!chosen.empty()) {
    return std::ranges::find(chosen, target) != chosen.end();
  }
  return std::ranges::any_of(snapshot.targets, [&](const gate::TargetEntryPtr& known) {
    return known->target.name == target && fleet::is_judged(entry.rules, known->target);
  });
}

/// `no target is named …`, with those there are, as far as one line goes.
Response no_such_target(const Call& call, unsigned status, std::string line) {
  constexpr std::size_t most_names = 20;
  const auto& targets = call.snapshot().targets;
  std::string_view separator = "; there are: ";
  for (const gate::TargetEntryPtr& entry : targets | std::views::take(most_names)) {
    line.append(separator).append(entry->target.name);
    separator = ", ";
  }
  if (targets.size() > most_names) {
    line += " and " + std::to_string(targets.size() - most_names) + " more";
  }
  return error_response(status, line);
}

/// The target of that name or, for the targets of a Probe resource, which are URLs, of that URL as
/// it is configured. Nothing but what is configured can be named. Null: there is none.
const fleet::Target* find_target(const gate::Snapshot& snapshot, std::string_view text) {
  const fleet::Target* by_url = nullptr;
  for (const gate::TargetEntryPtr& entry : snapshot.targets) {
    if (entry->target.name == text) {
      return &entry->target;
    }
    if (by_url == nullptr && entry->target.url.text == text) {
      by_url = &entry->target;
    }
  }
  return by_url;
}

/// What the gate answers, about all it judges or about the one target that the path names.
template <class Respond>
Response about_gate(const Call& call, Respond respond) {
  const gate::GateEntry* entry = find_gate(call);
  if (entry == nullptr) {
    return no_such_gate(call);
  }
  const gate::Answer whole = gate::answer(call.snapshot(), *entry, call.world.now);
  if (call.arguments.size() == 1) {
    return respond(whole);
  }
  const std::string& target = call.arguments[1];
  if (!judges(*entry, call.snapshot(), target)) {
    return error_response(
        404, "gate `" + entry->rules.name + "` judges no target named `" + target + "`");
  }
  return respond(gate::answer_for_target(whole, target));
}

}  // namespace

Answer answer_page(const Call& call) {
  return encoded(page_response(render::page(call.snapshot(), call.world.now)), call);
}

Answer answer_target_page(const Call& call) {
  const std::string& name = call.arguments[0];
  auto page = render::target_page(call.snapshot(), name, call.world.now);
  if (!page) {
    return error_response(404, "no target is named `" + name + "`");
  }
  return encoded(page_response(*std::move(page)), call);
}

Answer answer_asset(const Call& call) {
  const render::Asset* asset = render::find_asset(call.arguments[0]);
  if (asset == nullptr) {
    return error_response(404, "there is no such asset");
  }
  const bool takes_gzip =
      asset->content.size() >= gzip_from_bytes && accepts_gzip(call.request.accept_encoding);
  return asset_response(*asset, call.request.if_none_match, takes_gzip);
}

Answer answer_watch(const Call& call) {
  if (call.request.method != "HEAD") {
    return WatchRequest{};
  }
  Response head = watch_response(call.snapshot(), call.world.now);
  head.is_stream = false;
  return head;
}

Answer answer_metrics(const Call& call) {
  const MetricsFormat format = negotiate_metrics(call.request.accept);
  const bool is_openmetrics = format.exposition == render::Exposition::openmetrics_1_0_0;
  std::string per_scrape = render::process_metrics(call.world.process, format.exposition);
  per_scrape += is_openmetrics ? "# EOF\n" : "";

  Response response;
  response.content_type = format.content_type;
  response.headers.emplace_back("Vary", "Accept, Accept-Encoding");
  const gate::SnapshotPtr& snapshot = call.world.snapshot;
  if (accepts_gzip(call.request.accept_encoding)) {
    response.headers.emplace_back("Content-Encoding", "gzip");
    response.body =
        render::gzip(call.cache.deflated(snapshot, call.world.now, format.exposition), per_scrape);
    return response;
  }
  response.body = call.cache.text(snapshot, call.world.now, format.exposition);
  response.body += per_scrape;
  return response;
}

Answer answer_status(const Call& call) {
  return encoded(json_response(render::status_json(call.snapshot(), call.world.now)), call);
}

Answer answer_targets(const Call& call) {
  return encoded(json_response(render::targets_json(call.snapshot())), call);
}

Answer answer_edges(const Call& call) {
  return encoded(json_response(render::edges_json(call.snapshot())), call);
}

Answer answer_events(const Call& call) {
  return encoded(json_response(render::events_json(call.snapshot())), call);
}

Answer answer_rollout(const Call& call) {
  return encoded(json_response(render::rollout_json(call.snapshot(), call.world.now)), call);
}

Answer answer_gates(const Call& call) {
  return encoded(json_response(render::gates_json(call.snapshot(), call.world.now)), call);
}

Answer answer_gate_json(const Call& call) {
  return about_gate(call, [&](const gate::Answer& answer) {
    return encoded(json_response(render::gate_json(answer)), call);
  });
}

Answer answer_gate(const Call& call) {
  return about_gate(call, gate_response);
}

Answer answer_logs(const Call& call) {
  const Result<Query> query = Query::parse(call.request.target);
  if (!query) {
    return error_response(400, query.error().detail());
  }
  const Result<std::string> target = query->find("target");
  if (!target) {
    return error_response(400, target.error().detail());
  }
  const fleet::Target* found = find_target(call.snapshot(), *target);
  if (!target->empty() && found == nullptr) {
    return no_such_target(call, 404, "no target is named `" + *target + "`");
  }
  Response response;
  response.body =
      render::looks_text(call.snapshot(), found == nullptr ? "" : found->name, call.world.now);
  return encoded(std::move(response), call);
}

/// As plain text, so that a browser shows it: application/yaml (RFC 9512) it would offer to save.
Answer answer_config(const Call& call) {
  if (call.world.config == nullptr) {
    return error_response(404, "no configuration is shown here");
  }
  Response response;
  response.body = *call.world.config;
  return encoded(std::move(response), call);
}

Answer answer_probe(const Call& call) {
  Result<ProbeRequest> asked = read_probe(call.request);
  if (!asked) {
    return error_response(400, asked.error().detail());
  }
  if (asked->target.empty()) {
    return no_such_target(call, 400, "`target` is missing; name one");
  }
  const fleet::Target* target = find_target(call.snapshot(), asked->target);
  if (target == nullptr) {
    return no_such_target(call, 404, "no target is named `" + asked->target + "`");
  }
  asked->target = target->name;
  MetricsFormat format = negotiate_metrics(call.request.accept);
  asked->exposition = format.exposition;
  asked->content_type = std::move(format.content_type);
  asked->takes_gzip = accepts_gzip(call.request.accept_encoding);
  return *std::move(asked);
}

Answer answer_healthy(const Call&) {
  return text_response(200, "healthy");
}

Answer answer_ready(const Call& call) {
  if (!call.snapshot().first_round_done) {
    return error_response(503, "not ready: the first round of looks is under way");
  }
  return text_response(200, "ready");
}

Answer answer_reload(const Call&) {
  return ReloadRequest{};
}

}  // namespace telltale::http
