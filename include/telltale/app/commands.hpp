#pragma once
// The commands: each builds its world, runs and returns the program's exit code.

#include "telltale/app/options.hpp"

namespace telltale::app {

/// Runs the daemon until SIGTERM or SIGINT: probes on the calling thread, serves HTTP on another.
/// 0 after a signal; 2 if the configuration, a credential or a listen address is no good.
[[nodiscard]] int run_daemon(const Options& options);

/// `telltale check`: looks at every target once and prints the result to stdout. 0 if every gate
/// would open, 1 if any is closed, 2 if it could not tell.
[[nodiscard]] int run_check(const Options& options);

/// `telltale inspect`: says what files of certificates and keys hold. 0, or 2 if one of them, or a
/// password, cannot be read.
[[nodiscard]] int run_inspect(const Options& options);

/// `telltale lint`: says what Spinnaker's own files have wrong. 0 if nothing of severity error, 1
/// if something, 2 if they cannot be read.
[[nodiscard]] int run_lint(const Options& options);

/// `telltale targets`: prints what would be looked at, and where each fact was written. Asks no
/// network and reads no key. 0, or 2 if the configuration is no good.
[[nodiscard]] int run_targets(const Options& options);

/// `telltale gate`: asks a running daemon for a gate and prints its answer, waiting for it to open
/// if told to. 0 open, 1 closed, 2 unknown, unreachable or no such gate.
[[nodiscard]] int run_gate(const GateOptions& options);

/// `--config.check`: reads the configuration and every file it names. 0 or 2.
[[nodiscard]] int check_config(const Options& options);

/// Reads the command line and runs what it asks for.
[[nodiscard]] int run(int argc, const char* const* argv);

}  // namespace telltale::app
