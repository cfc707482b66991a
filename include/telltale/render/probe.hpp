#pragma once
// /probe: one target, looked at once because somebody asked, told in blackbox_exporter's metrics
// beside our own. Pure.

#include <memory>
#include <string>
#include <vector>

#include "telltale/gate/snapshot.hpp"
#include "telltale/render/render.hpp"

namespace telltale::render {

struct ProbeReport {
  gate::SnapshotPtr snapshot;                    ///< of gate::judge_alone()
  std::vector<probe::Observation> observations;  ///< that it was made from
  Duration duration{};                           ///< from the question to the end of the last look
  Now now;
};

using ProbeReportPtr = std::shared_ptr<const ProbeReport>;

/// The target resolved, and every address of it was looked at and answered: `probe_success`.
[[nodiscard]] bool succeeded(const ProbeReport& report);

/// The metrics of one look at one target, whole. Names, labels and meanings that begin with
/// `probe_` are blackbox_exporter's (prober/{handler,http,tcp,tls,utils}.go there); with several
/// addresses they speak of the one whose chain ends first. Then our own gauges of that target.
[[nodiscard]] std::string probe_metrics(const ProbeReport& report, Exposition exposition);

/// The same for people: the story of every address, the findings, then the metrics.
[[nodiscard]] std::string probe_text(const ProbeReport& report);

}  // namespace telltale::render
