#pragma once
// Renderers: a Snapshot and now become bytes. Pure.

#include <optional>
#include <string>
#include <string_view>

#include "telltale/gate/snapshot.hpp"

namespace telltale::render {

/// The formats of Prometheus' exposition.
enum class Exposition { text_0_0_4, openmetrics_1_0_0 };

/// Renders /metrics as far as it follows from a snapshot, so that it can be kept until the next
/// one: without process_metrics(), and without the `# EOF` that ends OpenMetrics.
[[nodiscard]] std::string metrics(const gate::Snapshot& snapshot, Now now, Exposition exposition);

/// `check -o json` and /api/v1/status.
[[nodiscard]] std::string status_json(const gate::Snapshot& snapshot, Now now);

/// /api/v1/targets: the part of status_json() of that name.
[[nodiscard]] std::string targets_json(const gate::Snapshot& snapshot);

/// /api/v1/edges: the part of status_json() of that name, a row for each edge and address.
[[nodiscard]] std::string edges_json(const gate::Snapshot& snapshot);

/// /api/v1/rollout: the part of status_json() of that name, with `at`.
[[nodiscard]] std::string rollout_json(const gate::Snapshot& snapshot, Now now);

/// /api/v1/events: the newest first.
[[nodiscard]] std::string events_json(const gate::Snapshot& snapshot);

/// /api/v1/gates/<name>.
[[nodiscard]] std::string gate_json(const gate::Answer& answer);

/// /api/v1/gates.
[[nodiscard]] std::string gates_json(const gate::Snapshot& snapshot, Now now);

/// The one line of /gate/<name>, without a newline: `closed: clouddriver 10.0.0.7:7002 …`.
[[nodiscard]] std::string gate_line(const gate::Answer& answer);

/// `check -o table`: a row per address, findings below; who calls whom, and what is the matter with
/// each call that does not survive; where the rollout stands; then what is the matter with our own
/// credentials, gates last.
[[nodiscard]] std::string table(const gate::Snapshot& snapshot, Now now, bool color);

/// `check -o short`: a line per gate and per blocker, then one per finding about our own
/// credentials.
[[nodiscard]] std::string brief(const gate::Snapshot& snapshot, Now now);

/// `check -o junit`: a test suite per target, a case per address; a suite for the calls, if there
/// are any, one for our own credentials and one for the gates.
[[nodiscard]] std::string junit(const gate::Snapshot& snapshot, Now now);

/// The page at `/`: whole as plain HTML; what its script adds is that it stays up to date. Links
/// are relative, so that it works under every route prefix.
[[nodiscard]] std::string page(const gate::Snapshot& snapshot, Now now);

/// The page at `/targets/<name>`: everything known of one target; nothing if there is none of that
/// name.
[[nodiscard]] std::optional<std::string> target_page(const gate::Snapshot& snapshot,
                                                     std::string_view name, Now now);

/// `/logs`: the newest looks and, apart from them, the newest that failed, each told line by line,
/// the newest first; of one target, or of all if `target` is empty.
[[nodiscard]] std::string looks_text(const gate::Snapshot& snapshot, std::string_view target,
                                     Now now);

}  // namespace telltale::render
