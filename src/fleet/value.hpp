#pragma once
// Value: a place in the configuration, with what is needed to read it or to complain about it.

#include <algorithm>
#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "telltale/enum_names.hpp"
#include "telltale/error.hpp"
#include "telltale/time.hpp"

#include "fleet/yaml.hpp"

namespace telltale::fleet {

/// The file that is being read.
struct Source {
  std::string file;                 ///< as messages name it
  std::filesystem::path directory;  ///< what relative paths in it start from
};

/// Completes a sentence about a word that is none of `candidates`: `did you mean "url"?`, or what
/// there is.
[[nodiscard]] std::string suggest(std::string_view word,
                                  std::span<const std::string_view> candidates);

/// Borrows the source and the node. Every reader throws BadConfig, saying what would be right.
class Value {
 public:
  Value(const Source& source, const YamlNode& node, std::string path = {})
      : source_(&source), node_(&node), path_(std::move(path)) {}

  [[nodiscard]] const std::string& key() const noexcept { return node_->key; }

  [[nodiscard]] const std::string& path() const noexcept { return path_; }

  [[nodiscard]] bool is_text() const noexcept { return node_->kind == YamlNode::Kind::text; }

  /// Where it stands: `telltale.yml:12`.
  [[nodiscard]] std::string position() const;

  /// Complains about this place.
  [[noreturn]] void fail(std::string_view sentence, Errc code = Errc::invalid_value) const;

  /// Complains that this key is none of `known`.
  [[noreturn]] void fail_unknown_key(std::span<const std::string_view> known) const;

  /// One line of text, not empty. `what` names it in complaints.
  [[nodiscard]] const std::string& text(std::string_view what = "text") const;

  /// A text that may be the value of a label: lower-case letters, digits and dashes, at most 63.
  [[nodiscard]] const std::string& name() const;

  /// Complains unless the key itself may be the value of a label, as name() has it.
  void check_key_is_name() const;

  /// A whole number, written in decimal without quotes.
  [[nodiscard]] std::uint32_t number(std::uint32_t least, std::uint32_t most) const;

  [[nodiscard]] Duration duration(Duration least, Duration most) const;

  /// The path of a file that exists and may be read, resolved from the configuration's directory.
  [[nodiscard]] std::string file() const;

  /// The path of a file or directory that exists and may be read, resolved likewise.
  [[nodiscard]] std::string file_or_directory() const;

  /// A list's items; `what` names them in complaints ("targets").
  [[nodiscard]] std::vector<Value> list(std::string_view what) const;

  /// A mapping's members.
  [[nodiscard]] std::vector<Value> members() const;

  /// A mapping's member, if it is there.
  [[nodiscard]] std::optional<Value> find(std::string_view key) const;

  /// A mapping's member; complains where it is not there.
  [[nodiscard]] Value at(std::string_view key) const;

  /// Complains unless the mapping has this member.
  void require(std::string_view key) const { (void)at(key); }

  /// One of those `allowed`, each as `spell` spells it.
  template <class E, std::size_t N, class Spell>
  [[nodiscard]] E one_of(const std::array<E, N>& allowed, Spell spell) const {
    const std::string& written = text();
    const auto is_written = [&](E value) { return spell(value) == written; };
    const auto found = std::ranges::find_if(allowed, is_written);
    if (found != allowed.end()) {
      return *found;
    }
    std::array<std::string_view, N> names;
    std::ranges::transform(allowed, names.begin(), spell);
    fail_choice(names);
  }

  /// One of an enum's names, as far as they are `allowed`.
  template <class E, std::size_t N>
  [[nodiscard]] E one_of(const std::array<E, N>& allowed) const {
    return one_of(allowed, name_of<E>);
  }

  template <class E>
  [[nodiscard]] E one_of() const {
    return one_of(enumerators<E>());
  }

 private:
  [[noreturn]] void fail_choice(std::span<const std::string_view> names) const;

  /// The text in quotes, for a complaint; nothing of it where it may be a secret.
  [[nodiscard]] std::string quoted() const;

  [[nodiscard]] bool may_be_secret() const;

  /// What the value is, for a complaint: `is a list`.
  [[nodiscard]] std::string_view kind() const;

  const Source* source_;
  const YamlNode* node_;
  std::string path_;
};

/// A key that a mapping may have, and how its value is read into a T.
template <class T>
struct Key {
  std::string_view name;
  void (*read)(const Value& value, T& into);
};

/// Reads a mapping by its table of keys, in the order of the file. What the table does not have is
/// an error.
template <class T, std::size_t N>
void read_mapping(const Value& mapping, const std::array<Key<T>, N>& keys, T& into) {
  for (const Value& member : mapping.members()) {
    const auto key = std::ranges::find(keys, member.key(), &Key<T>::name);
    if (key == keys.end()) {
      std::array<std::string_view, N> known;
      std::ranges::transform(keys, known.begin(), &Key<T>::name);
      member.fail_unknown_key(known);
    }
    key->read(member, into);
  }
}

}  // namespace telltale::fleet
