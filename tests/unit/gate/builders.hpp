#pragma once
// A board on which tests play: looks and resolutions at instants of their own choosing.

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "telltale/enum_names.hpp"
#include "telltale/gate/board.hpp"

#include "unit/assess/builders.hpp"

namespace telltale::gate::build {

using namespace std::chrono_literals;
using namespace assess::build;  // NOLINT(google-build-using-namespace)
using assess::Reason;

/// An instant so long after both clocks' beginning; the two go alike unless a test says otherwise.
inline Now at(Duration elapsed, std::chrono::seconds civil_jump = 0s) {
  return {.civil = noon + std::chrono::floor<std::chrono::seconds>(elapsed) + civil_jump,
          .steady = SteadyTime(1000h) + elapsed};
}

inline fleet::Endpoint endpoint(int last) {
  return {.host = "10.0.0." + std::to_string(last), .port = 8083};
}

/// Three rounds and a minute, looks stale after 65 seconds.
inline fleet::GateRules rules() {
  fleet::GateRules made;
  made.rounds = 3;
  made.minimum_time = 1min;
  return made;
}

inline fleet::Fleet fleet_of(const std::vector<std::string>& targets) {
  fleet::Fleet made;
  for (const std::string& name : targets) {
    made.targets.push_back(target());
    made.targets.back().name = name;
  }
  made.gates = {rules()};
  return made;
}

inline probe::Observation refused_look() {
  return observation({Try(nothing, tls_1_3).failed(Phase::connect, FailureKind::refused)});
}

/// HTTP refuses everybody: no blocker, and still no mode.
inline probe::Observation unclear_look() {
  return observation({Try(nothing, tls_1_3).asked().http(400)});
}

class Stage {
 public:
  explicit Stage(const fleet::Fleet& fleet, Predict predict = &assess::predict)
      : board(fleet, {}, at(0s), std::move(predict)) {}

  void resolve(const std::string& name, const std::vector<int>& addresses, Now now) {
    probe::Resolution made;
    made.target = name;
    made.name = name + ".spinnaker";
    for (const int last : addresses) {
      made.addresses.push_back(endpoint(last));
    }
    made.resolved_at = now;
    board.apply(made);
  }

  void fail_to_resolve(const std::string& name, Now now) {
    probe::Resolution made;
    made.target = name;
    made.name = name + ".spinnaker";
    made.failure = probe::Failure{
        .phase = Phase::resolve, .kind = FailureKind::resolve, .detail = "no such name"};
    made.resolved_at = now;
    board.apply(made);
  }

  void look(const std::string& name, int address, Now now,
            probe::Observation seen = healthy_want()) {
    seen.target = name;
    seen.address = endpoint(address);
    seen.looked_at = now;
    board.apply(seen);
  }

  /// Takes a snapshot and answers for the first gate at the same instant.
  Answer step(Now now) {
    snapshot = board.snapshot(now);
    return answer(*snapshot, snapshot->gates.at(0), now);
  }

  /// Answers for the first gate later, without a step.
  [[nodiscard]] Answer later(Now now) const {
    return answer(*snapshot, snapshot->gates.at(0), now);
  }

  Board board;
  SnapshotPtr snapshot;
};

/// `closed`, `unknown`, `open`, or `waiting: 1 of 3 rounds, …`.
inline std::string told(const Answer& answer) {
  return answer.waiting ? "waiting: " + *answer.waiting : std::string(name_of(answer.status));
}

/// `orca 10.0.0.1:8083 stale, echo unknown`.
inline std::string told(const std::vector<Blocker>& blockers) {
  std::string text;
  for (const Blocker& blocker : blockers) {
    text += text.empty() ? "" : ", ";
    text += blocker.target + (blocker.address.empty() ? "" : " " + blocker.address) + " " +
            std::string(name_of(blocker.reason));
  }
  return text;
}

/// A stage with one target at one address whose gate has opened at `at(61s)`.
inline Stage opened(fleet::Fleet fleet = fleet_of({"orca"})) {
  Stage stage(std::move(fleet));
  for (const auto elapsed : {1s, 31s, 61s}) {
    stage.resolve("orca", {1}, at(elapsed));
    stage.look("orca", 1, at(elapsed));
    stage.step(at(elapsed));
  }
  return stage;
}

}  // namespace telltale::gate::build
