// From the command line to a command, and to the exit code.

#include <iostream>
#include <sys/prctl.h>
#include <sys/resource.h>

#include "telltale/app/commands.hpp"

namespace telltale::app {

namespace {

constexpr int exit_failed = 2;

/// A core dump would hold private keys and passwords. A limit of 0 keeps it out of files only: the
/// kernel hands it to a pipe in core_pattern all the same, unless the limit is exactly 1, which it
/// takes for a helper that dumped itself; and 1 byte is too little for a file (fs/coredump.c).
void forbid_core_dumps() {
  const rlimit one_byte{1, 1};
  if (setrlimit(RLIMIT_CORE, &one_byte) != 0) {  // the hard limit was lower
    prctl(PR_SET_DUMPABLE, 0);
  }
}

int run_command(const Options& options) {
  if (!options.allows_core_dumps) {
    forbid_core_dumps();
  }
  if (options.only_checks_config) {
    return check_config(options);
  }
  switch (options.command) {
    case Command::check:
      return run_check(options);
    case Command::gate:
      return run_gate(options.gate);
    case Command::targets:
      return run_targets(options);
    case Command::inspect:
      return run_inspect(options);
    case Command::lint:
      return run_lint(options);
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
