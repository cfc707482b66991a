#include "telltale/fleet/config.hpp"

#include <algorithm>
#include <array>
#include <chrono>

#include "telltale/pki/file.hpp"

#include "fleet/derive.hpp"
#include "fleet/readers.hpp"
#include "fleet/redacted.hpp"

namespace telltale::fleet {
namespace {

using namespace std::chrono_literals;

constexpr Duration least_interval = 100ms;
constexpr Duration most_interval = 24h;
constexpr Duration most_stale_after = 7 * 24h;

constexpr std::array probe_keys{
    Key<ProbeRules>{"interval",
                    [](const Value& value, ProbeRules& probe) {
                      probe.interval = value.duration(least_interval, most_interval);
                    }},
    Key<ProbeRules>{"timeout",
                    [](const Value& value, ProbeRules& probe) {
                      probe.timeout = value.duration(1ms, most_interval);
                    }},
    Key<ProbeRules>{"stale_after",
                    [](const Value& value, ProbeRules& probe) {
                      probe.stale_after = value.duration(least_interval, most_stale_after);
                    }},
    Key<ProbeRules>{
        "concurrency",
        [](const Value& value, ProbeRules& probe) { probe.concurrency = value.number(1, 1024); }},
    Key<ProbeRules>{"identity",
                    [](const Value& value, ProbeRules& probe) { probe.identity = value.name(); }},
    Key<ProbeRules>{
        "stranger",
        [](const Value& value, ProbeRules& probe) { probe.stranger = value.one_of<Stranger>(); }},
};

constexpr std::array identity_keys{
    Key<pki::IdentityFiles>{
        "certificate",
        [](const Value& value, pki::IdentityFiles& files) { files.certificate = value.file(); }},
    Key<pki::IdentityFiles>{
        "key", [](const Value& value, pki::IdentityFiles& files) { files.key = value.file(); }},
    Key<pki::IdentityFiles>{"keystore",
                            [](const Value& value, pki::IdentityFiles& files) {
                              files.certificate = value.file();
                              files.is_keystore = true;
                            }},
    Key<pki::IdentityFiles>{"password_file",
                            [](const Value& value, pki::IdentityFiles& files) {
                              files.password = read_secret_file(value);
                            }},
    Key<pki::IdentityFiles>{"password_env",
                            [](const Value& value, pki::IdentityFiles& files) {
                              files.password = read_secret_variable(value);
                            }},
    Key<pki::IdentityFiles>{"key_password_file",
                            [](const Value& value, pki::IdentityFiles& files) {
                              files.key_password = read_secret_file(value);
                            }},
    Key<pki::IdentityFiles>{"key_password_env",
                            [](const Value& value, pki::IdentityFiles& files) {
                              files.key_password = read_secret_variable(value);
                            }},
    Key<pki::IdentityFiles>{
        "alias", [](const Value& value, pki::IdentityFiles& files) { files.alias = value.text(); }},
};

ProbeRules read_probe(const Value& value) {
  ProbeRules probe;
  read_mapping(value, probe_keys, probe);
  if (const auto timeout = value.find("timeout"); !timeout) {
    probe.timeout = std::min(probe.timeout, probe.interval);
  } else if (probe.timeout > probe.interval) {
    // The next look at an address would be due while the last one is still out.
    timeout->fail("must be at most the interval, " + telltale::to_text(probe.interval) + ", is " +
                  telltale::to_text(probe.timeout));
  }
  if (const auto stale_after = value.find("stale_after"); !stale_after) {
    probe.stale_after = 2 * probe.interval + probe.timeout;
  } else if (probe.stale_after <= probe.interval) {
    // Every look would be stale before the next one is due, and no gate ever open.
    stale_after->fail("must be longer than the interval, " + telltale::to_text(probe.interval) +
                      ", is " + telltale::to_text(probe.stale_after));
  }
  return probe;
}

void read_trust(const Value& value, Fleet& fleet) {
  fleet.trust = read_trust_files(value);
  fleet.sources.emplace("trust.file", value.at("file").position());
}

pki::IdentityFiles read_identity(const Value& value) {
  pki::IdentityFiles files;
  read_mapping(value, identity_keys, files);
  refuse_both(value, "keystore", "certificate");
  refuse_both(value, "password_file", "password_env");
  refuse_both(value, "key_password_file", "key_password_env");
  if (!files.is_keystore) {
    value.require("certificate");
  } else {
    refuse(value, "key", "has no effect beside keystore, which holds the key; leave it out");
  }
  return files;
}

/// What Spinnaker's files yielded of the same name is replaced.
void read_identities(const Value& value, Fleet& fleet) {
  for (const Value& member : value.members()) {
    member.check_key_is_name();
    fleet.identities[member.key()] = read_identity(member);
    fleet.sources[member.path()] = member.position();
  }
}

constexpr std::array root_keys{
    Key<Fleet>{"probe", [](const Value& value, Fleet& fleet) { fleet.probe = read_probe(value); }},
    Key<Fleet>{"trust", [](const Value& value, Fleet& fleet) { read_trust(value, fleet); }},
    Key<Fleet>{"identities",
               [](const Value& value, Fleet& fleet) { read_identities(value, fleet); }},
    Key<Fleet>{"spinnaker", [](const Value&, Fleet&) { /* read first */ }},
    Key<Fleet>{"targets", [](const Value& value, Fleet& fleet) { read_targets(value, fleet); }},
    Key<Fleet>{"callers",
               [](const Value& value, Fleet& fleet) {
                 fleet.callers = read_named(value, "callers", read_caller);
               }},
    Key<Fleet>{"gates", [](const Value& value,
                           Fleet& fleet) { fleet.gates = read_named(value, "gates", read_gate); }},
};

Fleet read_fleet(const Value& root) {
  Fleet fleet;
  if (const auto spinnaker = root.find("spinnaker")) {
    read_spinnaker(*spinnaker, fleet);
  }
  read_mapping(root, root_keys, fleet);
  if (fleet.spinnaker) {
    adopt_identities(fleet);
  } else {
    root.require("targets");
  }
  if (fleet.targets.empty()) {
    root.at("spinnaker").fail("yields no target; the files name no service that is deployed");
  }
  if (fleet.gates.empty()) {
    fleet.gates.emplace_back();
  }
  return fleet;
}

/// A document as it stands in `file`.
Fleet read_document(const YamlNode& document, const std::string& file,
                    const AcceptableReasons& acceptable) {
  if (document.kind == YamlNode::Kind::nothing) {
    throw_bad(file, 1, "", "is empty; a configuration names at least one target under targets");
  }
  const Source source{.file = file, .directory = std::filesystem::path(file).parent_path()};
  const Value root(source, document);
  Fleet fleet = read_fleet(root);
  check_references(root, fleet, acceptable);
  return fleet;
}

/// Where the configuration is from, as comments of YAML.
std::string preamble(const std::string& file, const Fleet& fleet) {
  std::string text = "# " + file + ", without comments and secrets.\n";
  if (!fleet.spinnaker) {
    return text;
  }
  const SpinnakerFiles& files = *fleet.spinnaker;
  std::vector<std::string> read = files.manifests;
  if (files.halyard) {
    read.push_back(*files.halyard);
  }
  read.insert(read.end(), files.profiles.begin(), files.profiles.end());
  for (const std::string& each : read) {
    text += "# Targets are also from " + each + ".\n";
  }
  return text + "# `telltale targets` prints what these files yield.\n";
}

}  // namespace

Result<Fleet> parse_config(std::string_view text, const std::string& file,
                           const AcceptableReasons& acceptable) {
  try {
    return read_document(parse_yaml(text, file), file, acceptable);
  } catch (const BadConfig& bad) {
    return bad.error();
  }
}

Result<Configuration> load_configuration(const std::string& file,
                                         const AcceptableReasons& acceptable) {
  const Result<pki::Secret> text = pki::read_file(file, max_config_bytes);
  if (!text) {
    return text.error().at(file);
  }
  try {
    const YamlNode document = parse_yaml(text->reveal(), file);
    Fleet fleet = read_document(document, file, acceptable);
    std::string shown = preamble(file, fleet) + redacted(document);
    return Configuration{std::move(fleet), std::move(shown)};
  } catch (const BadConfig& bad) {
    return bad.error();
  }
}

Result<Fleet> load_config(const std::string& file, const AcceptableReasons& acceptable) {
  Result<Configuration> configuration = load_configuration(file, acceptable);
  if (!configuration) {
    return configuration.error();
  }
  return std::move(configuration->fleet);
}

std::vector<std::string> config_keys() {
  std::vector<std::string> keys;
  append_keys(keys, "", root_keys);
  append_keys(keys, "probe.", probe_keys);
  append_trust_keys(keys);
  append_keys(keys, "identities.NAME.", identity_keys);
  append_spinnaker_keys(keys);
  append_target_keys(keys);
  append_caller_keys(keys);
  append_gate_keys(keys);
  return keys;
}

}  // namespace telltale::fleet
