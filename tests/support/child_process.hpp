#pragma once
// ChildProcess: a program under test, started, listened to and ended by its PID.

#include <string>
#include <string_view>
#include <sys/types.h>
#include <vector>

namespace telltale::support {

class ChildProcess {
 public:
  /// Starts `arguments[0]` with its stdout and stderr joined into one pipe. Throws
  /// std::system_error if it cannot be started.
  explicit ChildProcess(const std::vector<std::string>& arguments);

  /// Ends it with SIGKILL if it is still there.
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  /// Reads until a line holds `text` and returns that line; throws std::runtime_error with what
  /// came instead if the program ends its output first.
  std::string read_line_with(std::string_view text);

  void send_signal(int signal) const;

  [[nodiscard]] pid_t pid() const noexcept { return pid_; }

  /// Reads the rest of the output, waits for the end. Negative: the signal that ended it.
  int wait();

  /// All that it has printed as far as it was read.
  [[nodiscard]] const std::string& output() const noexcept { return output_; }

 private:
  /// False at the end of the output.
  bool read_more();

  pid_t pid_ = -1;
  int pipe_ = -1;
  std::string output_;
  std::size_t line_start_ = 0;
};

/// Runs a program to its end.
struct Finished {
  int exit_code = 0;
  std::string output;
};

[[nodiscard]] Finished run_program(const std::vector<std::string>& arguments);

}  // namespace telltale::support
