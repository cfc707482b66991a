// `telltale gate`: asks a running daemon, and waits.

#include <algorithm>
#include <chrono>
#include <iostream>
#include <optional>
#include <thread>

#include "telltale/app/commands.hpp"
#include "telltale/app/gate_reading.hpp"
#include "telltale/http/fetch.hpp"

namespace telltale::app {

namespace {

using std::chrono::steady_clock;

constexpr std::chrono::milliseconds answer_timeout{5'000};
constexpr std::chrono::milliseconds asking_gap{1'000};

GateReading ask(const GateOptions& options) {
  const auto base = http::parse_base_url(options.url).value();  // checked with the command line
  auto answer = http::fetch(base, "/gate/" + options.name, answer_timeout);
  return read_gate_answer(answer ? std::move(answer)
                                 : Result<http::Response>(answer.error().at(options.url)));
}

}  // namespace

int run_gate(const GateOptions& options) {
  const SteadyTime deadline = steady_clock::now() + options.wait;
  GateReading reading = ask(options);
  std::optional<gate::Status> told;
  while (reading.status != gate::Status::open && !reading.is_final &&
         steady_clock::now() < deadline) {
    if (told != reading.status) {
      std::cerr << "telltale: waiting, " << reading.line << '\n';
      told = reading.status;
    }
    const Duration remaining = deadline - steady_clock::now();
    std::this_thread::sleep_for(std::clamp<Duration>(remaining, Duration::zero(), asking_gap));
    reading = ask(options);
  }
  std::cout << reading.line << '\n';
  return exit_code_of(reading.status);
}

}  // namespace telltale::app
