#include "fleet/redacted.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>

namespace telltale::fleet {

namespace {

constexpr std::string_view stand_in = "<redacted>";

/// Lower case, without what separates words: `ApiToken`, `api-token` and `api_token` are one.
std::string folded(std::string_view key) {
  std::string letters;
  for (const char c : key) {
    if (c >= 'A' && c <= 'Z') {
      letters.push_back(static_cast<char>(c - 'A' + 'a'));
    } else if (c != '_' && c != '-' && c != '.') {
      letters.push_back(c);
    }
  }
  return letters;
}

bool speaks_of_secret(std::string_view key) {
  if (key.ends_with("_file") || key.ends_with("_env") || key == "secrets") {
    return false;
  }
  constexpr std::array<std::string_view, 6> words = {"password", "passwd", "passphrase",
                                                     "secret",   "token",  "credential"};
  const std::string letters = folded(key);
  return std::ranges::any_of(
      words, [&](std::string_view word) { return letters.find(word) != std::string::npos; });
}

/// Replaces what stands between `://` and the last `@` before a blank. A password that should have
/// been escaped may hold any of `/?#`, so that none of them ends it.
std::string without_userinfo(std::string text) {
  constexpr std::string_view mark = "://";
  for (auto at = text.find(mark); at != std::string::npos; at = text.find(mark, at)) {
    at += mark.size();
    const std::size_t end = std::min(text.find_first_of(" \t\r\n", at), text.size());
    const std::size_t host = text.substr(at, end - at).rfind('@');
    if (host != std::string::npos) {
      text.replace(at, host, stand_in);
    }
  }
  return text;
}

/// Cuts the query of a path or of a URL; in a sentence `?` ends it, no more.
std::string without_query(const std::string& text) {
  const bool has_place = text.starts_with('/') || text.find("://") != std::string::npos;
  const std::size_t mark = text.find('?');
  const bool has_query = mark != std::string::npos && mark + 1 < text.size();
  return has_place && has_query ? text.substr(0, mark + 1).append(stand_in) : text;
}

bool is_plain(std::string_view text) {
  const auto fits = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
           c == '.' || c == '/';
  };
  // A dash is none of YAML's indicators within a word.
  return !text.empty() && fits(text.front()) &&
         std::ranges::all_of(text, [&](char c) { return fits(c) || c == '-'; });
}

std::string quoted(std::string_view text) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out.append(1, '\\').append(1, c);
    } else if (is_control(c)) {
      const auto byte = static_cast<unsigned char>(c);
      out.append("\\x").append(1, digits[byte >> 4U]).append(1, digits[byte & 0xfU]);
    } else {
      out.push_back(c);
    }
  }
  return out.append("\"");
}

/// Writes the tree line by line.
class Writer {
 public:
  void write_members(const YamlNode& node, std::size_t indent) {
    bool is_first = true;
    for (const YamlNode& child : node.children) {
      // The first member of a list's item stands behind the dash.
      begin_line(is_first && is_behind_dash_ ? 0 : indent);
      is_first = false;
      is_behind_dash_ = false;
      if (node.kind == YamlNode::Kind::list) {
        write_item(child, indent);
      } else {
        write_member(child, indent);
      }
    }
  }

  void write_value(const YamlNode& node, bool is_secret) {
    switch (node.kind) {
      case YamlNode::Kind::nothing:
        out_ += "null";
        break;
      case YamlNode::Kind::text:
        write_text(node, is_secret);
        break;
      case YamlNode::Kind::list:
        out_ += "[]";
        break;
      case YamlNode::Kind::mapping:
        out_ += "{}";
        break;
    }
    out_ += "\n";
  }

  [[nodiscard]] std::string take() { return std::move(out_); }

 private:
  void begin_line(std::size_t indent) { out_.append(indent, ' '); }

  void write_item(const YamlNode& item, std::size_t indent) {
    out_ += "- ";
    if (item.children.empty()) {
      write_value(item, is_secret_);
      return;
    }
    is_behind_dash_ = true;
    write_members(item, indent + 2);
  }

  void write_member(const YamlNode& member, std::size_t indent) {
    out_ += (is_plain(member.key) ? member.key : quoted(member.key)) + ":";
    const bool before = is_secret_;
    is_secret_ = is_secret_ || speaks_of_secret(member.key);
    if (member.children.empty()) {
      out_ += " ";
      write_value(member, is_secret_);
    } else {
      out_ += "\n";
      // An identity's name may speak of a secret; what stands in it is judged by its own keys.
      is_secret_ = is_secret_ && member.kind == YamlNode::Kind::list;
      write_members(member, indent + 2);
    }
    is_secret_ = before;
  }

  void write_text(const YamlNode& node, bool is_secret) {
    if (is_secret) {
      out_ += quoted(stand_in);
      return;
    }
    const std::string text = without_query(without_userinfo(node.text));
    out_ += !node.is_quoted && is_plain(text) ? text : quoted(text);
  }

  std::string out_;
  bool is_behind_dash_ = false;
  bool is_secret_ = false;  // of what is being written, by a key above it
};

}  // namespace

std::string redacted(const YamlNode& document) {
  Writer writer;
  if (document.children.empty()) {
    writer.write_value(document, false);
  } else {
    writer.write_members(document, 0);
  }
  return writer.take();
}

}  // namespace telltale::fleet
