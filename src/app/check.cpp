// `telltale check` and `--config.check`.

#include <iostream>

#include <boost/asio/io_context.hpp>

#include "telltale/app/commands.hpp"
#include "telltale/app/gate_reading.hpp"
#include "telltale/app/plan.hpp"
#include "telltale/app/scheduler.hpp"
#include "telltale/gate/board.hpp"
#include "telltale/http/web_guard.hpp"
#include "telltale/render/render.hpp"

#include "app/terminal.hpp"

namespace telltale::app {

namespace {

constexpr int exit_bad_input = 2;

std::string render(const gate::Snapshot& snapshot, Now now, Output output) {
  switch (output) {
    case Output::json:
      return render::status_json(snapshot, now);
    case Output::junit:
      return render::junit(snapshot, now);
    case Output::brief:
      return render::brief(snapshot, now);
    case Output::table:
      return render::table(snapshot, now, wants_color());
  }
  return {};
}

int exit_code_of(const gate::Snapshot& snapshot, Now now) {
  std::vector<gate::Answer> answers;
  for (const gate::GateEntry& gate : snapshot.gates) {
    answers.push_back(gate::answer(snapshot, gate, now));
  }
  return app::exit_code_of(gate::overall(answers));
}

std::string count(std::size_t number, const std::string& noun) {
  return std::to_string(number) + " " + noun + (number == 1 ? "" : "s");
}

int complain(const Error& error) {
  std::cerr << "telltale: " << error.detail() << '\n';
  return exit_bad_input;
}

}  // namespace

int check_config(const Options& options) {
  const auto plan = load_plan(options.config_file);
  if (!plan) {
    return complain(plan.error());
  }
  if (!options.web_config_file.empty()) {
    if (const auto guard = http::WebGuard::read(options.web_config_file); !guard) {
      return complain(guard.error());
    }
  }
  std::cout << options.config_file << ": ok, " << count(plan->fleet->targets.size(), "target")
            << ", " << count(fleet::edges_of(*plan->fleet).size(), "call") << ", "
            << count(plan->fleet->gates.size(), "gate") << '\n';
  return 0;
}

int run_check(const Options& options) {
  auto plan = load_plan(options.config_file);
  if (!plan) {
    return complain(plan.error());
  }
  plan->fleet = std::make_shared<const fleet::Fleet>(judged_by_one_round(*plan->fleet));
  boost::asio::io_context context(1);
  gate::Board board(*plan->fleet, describe_credentials(*plan, read_clocks().civil), read_clocks());
  const Scheduler::Listener listener{
      .on_look = [](const probe::Observation&) {},
      .on_change = [] {},
      .on_internal_error =
          [&board](const std::string& what) {
            board.note_internal_error();
            std::cerr << "telltale: internal error: " << what << '\n';
          },
  };
  Scheduler scheduler(context, *plan, board, listener);
  scheduler.run_once([&context] { context.stop(); });
  context.run();
  const Now now = read_clocks();
  const gate::SnapshotPtr snapshot = board.snapshot(now);
  std::cout << render(*snapshot, now, options.output) << std::flush;
  return exit_code_of(*snapshot, now);
}

}  // namespace telltale::app
