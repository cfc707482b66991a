#pragma once
// Log: one line per event, in logfmt or JSON. Only app and http speak here.

#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "telltale/app/options.hpp"
#include "telltale/time.hpp"

namespace spdlog {
class logger;
}

namespace telltale::app {

/// A key and its value, e.g. `{"target", "orca"}`.
using LogField = std::pair<std::string_view, std::string>;

/// One event as a line, without its newline: `ts=… level=info msg="gate opened" gate=need`, or the
/// same as a JSON object. Pure.
[[nodiscard]] std::string log_line(LogFormat format, CivilTime time, LogLevel level,
                                   std::string_view message,
                                   std::initializer_list<LogField> fields);

/// Writes events to stderr. May be called from any thread.
class Log {
 public:
  Log(LogLevel level, LogFormat format);
  ~Log();
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;

  void write(LogLevel level, std::string_view message, std::initializer_list<LogField> fields = {});

  [[nodiscard]] bool is_on(LogLevel level) const;

 private:
  LogFormat format_;
  std::unique_ptr<spdlog::logger> logger_;
};

}  // namespace telltale::app
