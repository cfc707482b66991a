#include "fleet/reading.hpp"

#include <algorithm>
#include <cstdlib>
#include <iterator>
#include <system_error>
#include <utility>

#include "telltale/pki/file.hpp"

#include "fleet/yaml_text.hpp"

namespace telltale::fleet {
namespace {

constexpr std::size_t most_files = 1000;

}  // namespace

std::vector<YamlNode> Reading::read_file(const std::filesystem::path& file) {
  std::error_code error;
  const std::filesystem::path canonical = std::filesystem::weakly_canonical(file, error);
  if (!read_.insert(error ? file : canonical).second) {
    return {};
  }
  const std::string name = file.string();
  if (std::filesystem::is_directory(file, error)) {
    throw BadConfig(Error(Errc::unreadable, name + ": is a directory; name a file"));
  }
  if (read_.size() > most_files) {
    throw BadConfig(
        Error(Errc::invalid_value,
              name + ": is beyond the first " + std::to_string(most_files) + " files; name fewer"));
  }
  const Result<pki::Secret> text = pki::read_file(name, max_manifest_bytes);
  if (!text) {
    throw BadConfig(text.error().at(name));
  }
  return read_text(text->reveal(), name);
}

std::vector<YamlNode> Reading::read_text(std::string_view text, std::string file) {
  installation_.files.push_back(file);
  return parse({.text = text,
                .file = file,
                .number = static_cast<std::uint32_t>(installation_.files.size() - 1)});
}

std::vector<YamlNode> Reading::parse_text(const YamlNode& text) {
  const bool has_lines = text.text_line != 0;
  const std::string file = installation_.files.at(text.file);
  return parse({.text = text.text,
                .file = file,
                .number = text.file,
                .first_line = has_lines ? text.text_line : text.line,
                .is_on_one_line = !has_lines});
}

std::vector<YamlNode> Reading::parse(const YamlSource& source) {
  if (on_fault_ == OnFault::throws) {
    return parse_manifest(source, budget_);
  }
  std::vector<YamlFault> faults;
  std::vector<YamlNode> documents = parse_manifest(source, budget_, faults);
  for (YamlFault& fault : faults) {
    installation_.defects.push_back({.rule = std::string(fault.rule),
                                     .source = source.file + ':' + std::to_string(fault.line),
                                     .sentence = std::move(fault.sentence)});
  }
  return documents;
}

void Reading::complain(std::string_view rule, const YamlNode& at, std::string_view sentence) {
  if (on_fault_ == OnFault::throws) {
    throw_bad(installation_.files.at(at.file), at.line, "", sentence);
  }
  note(rule, at, sentence);
}

void Reading::note(std::string_view rule, const YamlNode& at, std::string_view sentence) {
  installation_.defects.push_back({.rule = std::string(rule),
                                   .source = installation_.position(at),
                                   .sentence = std::string(sentence)});
}

std::filesystem::path expand_home(std::string_view path) {
  const char* const home = std::getenv("HOME");
  if (home == nullptr || (path != "~" && !path.starts_with("~/"))) {
    return path;
  }
  return std::filesystem::path(home) / path.substr(std::min(path.size(), std::size_t{2}));
}

std::vector<std::filesystem::path> yaml_files(const std::filesystem::path& directory) {
  std::vector<std::filesystem::path> files;
  std::error_code error;
  std::filesystem::directory_iterator entry(directory, error);
  for (; !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) {
    const std::filesystem::path& file = entry->path();
    const std::string extension = file.extension().string();
    const bool is_hidden = file.filename().string().starts_with('.');
    std::error_code no_status;
    if ((extension == ".yml" || extension == ".yaml") && !is_hidden &&
        !std::filesystem::is_directory(file, no_status)) {
      files.push_back(file);
    }
    if (files.size() > most_files) {
      break;
    }
  }
  std::ranges::sort(files);
  return files;
}

const YamlNode* find_path(const YamlNode& node, std::initializer_list<std::string_view> path) {
  const YamlNode* at = &node;
  for (const std::string_view member : path) {
    at = at == nullptr ? nullptr : at->find(member);
  }
  return at;
}

const std::vector<YamlNode>& members_of(const YamlNode* node) {
  static const std::vector<YamlNode> none;
  return node != nullptr && node->kind == YamlNode::Kind::mapping ? node->children : none;
}

const std::vector<YamlNode>& items_of(const YamlNode* node) {
  static const std::vector<YamlNode> none;
  return node != nullptr && node->kind == YamlNode::Kind::list ? node->children : none;
}

std::string_view text_of(const YamlNode* node) {
  return node != nullptr && node->kind == YamlNode::Kind::text ? std::string_view(node->text)
                                                               : std::string_view{};
}

}  // namespace telltale::fleet
