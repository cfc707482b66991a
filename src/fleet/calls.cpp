// Reads who calls whom: the `calls` of targets and callers, and an item of `callers`.

#include <algorithm>
#include <array>

#include "fleet/readers.hpp"

namespace telltale::fleet {
namespace {

std::vector<tls::ProtocolVersion> read_versions(const Value& value) {
  std::vector<tls::ProtocolVersion> versions;
  for (const Value& item : value.list("TLS versions")) {
    const auto version = item.one_of(enumerators<tls::ProtocolVersion>(),
                                     [](tls::ProtocolVersion each) { return tls::label(each); });
    if (std::ranges::find(versions, version) != versions.end()) {
      item.fail(std::string(tls::label(version)) + " is in the list already; leave one out");
    }
    versions.push_back(version);
  }
  return versions;
}

constexpr std::array call_keys{
    Key<Call>{"target", [](const Value& value, Call& call) { call.target = value.name(); }},
    Key<Call>{"identity", [](const Value& value, Call& call) { call.identity = value.name(); }},
    Key<Call>{"trust",
              [](const Value& value, Call& call) { call.trust = read_trust_files(value); }},
    Key<Call>{"path", [](const Value& value, Call& call) { call.path = read_path(value); }},
    Key<Call>{"runtime",
              [](const Value& value, Call& call) { call.runtime = read_runtime(value); }},
    Key<Call>{"tls_versions",
              [](const Value& value, Call& call) { call.tls_versions = read_versions(value); }},
};

constexpr std::array caller_keys{
    Key<Caller>{"name", [](const Value& value, Caller& caller) { caller.name = value.name(); }},
    Key<Caller>{"runtime",
                [](const Value& value, Caller& caller) { caller.runtime = read_runtime(value); }},
    Key<Caller>{"identity",
                [](const Value& value, Caller& caller) { caller.identity = value.name(); }},
    Key<Caller>{"trust",
                [](const Value& value, Caller& caller) { caller.trust = read_trust_files(value); }},
    Key<Caller>{"tls_versions", [](const Value& value,
                                   Caller& caller) { caller.tls_versions = read_versions(value); }},
    Key<Caller>{"calls",
                [](const Value& value, Caller& caller) { caller.calls = read_calls(value); }},
};

/// A target's name stands for a call with nothing of its own.
Call read_call(const Value& value) {
  Call call;
  call.source = value.position();
  if (value.is_text()) {
    call.target = value.name();
    return call;
  }
  read_mapping(value, call_keys, call);
  value.require("target");
  return call;
}

/// The names of all runtimes, for a complaint.
std::string choices() {
  std::string names;
  for (const Runtime runtime : enumerators<Runtime>()) {
    names.append(names.empty() ? "" : ", ").append(label(runtime));
  }
  return names;
}

}  // namespace

Runtime read_runtime(const Value& value) {
  return value.one_of(enumerators<Runtime>(), [](Runtime each) { return label(each); });
}

std::vector<Call> read_calls(const Value& list) {
  std::vector<Call> calls;
  for (const Value& item : list.list("calls")) {
    calls.push_back(read_call(item));
  }
  return calls;
}

void check_calls(const Value& caller, std::optional<Runtime> runtime,
                 const std::vector<Call>& calls) {
  if (runtime == Runtime::none) {
    refuse(caller, "identity", "has no effect: the runtime none presents nothing; leave it out");
  }
  if (calls.empty() || !caller.find("calls")) {
    return;
  }
  auto call = calls.begin();
  for (const Value& value : caller.at("calls").list("calls")) {
    const std::optional<Runtime> used = call->runtime ? call->runtime : runtime;
    if (!used) {
      value.fail("runtime is missing; give one to the call or to its caller: " + choices());
    }
    if (used == Runtime::none) {
      refuse(value, "identity", "has no effect: the runtime none presents nothing; leave it out");
    }
    ++call;
  }
}

Caller read_caller(const Value& value) {
  Caller caller;
  caller.source = value.position();
  read_mapping(value, caller_keys, caller);
  value.require("name");
  value.require("calls");
  check_calls(value, caller.runtime, caller.calls);
  return caller;
}

void append_caller_keys(std::vector<std::string>& keys) {
  append_keys(keys, "callers[].", caller_keys);
  append_keys(keys, "calls[].", call_keys);
}

}  // namespace telltale::fleet
