#pragma once
// What is behind each path: the answer to a request whose route has been found.

#include <span>
#include <string>

#include "telltale/http/router.hpp"

namespace telltale::http {

/// A request whose route has been found.
struct Call {
  const Request& request;
  const World& world;
  MetricsCache& cache;
  std::span<const std::string> arguments;  ///< what stands for `*` in the route's pattern

  [[nodiscard]] const gate::Snapshot& snapshot() const { return *world.snapshot; }
};

[[nodiscard]] Answer answer_page(const Call& call);
[[nodiscard]] Answer answer_target_page(const Call& call);
[[nodiscard]] Answer answer_asset(const Call& call);
[[nodiscard]] Answer answer_watch(const Call& call);
[[nodiscard]] Answer answer_metrics(const Call& call);
[[nodiscard]] Answer answer_status(const Call& call);
[[nodiscard]] Answer answer_targets(const Call& call);
[[nodiscard]] Answer answer_edges(const Call& call);
[[nodiscard]] Answer answer_events(const Call& call);
[[nodiscard]] Answer answer_rollout(const Call& call);
[[nodiscard]] Answer answer_gates(const Call& call);
[[nodiscard]] Answer answer_gate_json(const Call& call);
[[nodiscard]] Answer answer_gate(const Call& call);
[[nodiscard]] Answer answer_logs(const Call& call);
[[nodiscard]] Answer answer_config(const Call& call);
[[nodiscard]] Answer answer_probe(const Call& call);
[[nodiscard]] Answer answer_healthy(const Call& call);
[[nodiscard]] Answer answer_ready(const Call& call);
[[nodiscard]] Answer answer_reload(const Call& call);

}  // namespace telltale::http
