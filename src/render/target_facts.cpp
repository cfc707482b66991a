#include "render/target_facts.hpp"

#include <algorithm>
#include <map>

#include "telltale/enum_names.hpp"

namespace telltale::render {

namespace {

/// Collects facts of one target with their sources and notes.
class Facts {
 public:
  Facts(const fleet::Fleet& fleet, const fleet::Target& target) : fleet_(fleet), target_(target) {}

  /// A fact without a value stands only where there is a note.
  void add(const std::string& name, const std::string& key, const std::string& value) {
    std::string note = at(fleet_.notes, key);
    if (value.empty() && note.empty()) {
      return;
    }
    std::string source = at(fleet_.sources, key);
    if (source.empty() && note.empty()) {
      source = is_derived() ? "catalog" : target_.source;
    }
    facts_.push_back(
        {.name = name, .value = value, .source = std::move(source), .note = std::move(note)});
  }

  [[nodiscard]] std::vector<TargetFact> take() { return std::move(facts_); }

 private:
  /// From Spinnaker's files, where each fact has a source of its own.
  [[nodiscard]] bool is_derived() const { return !at(fleet_.sources, "url").empty(); }

  [[nodiscard]] std::string at(const std::map<std::string, std::string>& facts,
                               const std::string& key) const {
    const auto found = facts.find("targets." + target_.name + '.' + key);
    return found == facts.end() ? std::string() : found->second;
  }

  const fleet::Fleet& fleet_;
  const fleet::Target& target_;
  std::vector<TargetFact> facts_;
};

std::string identity_text(const fleet::Fleet& fleet, const fleet::Target& target) {
  if (!target.identity) {
    return {};
  }
  const auto files = fleet.identities.find(*target.identity);
  return *target.identity +
         (files == fleet.identities.end() ? "" : ": " + files->second.certificate);
}

std::string ports_text(const std::vector<std::uint16_t>& ports) {
  std::string text;
  for (const std::uint16_t port : ports) {
    text += (text.empty() ? "" : ", ") + std::to_string(port);
  }
  return text;
}

std::string mesh_text(const fleet::Mesh& mesh) {
  return std::string(name_of(mesh.mode)) + (mesh.spiffe ? " as " + *mesh.spiffe : "");
}

std::string presented(const fleet::Edge& edge) {
  if (edge.identity) {
    return "identity " + *edge.identity;
  }
  if (edge.is_unseen) {
    return "a key store that is not here";
  }
  return edge.is_observed ? "what its own endpoint shows" : "nothing";
}

std::string path_of(const fleet::Fleet& fleet, const fleet::Edge& edge) {
  const auto callee = std::ranges::find(fleet.targets, edge.callee, &fleet::Target::name);
  const bool is_health = callee != fleet.targets.end() && callee->health == edge.path;
  return is_health ? std::string() : edge.path;
}

}  // namespace

std::vector<TargetFact> facts_of(const fleet::Fleet& fleet, const fleet::Target& target) {
  Facts facts(fleet, target);
  const bool is_https = target.url.scheme == fleet::Scheme::https;
  facts.add("url", "url", target.url.text);
  facts.add("resolves", "discover", target.discover.value_or(""));
  facts.add("name", "server_name", target.server_name.value_or(""));
  facts.add("runtime", "runtime", target.runtime ? std::string(label(*target.runtime)) : "");
  facts.add("client_auth", "expect.client_auth",
            target.expect.client_auth ? std::string(name_of(*target.expect.client_auth)) : "");
  facts.add("goal", "goal", std::string(name_of(target.goal)));
  facts.add("health", "health", is_https ? target.health : "");
  facts.add("plaintext", "plaintext_ports", ports_text(target.plaintext_ports));
  facts.add("mesh", "mesh", target.mesh ? mesh_text(*target.mesh) : "");
  facts.add("identity", "identity", identity_text(fleet, target));
  facts.add("trust", "trust", target.trust ? target.trust->file : "");
  facts.add("password", "password", target.password ? "read when it is needed" : "");
  return facts.take();
}

std::vector<CallFact> calls_of(const fleet::Fleet& fleet, const std::vector<fleet::Edge>& edges,
                               const std::string& caller) {
  std::vector<CallFact> calls;
  std::map<std::string, int> counts;
  for (const fleet::Edge& edge : edges) {
    if (edge.caller != caller) {
      continue;
    }
    const int count = ++counts[edge.callee];
    const std::string key = "targets." + caller + ".calls." + edge.callee +
                            (count == 1 ? "" : '-' + std::to_string(count));
    const auto note = fleet.notes.find(key);
    calls.push_back({.callee = edge.callee,
                     .path = path_of(fleet, edge),
                     .presents = presented(edge),
                     .trust = fleet::trust_name(edge.trust),
                     .skips_verification = edge.skips_verification,
                     .source = edge.source,
                     .note = note == fleet.notes.end() ? std::string() : note->second});
  }
  return calls;
}

}  // namespace telltale::render
