// Rules on Redis: who speaks TLS to it, and who can present a certificate.

#include <algorithm>
#include <array>

#include "fleet/lint/subject.hpp"

namespace telltale::fleet::linting {
namespace {

/// A service and the Redis that it is told to use.
struct Client {
  const ServiceView* view = nullptr;
  Location redis;

  [[nodiscard]] std::string_view name() const { return view->service->name; }

  [[nodiscard]] const std::string& source() const { return view->redis->source; }

  [[nodiscard]] bool has_tls() const { return redis.scheme == "rediss"; }
};

std::vector<Client> clients_of(const Subject& subject) {
  std::vector<Client> clients;
  for (const ServiceView* const view : subject.concerned()) {
    std::optional<Location> redis = view->redis ? read_location(view->redis->value) : std::nullopt;
    if (redis && redis->scheme.starts_with("redis")) {
      clients.push_back({view, *std::move(redis)});
    }
  }
  return clients;
}

/// What the files say of Redis itself.
struct Server {
  std::optional<Location> location;  ///< as its own settings have it
  std::string source;
  const YamlNode* arguments = nullptr;  ///< that give it TLS
  std::string arguments_source;
  bool asks_for_certificates = false;
  const YamlNode* config_renamed = nullptr;  ///< `rename-command CONFIG`
};

/// Every text of a container's command and arguments, one after the other.
std::string command_line_of(const YamlNode& container) {
  std::string line;
  for (const std::string_view key : {"command", "args"}) {
    if (const YamlNode* const words = container.find(key)) {
      visit_texts(*words, "",
                  [&](const YamlNode& word, const std::string&) { line += word.text + ' '; });
    }
  }
  return line;
}

Server redis_of(const Subject& subject) {
  Server server;
  const ServiceView* const view = subject.view("redis");
  if (view != nullptr && (view->enabled.value || view->base_url.source != "catalog")) {
    server.location = read_location(view->base_url.value);
    server.source = view->base_url.source;
  }
  for (const KubernetesObject* const deployment :
       objects_of(*subject.installation, "Deployment", "redis")) {
    const YamlNode* const container = container_of(*deployment, "redis");
    const std::string line = container == nullptr ? "" : command_line_of(*container);
    const YamlNode* const words =
        container == nullptr
            ? nullptr
            : (container->find("args") ? container->find("args") : container->find("command"));
    if (line.find("tls-port") != std::string::npos) {
      server.arguments = words;
      server.arguments_source = subject.installation->position(*words);
      // redis.conf: tls-auth-clients is yes unless it says otherwise.
      server.asks_for_certificates = line.find("tls-auth-clients no") == std::string::npos &&
                                     line.find("tls-auth-clients optional") == std::string::npos;
    }
    if (to_lower(line).find("rename-command config") != std::string::npos) {
      server.config_renamed = words;
    }
  }
  return server;
}

bool is_own_redis(const Location& location) {
  return location.host == "localhost" || location.host == "127.0.0.1" ||
         service_in(location.host) == "redis";
}

/// Services that disagree about one Redis.
void check_mixed(const std::vector<Client>& clients, Findings& findings) {
  for (const Client& plain : clients) {
    const auto other = std::ranges::find_if(clients, [&](const Client& client) {
      return client.has_tls() && client.redis.host == plain.redis.host;
    });
    if (plain.has_tls() || other == clients.end() || plain.source() == "catalog") {
      continue;
    }
    const bool is_same_port = other->redis.port == plain.redis.port;
    findings.add("redis-scheme-mixed", is_same_port ? LintSeverity::error : LintSeverity::warning,
                 plain.name(), plain.source(),
                 "uses " + plain.redis.text() + ", and " + std::string(other->name()) + " uses " +
                     other->redis.text() + " (" + other->source() + ")");
  }
}

void check_against_server(const std::vector<Client>& clients, const Server& server,
                          Findings& findings) {
  const bool has_tls =
      server.arguments != nullptr || (server.location && server.location->scheme == "rediss");
  for (const Client& client : clients) {
    const bool is_same = server.location && client.redis.host == server.location->host &&
                         client.redis.port == server.location->port;
    const bool is_own = is_own_redis(client.redis);
    if (client.source() == "catalog") {
      continue;
    }
    if (client.has_tls() && !has_tls && server.location && is_same) {
      const bool is_default = server.source == "catalog";
      findings.add("redis-plain-port", client.name(), client.source(),
                   "uses " + client.redis.text() +
                       (is_default ? ", and the Redis that is deployed has no TLS"
                                   : ", and Redis' own settings say " + server.location->text() +
                                         " (" + server.source + ")"));
    }
    if (!client.has_tls() && has_tls && (is_same || (is_own && server.arguments != nullptr))) {
      findings.add("redis-scheme-plain", client.name(), client.source(),
                   "uses " + client.redis.text() + ", and Redis has TLS (" +
                       (server.arguments ? server.arguments_source : server.source) + ")");
    }
  }
}

/// Why it is thought that a Redis asks its clients for certificates.
struct Demand {
  LintSeverity severity = LintSeverity::error;
  std::string text;
};

/// Redis says so itself, or another service presents a certificate to the same Redis.
std::optional<Demand> demand_on(const Client& client, const std::vector<Client>& clients,
                                const Server& server) {
  if (server.asks_for_certificates && is_own_redis(client.redis)) {
    return Demand{LintSeverity::error,
                  "Redis asks for a certificate (" + server.arguments_source + ")"};
  }
  const auto presenter = std::ranges::find_if(clients, [&](const Client& other) {
    return other.has_tls() && other.redis.host == client.redis.host && other.view->jvm.key_store;
  });
  if (presenter == clients.end()) {
    return std::nullopt;
  }
  return Demand{LintSeverity::warning, std::string(presenter->name()) +
                                           " has a key store for it in JAVA_OPTS (" +
                                           presenter->view->jvm.options->source + ")"};
}

void check_certificates(const Subject& subject, const std::vector<Client>& clients,
                        const Server& server, Findings& findings) {
  for (const Client& client : clients) {
    const std::optional<Demand> demand = demand_on(client, clients, server);
    if (!client.has_tls() || !demand || client.view->jvm.key_store) {
      continue;
    }
    if (is_go(client.view->service->runtime)) {
      const bool is_dinghy = client.name() == "dinghy";
      findings.add("redis-go-client", is_dinghy ? demand->severity : LintSeverity::warning,
                   client.name(), client.source(),
                   (is_dinghy ? "has no setting for a certificate to Redis, and "
                              : "has no setting that is known for a certificate to Redis, and ") +
                       demand->text);
    } else if (subject.is_whole || client.view->settings != nullptr) {
      const bool has_options = client.view->jvm.options.has_value();
      findings.add(
          "redis-client-without-certificate", demand->severity, client.name(),
          client.source() != "catalog" ? client.source()
          : has_options                ? client.view->jvm.options->source
                                       : server.arguments_source,
          "uses " + client.redis.text() + " without a key store in JAVA_OPTS, and " + demand->text);
    }
  }
}

/// Providers that take the command CONFIG away.
bool is_managed(std::string_view host) {
  constexpr std::array<std::string_view, 3> suffixes{".cache.amazonaws.com", ".cache.windows.net",
                                                     ".redis.azure.net"};
  return std::ranges::any_of(suffixes, [&](std::string_view each) { return host.ends_with(each); });
}

void check_config_command(const Subject& subject, const std::vector<Client>& clients,
                          const Server& server, Findings& findings) {
  const auto gate =
      std::ranges::find_if(clients, [](const Client& client) { return client.name() == "gate"; });
  if (gate == clients.end() || gate->source() == "catalog" ||
      gate->view->properties.is_true("redis.configuration.secure", false) ||
      (!subject.is_whole && !subject.is_written(*gate->view))) {
    return;
  }
  const bool is_own = is_own_redis(gate->redis);
  if (is_own && server.config_renamed == nullptr) {
    return;
  }
  const bool is_known = is_own || is_managed(gate->redis.host);
  findings.add("gate-redis-config-command", is_known ? LintSeverity::error : LintSeverity::info,
               "gate", gate->source(),
               is_known ? "sends CONFIG at start to a Redis that has not got it; the service does "
                          "not start"
                        : "sends CONFIG to " + gate->redis.text() +
                              " at start, and does not start if Redis refuses it");
}

}  // namespace

void check_redis(const Subject& subject, Findings& findings) {
  const std::vector<Client> clients = clients_of(subject);
  const Server server = redis_of(subject);
  check_mixed(clients, findings);
  check_against_server(clients, server, findings);
  check_certificates(subject, clients, server, findings);
  check_config_command(subject, clients, server, findings);
}

}  // namespace telltale::fleet::linting
