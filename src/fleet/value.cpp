#include "fleet/value.hpp"

#include <cerrno>
#include <charconv>
#include <numeric>
#include <system_error>
#include <unistd.h>

namespace telltale::fleet {
namespace {

/// Levenshtein's distance: how many letters must be put in, left out or changed.
std::size_t edit_distance(std::string_view from, std::string_view to) {
  std::vector<std::size_t> row(to.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < from.size(); ++i) {
    std::size_t diagonal = row[0]++;
    for (std::size_t j = 0; j < to.size(); ++j) {
      const std::size_t changed = diagonal + (from[i] == to[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({changed, row[j] + 1, diagonal + 1});
    }
  }
  return row.back();
}

/// The candidate that a typist most likely meant.
std::optional<std::string_view> near_match(std::string_view word,
                                           std::span<const std::string_view> candidates) {
  constexpr std::size_t longest = 64;
  std::optional<std::string_view> best;
  std::size_t least = std::min<std::size_t>(3, word.size());
  for (const std::string_view candidate : candidates) {
    if (word.size() > longest) {
      break;
    }
    const std::size_t distance = edit_distance(word, candidate);
    if (distance < least) {
      least = distance;
      best = candidate;
    }
  }
  return best;
}

std::string join(std::span<const std::string_view> words) {
  constexpr std::size_t most = 16;
  std::string joined;
  for (const std::string_view word : words.first(std::min(words.size(), most))) {
    joined.append(joined.empty() ? "" : ", ").append(word);
  }
  if (words.size() > most) {
    joined += " and " + std::to_string(words.size() - most) + " more";
  }
  return joined;
}

bool is_name(std::string_view text) {
  const auto is_alphanumeric = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
  };
  const auto fits = [&](char c) { return is_alphanumeric(c) || c == '-'; };
  return text.size() <= 63 && std::ranges::all_of(text, fits) && is_alphanumeric(text.front()) &&
         is_alphanumeric(text.back());
}

constexpr std::string_view name_rule =
    "must be a name of lower-case letters, digits and inner dashes, at most 63";

/// Why a file cannot be read, or nothing.
std::optional<std::string> objection_to(const std::filesystem::path& file) {
  std::error_code ignored;
  if (std::filesystem::is_directory(file, ignored)) {
    return "is a directory";
  }
  if (::access(file.c_str(), R_OK) != 0) {
    return std::system_category().message(errno);
  }
  return std::nullopt;
}

}  // namespace

std::string suggest(std::string_view word, std::span<const std::string_view> candidates) {
  if (const auto near = near_match(word, candidates)) {
    return "did you mean \"" + std::string(*near) + "\"?";
  }
  return candidates.empty() ? "there are none" : "known: " + join(candidates);
}

std::string Value::position() const {
  return source_->file + ':' + std::to_string(node_->line);
}

void Value::fail(std::string_view sentence, Errc code) const {
  throw_bad(source_->file, node_->line, path_, sentence, code);
}

void Value::fail_unknown_key(std::span<const std::string_view> known) const {
  if (std::ranges::find(known, key() + "_file") != known.end()) {
    fail("secrets are read from files: use " + key() + "_file");
  }
  fail("unknown key; " + suggest(key(), known));
}

const std::string& Value::text(std::string_view what) const {
  if (node_->kind == YamlNode::Kind::nothing) {
    fail("has no value; give it one or leave the key out");
  }
  if (node_->kind != YamlNode::Kind::text) {
    fail("must be a " + std::string(what) + ", " + std::string(kind()));
  }
  if (node_->text.empty()) {
    fail("is an empty text; give it a value or leave the key out");
  }
  if (std::ranges::any_of(node_->text, is_control)) {
    fail("has a line break or control character; write one line (`>-` folds several into one)");
  }
  if (node_->text.front() == ' ' || node_->text.back() == ' ') {
    fail("begins or ends with a space; is a quote not closed?");
  }
  return node_->text;
}

const std::string& Value::name() const {
  const std::string& written = text("name");
  if (!is_name(written)) {
    fail(std::string(name_rule) + ", is " + quoted());
  }
  return written;
}

void Value::check_key_is_name() const {
  if (!is_name(key())) {
    fail(name_rule);
  }
}

std::uint32_t Value::number(std::uint32_t least, std::uint32_t most) const {
  const std::string& written = text("number");
  std::uint32_t value = 0;
  const char* const end = written.data() + written.size();
  const auto [stop, error] = std::from_chars(written.data(), end, value);
  const bool is_decimal = !node_->is_quoted && error == std::errc{} && stop == end &&
                          (written.front() != '0' || written.size() == 1);
  if (!is_decimal || value < least || value > most) {
    fail("must be a whole number from " + std::to_string(least) + " to " + std::to_string(most) +
         (node_->is_quoted ? " without quotes" : "") + ", is " + quoted());
  }
  return value;
}

Duration Value::duration(Duration least, Duration most) const {
  const std::optional<Duration> value = parse_duration(text("duration"));
  if (!value) {
    fail("must be a duration such as 500ms, 30s or 1h30m, is " + quoted());
  }
  if (*value < least || *value > most) {
    fail("must be from " + telltale::to_text(least) + " to " + telltale::to_text(most) + ", is " +
         quoted());
  }
  return *value;
}

std::string Value::file() const {
  const std::filesystem::path resolved =
      (source_->directory / text("file name")).lexically_normal();
  const std::optional<std::string> objection = objection_to(resolved);
  if (!objection) {
    return resolved.string();
  }
  const std::string what = may_be_secret() ? "the file named here" : '"' + resolved.string() + '"';
  fail("cannot read " + what + ": " + *objection +
           "; name a file, absolute or relative to the configuration's directory",
       Errc::unreadable);
}

std::string Value::file_or_directory() const {
  const std::filesystem::path resolved =
      (source_->directory / text("file name")).lexically_normal();
  if (access(resolved.c_str(), R_OK) != 0) {
    fail("cannot read \"" + resolved.string() + "\": " + std::generic_category().message(errno) +
             "; name a file or directory, absolute or relative to the configuration's directory",
         Errc::unreadable);
  }
  return resolved.string();
}

std::vector<Value> Value::list(std::string_view what) const {
  if (node_->kind != YamlNode::Kind::list) {
    fail("must be a list of " + std::string(what) + ", " + std::string(kind()));
  }
  if (node_->children.empty()) {
    fail("is an empty list; give it " + std::string(what) + ", or leave the key out");
  }
  std::vector<Value> items;
  items.reserve(node_->children.size());
  for (const YamlNode& child : node_->children) {
    items.emplace_back(*source_, child, path_ + '[' + std::to_string(items.size()) + ']');
  }
  return items;
}

std::vector<Value> Value::members() const {
  if (node_->kind != YamlNode::Kind::mapping) {
    fail("must be a mapping of keys to values, " + std::string(kind()));
  }
  const std::string prefix = path_.empty() ? "" : path_ + '.';
  std::vector<Value> members;
  members.reserve(node_->children.size());
  for (const YamlNode& child : node_->children) {
    members.emplace_back(*source_, child, prefix + child.key);
  }
  return members;
}

std::optional<Value> Value::find(std::string_view wanted) const {
  const auto child = std::ranges::find(node_->children, wanted, &YamlNode::key);
  if (child == node_->children.end()) {
    return std::nullopt;
  }
  return Value(*source_, *child, (path_.empty() ? "" : path_ + '.') + child->key);
}

Value Value::at(std::string_view wanted) const {
  if (const std::optional<Value> member = find(wanted)) {
    return *member;
  }
  fail("lacks the key \"" + std::string(wanted) + '"');
}

void Value::fail_choice(std::span<const std::string_view> names) const {
  fail("must be one of " + join(names) + ", is " + quoted());
}

std::string Value::quoted() const {
  constexpr std::size_t most = 64;
  if (may_be_secret()) {
    return "something else";
  }
  const std::string& text = node_->text;
  if (text.size() <= most) {
    return '"' + text + '"';
  }
  std::size_t end = most;
  while ((static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) {
    --end;  // not within a UTF-8 sequence
  }
  return '"' + text.substr(0, end) + "…\"";
}

bool Value::may_be_secret() const {
  return key().find("password") != std::string::npos;
}

std::string_view Value::kind() const {
  switch (node_->kind) {
    case YamlNode::Kind::nothing:
      return "has no value";
    case YamlNode::Kind::text:
      return "is a text";
    case YamlNode::Kind::list:
      return "is a list";
    case YamlNode::Kind::mapping:
      return "is a mapping";
  }
  return "is something else";
}

}  // namespace telltale::fleet
