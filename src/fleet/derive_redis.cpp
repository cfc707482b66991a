// Redis: one target for each endpoint that services are sent to by rediss://.

#include <algorithm>
#include <map>
#include <set>

#include "fleet/derive.hpp"
#include "fleet/service_readers.hpp"

namespace telltale::fleet {
namespace {

/// A server that several services may use.
struct RedisEndpoint {
  WrittenUrl url;
  std::vector<const ServiceView*> users;  ///< in the catalog's order
};

bool is_same_server(const WrittenUrl& one, const WrittenUrl& other) {
  return one.scheme == other.scheme && one.host == other.host && one.port == other.port;
}

void leave_out(Derivation& derivation, const ServiceView& user, std::string why) {
  derivation.fleet.left_out.push_back({.name = "redis of " + std::string(user.service->name),
                                       .why = std::move(why),
                                       .source = user.redis->source});
}

std::vector<RedisEndpoint> endpoints_of(Derivation& derivation) {
  std::vector<RedisEndpoint> endpoints;
  for (const ServiceView& view : derivation.views) {
    if (!view.enabled.value || !view.redis) {
      continue;
    }
    const auto url = read_written_url(view.redis->value);
    if (!url) {
      leave_out(derivation, view, "its URL is none, or has what the files do not resolve");
      continue;
    }
    const auto known = std::ranges::find_if(endpoints, [&](const RedisEndpoint& endpoint) {
      return is_same_server(endpoint.url, *url);
    });
    if (known == endpoints.end()) {
      endpoints.push_back({.url = *url, .users = {&view}});
    } else {
      known->users.push_back(&view);
    }
  }
  return endpoints;
}

std::string names_of(const RedisEndpoint& endpoint) {
  std::string names;
  for (const ServiceView* const user : endpoint.users) {
    names += (names.empty() ? "" : ", ") + std::string(user->service->name);
  }
  return names;
}

void leave_out_plain(Derivation& derivation, const RedisEndpoint& endpoint) {
  derivation.fleet.left_out.push_back(
      {.name = "redis",
       .why = "its URL begins with redis://, so that " + names_of(endpoint) + " speak" +
              (endpoint.users.size() == 1 ? "s" : "") + " to " + endpoint.url.host + ':' +
              std::to_string(endpoint.url.port) + " without TLS",
       .source = endpoint.users.front()->redis->source});
}

/// `redis-clouddriver` where all its users are variants of that, else by the first of them.
std::string name_by_user(const RedisEndpoint& endpoint) {
  const CatalogService& first = *endpoint.users.front()->service;
  const bool is_alone = endpoint.users.size() == 1;
  const bool has_one_base = std::ranges::all_of(
      endpoint.users, [&](const ServiceView* user) { return user->service->base == first.base; });
  return "redis-" + std::string(has_one_base && !is_alone ? first.base : first.name);
}

/// The one that most use is `redis`; of as many the first.
std::vector<std::string> name_all(const std::vector<RedisEndpoint>& endpoints) {
  const auto most = std::ranges::max_element(
      endpoints, {}, [](const RedisEndpoint& endpoint) { return endpoint.users.size(); });
  std::vector<std::string> names;
  std::set<std::string> taken;
  for (auto endpoint = endpoints.begin(); endpoint != endpoints.end(); ++endpoint) {
    const std::string plain = endpoint == most ? "redis" : name_by_user(*endpoint);
    std::string name = plain;
    for (int number = 2; !taken.insert(name).second; ++number) {
      name = plain + '-' + std::to_string(number);
    }
    names.push_back(std::move(name));
  }
  return names;
}

/// The password of a URL that has one: read from there when it is needed.
void derive_password(const Derivation& derivation, const RedisEndpoint& endpoint, Target& target) {
  const auto user = std::ranges::find_if(endpoint.users, [](const ServiceView* each) {
    const auto url = read_written_url(each->redis->value);
    return url && url->has_password;
  });
  if (user == endpoint.users.end()) {
    return;
  }
  const WrittenUrl url = *read_written_url((*user)->redis->value);
  if (url.is_encoded) {
    return;  // the text is not what Redis is told
  }
  const std::string& source = (*user)->redis->source;
  const std::size_t colon = source.rfind(':');
  const bool has_line = colon != std::string::npos;
  if (!has_line) {
    return;
  }
  target.username = url.user;
  target.password =
      pki::SecretSource::in_text(source.substr(0, colon), std::stoul(source.substr(colon + 1)),
                                 "rediss://" + url.user + ':', "@");
  derivation.say_source(target.name, "password", source);
}

void add_target(Derivation& derivation, const RedisEndpoint& endpoint, const std::string& name) {
  Target target{.name = name};
  target.url = make_url(Scheme::rediss, endpoint.url.host, endpoint.url.port);
  target.source = endpoint.users.front()->redis->source;
  derivation.say_source(name, "url", target.source);
  derive_discovery(derivation, "redis", target);
  derive_password(derivation, endpoint, target);
  derivation.fleet.targets.push_back(std::move(target));
  for (const ServiceView* const user : endpoint.users) {
    Call call{.target = name, .source = user->redis->source};
    derivation.say_source(user->service->name, "calls." + name, call.source);
    derive_jvm_stores(derivation, *user, call);
    const auto caller =
        std::ranges::find(derivation.fleet.targets, user->service->name, &Target::name);
    if (caller != derivation.fleet.targets.end()) {
      caller->calls.push_back(std::move(call));
    }
  }
}

}  // namespace

void derive_redis(Derivation& derivation) {
  std::vector<RedisEndpoint> secured;
  for (const RedisEndpoint& endpoint : endpoints_of(derivation)) {
    if (endpoint.url.scheme == "rediss") {
      secured.push_back(endpoint);
    } else {
      leave_out_plain(derivation, endpoint);
    }
  }
  if (secured.empty()) {
    return;
  }
  const std::vector<std::string> names = name_all(secured);
  for (std::size_t i = 0; i < secured.size(); ++i) {
    add_target(derivation, secured[i], names[i]);
  }
}

}  // namespace telltale::fleet
