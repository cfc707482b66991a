#include "fleet/java_options.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>
#include <vector>

namespace telltale::fleet {
namespace {

struct Property {
  std::string_view name;
  std::optional<std::string> JavaOptions::* member;
};

constexpr std::array properties = {
    Property{"javax.net.ssl.keyStore", &JavaOptions::key_store},
    Property{"javax.net.ssl.keyStorePassword", &JavaOptions::key_store_password},
    Property{"javax.net.ssl.keyStoreType", &JavaOptions::key_store_type},
    Property{"javax.net.ssl.trustStore", &JavaOptions::trust_store},
    Property{"javax.net.ssl.trustStorePassword", &JavaOptions::trust_store_password},
    Property{"javax.net.ssl.trustStoreType", &JavaOptions::trust_store_type},
    Property{"ssl.KeyManagerFactory.algorithm", &JavaOptions::key_manager_algorithm},
};

bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/// Splits a text as a shell would, without any expansion.
class Words {
 public:
  explicit Words(std::string_view text) : text_(text) {}

  [[nodiscard]] std::vector<std::string> read() {
    for (; at_ < text_.size(); ++at_) {
      read_character(text_[at_]);
    }
    end_word();
    return std::move(words_);
  }

 private:
  void read_character(char c) {
    if (quote_ != '\0') {
      read_quoted(c);
      return;
    }
    if (is_space(c)) {
      end_word();
      return;
    }
    is_open_ = true;
    if (c == '\'' || c == '"') {
      quote_ = c;
    } else if (c == '\\') {
      take_next();
    } else {
      word_ += c;
    }
  }

  void read_quoted(char c) {
    if (c == quote_) {
      quote_ = '\0';
    } else if (c == '\\' && quote_ == '"' && escapes_next()) {
      take_next();
    } else {
      word_ += c;
    }
  }

  /// Between double quotes a backslash is itself before all others.
  [[nodiscard]] bool escapes_next() const {
    constexpr std::string_view escaped = "\"\\$`\n";
    return at_ + 1 < text_.size() && escaped.find(text_[at_ + 1]) != std::string_view::npos;
  }

  /// A backslash before the end of a line joins two lines.
  void take_next() {
    if (at_ + 1 >= text_.size()) {
      return;
    }
    ++at_;
    if (text_[at_] != '\n') {
      word_ += text_[at_];
    }
  }

  void end_word() {
    if (is_open_) {
      words_.push_back(std::move(word_));
    }
    word_.clear();
    is_open_ = false;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  char quote_ = '\0';
  bool is_open_ = false;
  std::string word_;
  std::vector<std::string> words_;
};

}  // namespace

JavaOptions parse_java_options(std::string_view text) {
  JavaOptions options;
  for (const std::string& word : Words(text).read()) {
    if (!word.starts_with("-D")) {
      continue;
    }
    const std::string_view property = std::string_view(word).substr(2);
    const std::size_t equals = std::min(property.find('='), property.size());
    const auto found = std::ranges::find(properties, property.substr(0, equals), &Property::name);
    if (found != properties.end()) {
      options.*(found->member) = property.substr(std::min(equals + 1, property.size()));
    }
  }
  return options;
}

}  // namespace telltale::fleet
