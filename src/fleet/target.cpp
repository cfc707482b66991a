// Reads an item of `targets`.

#include <algorithm>
#include <array>
#include <utility>

#include "telltale/pki/distinguished_name.hpp"

#include "fleet/readers.hpp"
#include "fleet/url.hpp"

namespace telltale::fleet {
namespace {

constexpr std::uint32_t max_addresses = 10'000;

/// The value of a Result, or the complaint that keeps it from being one.
template <class T>
T value_or_fail(const Value& value, Result<T> result) {
  if (!result) {
    value.fail(result.error().detail(), result.error().code());
  }
  return *std::move(result);
}

std::string read_server_name(const Value& value) {
  const std::string& name = value.text("host name");
  if (!is_host_name(name)) {
    value.fail("must be a DNS name without a dot at its end, such as spin-orca.spinnaker");
  }
  return name;
}

/// An absolute name, with a dot at its end, keeps the resolver from trying its search list.
std::string read_discovered_name(const Value& value) {
  const std::string& name = value.text("host name");
  const std::string_view relative(name.data(), name.size() - (name.ends_with('.') ? 1 : 0));
  if (!is_host_name(relative)) {
    value.fail("must be a DNS name without a port, such as telltale-orca.spinnaker");
  }
  return name;
}

std::vector<Endpoint> read_addresses(const Value& value) {
  std::vector<Endpoint> addresses;
  for (const Value& item : value.list("addresses")) {
    const Endpoint address = value_or_fail(item, parse_endpoint(item.text("address and port")));
    if (std::ranges::find(addresses, address) != addresses.end()) {
      item.fail(to_text(address) + " is in the list already; leave one out");
    }
    addresses.push_back(address);
  }
  return addresses;
}

std::vector<std::uint16_t> read_ports(const Value& value) {
  std::vector<std::uint16_t> ports;
  for (const Value& item : value.list("ports")) {
    const auto port = static_cast<std::uint16_t>(item.number(1, 65535));
    if (std::ranges::find(ports, port) != ports.end()) {
      item.fail(std::to_string(port) + " is in the list already; leave one out");
    }
    ports.push_back(port);
  }
  return ports;
}

ExpectedAuthority read_authority(const Value& value) {
  const std::string& text = value.text("distinguished name");
  return {.text = text, .canonical = value_or_fail(value, pki::canonical_of_text(text))};
}

ExpectedAuthorities read_authorities(const Value& value) {
  if (value.is_text()) {
    const auto rule = from_name<AuthoritiesRule>(value.text());
    if (!rule || *rule == AuthoritiesRule::listed) {
      value.fail("must be any, empty or a list of distinguished names");
    }
    return {.rule = *rule, .names = {}};
  }
  ExpectedAuthorities authorities{.rule = AuthoritiesRule::listed, .names = {}};
  for (const Value& item : value.list("distinguished names (or any, or empty)")) {
    authorities.names.push_back(read_authority(item));
  }
  return authorities;
}

/// `>=6` or `>=6.2.7`; kept without the sign.
std::string read_minimum_version(const Value& value) {
  constexpr std::string_view sign = ">=";
  const std::string& text = value.text("version");
  const std::string version = text.starts_with(sign) ? text.substr(sign.size()) : "";
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  const auto fits = [&](char c) { return is_digit(c) || c == '.'; };
  const bool is_version = !version.empty() && version.size() <= 16 &&
                          std::ranges::all_of(version, fits) && is_digit(version.front()) &&
                          is_digit(version.back()) && version.find("..") == std::string::npos &&
                          std::ranges::count(version, '.') <= 2;
  if (!is_version) {
    value.fail("must be the least version, such as \">=6\" or \">=6.2.7\"");
  }
  return version;
}

std::vector<std::string> read_roles(const Value& value) {
  std::vector<std::string> roles;
  for (const Value& item : value.list("roles")) {
    const std::string& role = item.text("role");
    if (std::ranges::find(roles, role) != roles.end()) {
      item.fail("is in the list already; leave one out");
    }
    roles.push_back(role);
  }
  return roles;
}

constexpr std::array expect_keys{
    Key<Expectation>{"client_auth",
                     [](const Value& value, Expectation& expect) {
                       using enum tls::ClientAuthMode;
                       expect.client_auth = value.one_of(std::array{none, want, need});
                     }},
    Key<Expectation>{"authorities",
                     [](const Value& value, Expectation& expect) {
                       expect.authorities = read_authorities(value);
                     }},
    Key<Expectation>{"addresses",
                     [](const Value& value, Expectation& expect) {
                       expect.addresses = value.number(1, max_addresses);
                     }},
    Key<Expectation>{"redis_version",
                     [](const Value& value, Expectation& expect) {
                       expect.minimum_redis_version = read_minimum_version(value);
                     }},
    Key<Expectation>{"principal",
                     [](const Value& value, Expectation& expect) {
                       expect.principal = value.text("principal");
                     }},
    Key<Expectation>{
        "roles", [](const Value& value, Expectation& expect) { expect.roles = read_roles(value); }},
};

/// The URI SAN of a workload's certificate (SPIFFE ID 2.1, 2.2): a trust domain and a path, nothing
/// else.
std::string read_spiffe(const Value& value) {
  constexpr std::string_view scheme = "spiffe://";
  const std::string& id = value.text("SPIFFE ID");
  const auto is_visible = [](char c) { return c > ' ' && c < 0x7f; };
  const std::size_t path = id.find('/', std::min(scheme.size(), id.size()));
  const bool fits = id.starts_with(scheme) && path != std::string::npos && path > scheme.size() &&
                    path + 1 < id.size() && !id.ends_with('/') &&
                    std::ranges::all_of(id, is_visible) &&
                    id.find_first_of("?#*@") == std::string::npos;
  if (!fits) {
    value.fail(
        "must be a SPIFFE ID with a path, such as spiffe://cluster.local/ns/spinnaker/sa/default");
  }
  return id;
}

bool read_istio_alpn(const Value& value) {
  if (value.text() != "istio") {
    value.fail("must be istio, the one protocol that is offered; or leave it out");
  }
  return true;
}

constexpr std::array mesh_keys{
    Key<Mesh>{"mode", [](const Value& value, Mesh& mesh) { mesh.mode = value.one_of<MeshMode>(); }},
    Key<Mesh>{"spiffe", [](const Value& value, Mesh& mesh) { mesh.spiffe = read_spiffe(value); }},
    Key<Mesh>{"alpn", [](const Value& value,
                         Mesh& mesh) { mesh.offers_istio_alpn = read_istio_alpn(value); }},
};

Mesh read_mesh(const Value& value) {
  Mesh mesh;
  read_mapping(value, mesh_keys, mesh);
  value.require("mode");
  return mesh;
}

std::vector<std::string> read_routes(const Value& value) {
  constexpr std::size_t most = 16;  // each is a connection of its own in every look
  std::vector<std::string> routes;
  for (const Value& item : value.list("paths")) {
    std::string path = read_path(item);
    if (std::ranges::find(routes, path) != routes.end()) {
      item.fail(path + " is in the list already; leave one out");
    }
    routes.push_back(std::move(path));
  }
  if (routes.size() > most) {
    value.fail("must be at most " + std::to_string(most) + " paths, is " +
               std::to_string(routes.size()));
  }
  return routes;
}

constexpr std::array ingress_keys{
    Key<Ingress>{"redirect_port",
                 [](const Value& value, Ingress& ingress) {
                   ingress.redirect_port = static_cast<std::uint16_t>(value.number(1, 65535));
                 }},
    Key<Ingress>{"routes",
                 [](const Value& value, Ingress& ingress) { ingress.routes = read_routes(value); }},
};

Ingress read_ingress(const Value& value) {
  Ingress ingress;
  read_mapping(value, ingress_keys, ingress);
  if (!ingress.redirect_port && ingress.routes.empty()) {
    value.fail("must have redirect_port, or routes, or both");
  }
  return ingress;
}

/// The word `system`, which no file stands for, or a file.
pki::TrustFiles read_server_trust(const Value& value) {
  if (!value.is_text()) {
    return read_trust_files(value);
  }
  if (value.text() != "system") {
    value.fail("must be the word system, or a mapping such as {file: ca.pem}");
  }
  return {};
}

constexpr std::array target_keys{
    Key<Target>{"name", [](const Value& value, Target& target) { target.name = value.name(); }},
    Key<Target>{"url",
                [](const Value& value, Target& target) {
                  target.url = value_or_fail(value, parse_url(value.text("URL")));
                }},
    Key<Target>{"discover", [](const Value& value,
                               Target& target) { target.discover = read_discovered_name(value); }},
    Key<Target>{
        "server_name",
        [](const Value& value, Target& target) { target.server_name = read_server_name(value); }},
    Key<Target>{"addresses", [](const Value& value,
                                Target& target) { target.addresses = read_addresses(value); }},
    Key<Target>{
        "plaintext_ports",
        [](const Value& value, Target& target) { target.plaintext_ports = read_ports(value); }},
    Key<Target>{"health",
                [](const Value& value, Target& target) { target.health = read_path(value); }},
    Key<Target>{"goal",
                [](const Value& value, Target& target) { target.goal = value.one_of<Goal>(); }},
    Key<Target>{"identity",
                [](const Value& value, Target& target) { target.identity = value.name(); }},
    Key<Target>{"runtime",
                [](const Value& value, Target& target) { target.runtime = read_runtime(value); }},
    Key<Target>{"trust",
                [](const Value& value, Target& target) { target.trust = read_trust_files(value); }},
    Key<Target>{
        "server_trust",
        [](const Value& value, Target& target) { target.server_trust = read_server_trust(value); }},
    Key<Target>{"mesh", [](const Value& value, Target& target) { target.mesh = read_mesh(value); }},
    Key<Target>{"ingress",
                [](const Value& value, Target& target) { target.ingress = read_ingress(value); }},
    Key<Target>{"calls",
                [](const Value& value, Target& target) { target.calls = read_calls(value); }},
    Key<Target>{"username",
                [](const Value& value, Target& target) { target.username = value.text(); }},
    Key<Target>{"password_file", [](const Value& value,
                                    Target& target) { target.password = read_secret_file(value); }},
    Key<Target>{
        "password_env",
        [](const Value& value, Target& target) { target.password = read_secret_variable(value); }},
    Key<Target>{"expect", [](const Value& value,
                             Target& target) { read_mapping(value, expect_keys, target.expect); }},
    Key<Target>{"enabled", [](const Value& value, Target&) { (void)value.text(); }},
};

constexpr std::array<std::string_view, 2> https_only{"health", "ingress"};
constexpr std::array<std::string_view, 3> rediss_only{"username", "password_file", "password_env"};

/// Refuses keys that would have no effect on a target of its scheme.
void check_scheme(const Value& value, Scheme scheme) {
  constexpr std::string_view on_rediss = "has no effect on a rediss:// target; leave it out";
  if (scheme == Scheme::rediss) {
    for (const std::string_view key : https_only) {
      refuse(value, key, on_rediss);
    }
    if (const auto expect = value.find("expect")) {
      refuse(*expect, "principal", on_rediss);
      refuse(*expect, "roles", on_rediss);
    }
    return;
  }
  constexpr std::string_view why = "has no effect on an https:// target; leave it out";
  for (const std::string_view key : rediss_only) {
    refuse(value, key, why);
  }
  if (const auto expect = value.find("expect")) {
    refuse(*expect, "redis_version", why);
  }
}

/// The port that redirects answers without TLS.
void check_redirect_port(const Value& value, const Target& target) {
  const auto port = target.ingress ? target.ingress->redirect_port : std::nullopt;
  if (!port) {
    return;
  }
  const Value place = value.at("ingress").at("redirect_port");
  if (*port == target.url.port) {
    place.fail("must be another port than the URL's, " + std::to_string(*port));
  }
  if (std::ranges::find(target.plaintext_ports, *port) != target.plaintext_ports.end()) {
    place.fail(std::to_string(*port) +
               " is among plaintext_ports, which must not answer; leave it out there");
  }
}

/// Refuses keys that contradict each other, or that do nothing without each other.
void check_combination(const Value& value, const Target& target) {
  if (!target.addresses.empty()) {
    refuse(value, "discover", "has no effect beside addresses; leave one of the two out");
  }
  refuse_both(value, "password_file", "password_env");
  if (!target.password) {
    refuse(value, "username",
           "has no effect without a password; add password_file or password_env");
  }
  if (target.calls.empty()) {
    refuse(value, "trust", "has no effect without calls; it is whom the target trusts as a client");
  }
  check_redirect_port(value, target);
  const std::size_t named = target.addresses.size();
  if (named != 0 && target.expect.addresses > named) {
    value.at("expect")
        .at("addresses")
        .fail("must be at most the number of the target's addresses, " + std::to_string(named) +
              ", is " + std::to_string(target.expect.addresses));
  }
}

/// The item's name, if it has one; what is wrong with it is told when it is read.
std::string name_in(const Value& item) {
  (void)item.members();
  const auto name = item.find("name");
  return name && name->is_text() ? name->text() : "";
}

/// `enabled: false` of a target that Spinnaker's files yield.
bool is_enabled(const Value& item) {
  constexpr std::array<std::string_view, 2> words = {"false", "true"};
  const auto enabled = item.find("enabled");
  return !enabled || enabled->one_of(words, [](std::string_view word) { return word; }) == "true";
}

/// From here on the configuration is what says so.
void note_overrides(const Value& item, Fleet& fleet) {
  const std::string prefix = "targets." + item.at("name").name() + '.';
  const auto erase = [&](auto& facts, const std::string& key) {
    std::erase_if(facts, [&](const auto& fact) {
      return fact.first == key || fact.first.starts_with(key + '.') ||
             (key.ends_with(".calls") && fact.first.starts_with(key));
    });
  };
  const auto note = [&](const Value& member, const std::string& key) {
    erase(fleet.notes, key);
    erase(fleet.sources, key);
    fleet.sources[key] = member.position();
  };
  for (const Value& member : item.members()) {
    if (member.key() == "expect") {
      for (const Value& expected : member.members()) {
        note(expected, prefix + "expect." + expected.key());
      }
    } else if (member.key() != "name" && member.key() != "enabled") {
      note(member, prefix + member.key());
    }
  }
}

/// Leaves a target out that Spinnaker's files yield, with the calls to it.
void drop(const std::string& name, const std::string& source, Fleet& fleet) {
  std::erase_if(fleet.targets, [&](const Target& target) { return target.name == name; });
  for (Target& target : fleet.targets) {
    const bool is_derived = fleet.sources.contains("targets." + target.name + ".url");
    std::erase_if(target.calls,
                  [&](const Call& call) { return is_derived && call.target == name; });
  }
  fleet.left_out.push_back(
      {.name = name, .why = "the configuration disables it", .source = source});
}

/// Reads an item over what is known of the target already.
void read_target(const Value& value, bool is_derived, Target& target) {
  if (!is_derived) {
    target.source = value.position();
    refuse(value, "enabled",
           "has no effect on a target that only this file knows; leave the item out");
  }
  read_mapping(value, target_keys, target);
  value.require("name");
  if (!is_derived) {
    value.require("url");
  }
  if (value.find("identity")) {
    target.presents_nothing = false;
    target.presents_unseen = false;
  }
  if (value.find("ingress") && !value.find("goal")) {
    target.goal = Goal::none;
  }
  check_scheme(value, target.url.scheme);
  check_combination(value, target);
  check_calls(value, target.runtime, target.calls);
}

}  // namespace

std::string read_path(const Value& value) {
  const std::string& path = value.text("path");
  const auto is_visible = [](char c) { return c > ' ' && c < 0x7f && c != '#'; };
  if (path.front() != '/' || !std::ranges::all_of(path, is_visible)) {
    value.fail("must be a path that begins with / and has neither spaces nor #, such as /health");
  }
  return path;
}

void read_targets(const Value& list, Fleet& fleet) {
  const std::size_t derived = fleet.targets.size();
  std::map<std::string, std::string> paths_by_name;
  std::vector<std::pair<std::string, std::string>> dropped;  // and where that stands
  for (const Value& item : list.list("targets")) {
    const std::string name = name_in(item);
    const auto [first, is_new] = paths_by_name.emplace(name, item.path());
    const auto end = fleet.targets.begin() + static_cast<std::ptrdiff_t>(derived);
    const auto known = std::ranges::find(fleet.targets.begin(), end, name, &Target::name);
    Target target = known != end ? *known : Target();
    read_target(item, known != end, target);
    if (!is_new) {
      item.at("name").fail('"' + name + "\" is the name of " + first->second +
                           " already; names are unique");
    }
    if (known == end) {
      fleet.targets.push_back(std::move(target));
      continue;
    }
    *known = std::move(target);
    note_overrides(item, fleet);
    if (!is_enabled(item)) {
      dropped.emplace_back(name, item.at("enabled").position());
    }
  }
  for (const auto& [name, source] : dropped) {
    drop(name, source, fleet);
  }
}

void append_target_keys(std::vector<std::string>& keys) {
  append_keys(keys, "targets[].", target_keys);
  append_keys(keys, "targets[].expect.", expect_keys);
  append_keys(keys, "targets[].mesh.", mesh_keys);
  append_keys(keys, "targets[].ingress.", ingress_keys);
}

}  // namespace telltale::fleet
