#pragma once
// Kinds of flags.

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include <CLI/CLI.hpp>

#include "telltale/time.hpp"

namespace telltale::app {

/// A flag that takes one of a few words.
template <class E>
void add_choice(CLI::App& app, const std::string& flags, E& value, const std::string& purpose,
                const std::map<std::string, E>& words) {
  std::string list;
  std::string preset;
  for (const auto& [word, meaning] : words) {
    list += (list.empty() ? "" : ", ") + word;
    preset = meaning == value ? word : preset;
  }
  app.add_option_function<std::string>(
         flags,
         [&value, flags, words, list](const std::string& word) {
           const auto found = words.find(word);
           if (found == words.end()) {
             throw CLI::ValidationError(flags + ": '" + word + "' is not one of " + list);
           }
           value = found->second;
         },
         purpose + ": one of " + list)
      ->type_name("WORD")
      ->default_str(preset);
}

/// A flag that takes a span of time.
inline CLI::Option* add_duration(CLI::App& app, const std::string& flag, const std::string& purpose,
                                 std::function<void(Duration)> take) {
  return app
      .add_option_function<std::string>(
          flag,
          [flag, take = std::move(take)](const std::string& text) {
            const std::optional<Duration> span = parse_duration(text);
            if (!span) {
              throw CLI::ValidationError(flag + ": '" + text +
                                         "' is no duration; write one like 60s or 10m");
            }
            take(*span);
          },
          purpose)
      ->type_name("DURATION");
}

}  // namespace telltale::app
