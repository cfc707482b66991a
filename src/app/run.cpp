// From the command line to a command, and to the exit code.

#include <iostream>

#include "telltale/app/commands.hpp"

namespace telltale::app {

namespace {

constexpr int exit_failed = 2;

int run_command(const Options& options) {
  if (options.only_checks_config) {
    return check_config(options);
  }
  switch (options.command) {
    case Command::check:
      return run_check(options);
    case Command::inspect:
      return run_inspect(options);
    case Command::run:
      break;
  }
  return run_daemon(options);
}

int print(const Printed& printed) {
  (printed.exit_code == 0 ? std::cout : std::cerr) << printed.text;
  return printed.exit_code;
}

}  // namespace

int run(int argc, const char* const* argv) {
  const auto parsed = parse_options(argc, argv);
  const auto* printed = std::get_if<Printed>(&parsed);
  const int exit_code =
      printed != nullptr ? print(*printed) : run_command(std::get<Options>(parsed));
  // A verdict that did not arrive whole must not pass for one.
  if (!std::cout.flush()) {
    std::cerr << "telltale: cannot write to the standard output\n";
    return exit_failed;
  }
  return exit_code;
}

}  // namespace telltale::app
