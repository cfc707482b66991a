#include "telltale/app/rereader.hpp"

#include <algorithm>
#include <utility>

namespace telltale::app {

namespace {

constexpr Duration shortest_gap = std::chrono::milliseconds(100);

}  // namespace

Rereader::Rereader(Plan plan) : plan_(std::move(plan)), files_(fleet::files_of(*plan_.fleet)) {}

Rereading Rereader::reread(Effort effort, Now now) {
  Names due = take_signatures();
  for (const auto& [name, since] : failing_since_) {
    due.insert(name);
  }
  if (effort == Effort::changed_and_unreadable) {
    for (const auto& [name, error] : plan_.credentials->unreadable) {
      due.insert(name);
    }
  }
  const std::vector<fleet::CredentialName> names(due.begin(), due.end());
  fleet::Credentials after = fleet::reread(*plan_.fleet, *plan_.credentials, names);
  Rereading rereading;
  for (const fleet::CredentialName& name : names) {
    if (std::optional<CredentialNews> news = news_of(name, after, now.steady)) {
      rereading.news.push_back(*std::move(news));
    }
  }
  if (!rereading.news.empty()) {
    plan_.credentials = std::make_shared<const fleet::Credentials>(std::move(after));
    rereading.loaded = Loaded{plan_, describe_credentials(plan_, now.civil)};
  }
  rereading.again_in = next_attempt(now.steady);
  return rereading;
}

std::set<std::string> Rereader::directories() const {
  std::set<std::string> directories;
  for (const auto& [file, signature] : plan_.signatures) {
    directories.merge(directories_of(file));
  }
  return directories;
}

Rereader::Names Rereader::take_signatures() {
  std::set<std::string> changed;
  for (auto& [file, signature] : plan_.signatures) {
    const FileSignature present = read_signature(file);
    if (std::exchange(signature, present) != present) {
      changed.insert(file);
    }
  }
  Names names;
  for (const auto& [name, files] : files_) {
    if (std::ranges::any_of(files, [&](const auto& file) { return changed.contains(file); })) {
      names.insert(name);
    }
  }
  return names;
}

std::optional<CredentialNews> Rereader::news_of(const fleet::CredentialName& which,
                                                fleet::Credentials& after, SteadyTime now) {
  const auto failure = after.unreadable.find(which);
  if (failure == after.unreadable.end()) {
    failing_since_.erase(which);
    return CredentialNews{which, {}};
  }
  const std::string& error = failure->second.detail();
  const auto known = plan_.credentials->unreadable.find(which);
  if (known != plan_.credentials->unreadable.end()) {
    const bool is_told = known->second.detail() == error;
    return is_told ? std::nullopt : std::optional(CredentialNews{which, error});
  }
  const SteadyTime since = failing_since_.try_emplace(which, now).first->second;
  if (now - since < patience) {
    after.unreadable.erase(failure);
    return std::nullopt;
  }
  failing_since_.erase(which);
  return CredentialNews{which, error};
}

/// The gaps double, and the last attempt comes when patience ends.
std::optional<Duration> Rereader::next_attempt(SteadyTime now) const {
  std::optional<Duration> next;
  for (const auto& [name, since] : failing_since_) {
    const Duration elapsed = now - since;
    const Duration gap = std::min(std::max(elapsed, shortest_gap), patience - elapsed);
    next = next ? std::min(*next, gap) : gap;
  }
  return next;
}

}  // namespace telltale::app
