#include "telltale/app/log.hpp"

#include <algorithm>

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <spdlog/logger.h>
#include <spdlog/sinks/stdout_sinks.h>

#include "telltale/enum_names.hpp"

namespace telltale::app {

namespace {

spdlog::level::level_enum to_spdlog(LogLevel level) {
  switch (level) {
    case LogLevel::debug:
      return spdlog::level::debug;
    case LogLevel::info:
      return spdlog::level::info;
    case LogLevel::warn:
      return spdlog::level::warn;
    case LogLevel::error:
      return spdlog::level::err;
  }
  return spdlog::level::err;
}

bool is_plain(char c) {
  return c > ' ' && c != '"' && c != '=' && c != '\\' && c != 0x7f;
}

// A logfmt value is bare where it can be, else a quoted text as JSON quotes it.
std::string logfmt_value(const std::string& value) {
  if (!value.empty() && std::ranges::all_of(value, is_plain)) {
    return value;
  }
  return boost::json::serialize(boost::json::string(value));
}

}  // namespace

std::string log_line(LogFormat format, CivilTime time, LogLevel level, std::string_view message,
                     std::initializer_list<LogField> fields) {
  if (format == LogFormat::json) {
    boost::json::object line;
    line["ts"] = to_rfc3339(time);
    line["level"] = name_of(level);
    line["msg"] = message;
    for (const auto& [key, value] : fields) {
      line[key] = value;
    }
    return boost::json::serialize(line);
  }
  std::string line = "ts=" + to_rfc3339(time) + " level=" + std::string(name_of(level)) +
                     " msg=" + logfmt_value(std::string(message));
  for (const auto& [key, value] : fields) {
    line += " " + std::string(key) + "=" + logfmt_value(value);
  }
  return line;
}

Log::Log(LogLevel level, LogFormat format)
    : format_(format),
      logger_(std::make_unique<spdlog::logger>("telltale",
                                               std::make_shared<spdlog::sinks::stderr_sink_mt>())) {
  logger_->set_pattern("%v");
  logger_->set_level(to_spdlog(level));
  logger_->flush_on(spdlog::level::debug);
}

Log::~Log() = default;

void Log::write(LogLevel level, std::string_view message, std::initializer_list<LogField> fields) {
  if (is_on(level)) {
    logger_->log(to_spdlog(level), log_line(format_, read_clocks().civil, level, message, fields));
  }
}

bool Log::is_on(LogLevel level) const {
  return logger_->should_log(to_spdlog(level));
}

}  // namespace telltale::app
