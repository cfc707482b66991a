#pragma once
// GateReading: what a running daemon's answer for a gate means to `telltale gate`. Pure.

#include <string>

#include "telltale/error.hpp"
#include "telltale/gate/state.hpp"
#include "telltale/http/router.hpp"

namespace telltale::app {

struct GateReading {
  gate::Status status = gate::Status::unknown;
  std::string line;       ///< for people, with the status in front
  bool is_final = false;  ///< asking again is no use: there is no such gate

  friend bool operator==(const GateReading&, const GateReading&) = default;
};

/// Reads what `GET /gate/NAME[/TARGET]` gave. Only an answer whose status code and words agree
/// counts; whatever else answers there (a proxy's page, an error) is unknown.
[[nodiscard]] GateReading read_gate_answer(const Result<http::Response>& answer);

/// 0 open, 1 closed, 2 unknown.
[[nodiscard]] int exit_code_of(gate::Status status);

}  // namespace telltale::app
