#include "render/rollout_text.hpp"

#include <string_view>

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include "telltale/render/render.hpp"

#include "render/gate_text.hpp"
#include "render/text.hpp"

namespace telltale::render {

namespace {

namespace json = boost::json;

json::array names_json(const std::vector<std::string>& names) {
  json::array array;
  for (const std::string& name : names) {
    array.emplace_back(to_valid_utf8(name));
  }
  return array;
}

template <class E>
json::value name_or_null(const std::optional<E>& enumerator) {
  return enumerator ? json::value(name_of(*enumerator)) : json::value(nullptr);
}

std::string first_of(const gate::Blocker& first, std::size_t count) {
  const std::string& who = first.caller.empty() ? first.address : first.caller;
  std::string text(name_of(first.reason));
  text += who.empty() ? "" : " (" + who + ")";
  return count > 1 ? text + ", and " + std::to_string(count - 1) + " more" : text;
}

json::value or_null(const std::optional<gate::Blocker>& blocker) {
  return blocker ? json::value(to_json(*blocker)) : json::value(nullptr);
}

json::object service_json(const gate::RolloutService& service) {
  return {
      {"name", to_valid_utf8(service.name)},
      {"position", service.position},
      {"stage", name_of(service.stage)},
      {"declared", name_or_null(service.declared)},
      {"agrees", service.agrees ? json::value(*service.agrees) : json::value(nullptr)},
      {"note", service.note},
      {"next", name_or_null(service.next)},
      {"may_go", service.may_go},
      {"waiting", service.waiting ? json::value(*service.waiting) : json::value(nullptr)},
      {"blockers", service.blockers},
      {"first_blocker", or_null(service.first_blocker)},
      {"accepted", service.accepted},
      {"first_accepted", or_null(service.first_accepted)},
      {"callers", names_json(service.callers)},
      {"circle", service.circle ? json::value(*service.circle) : json::value(nullptr)},
  };
}

json::object stages_json(const gate::Rollout& rollout) {
  json::object stages;
  for (const gate::Stage stage : enumerators<gate::Stage>()) {
    stages.emplace(name_of(stage), rollout.at(stage));
  }
  return stages;
}

}  // namespace

std::string why_text(const gate::RolloutService& service) {
  if (service.first_blocker) {
    return first_of(*service.first_blocker, service.blockers);
  }
  if (service.waiting && service.next) {
    return "waiting: " + *service.waiting;
  }
  if (service.first_accepted) {
    return "accepted: " + first_of(*service.first_accepted, service.accepted);
  }
  return service.stage == gate::Stage::unknown ? "where it stands is not known" : "";
}

std::string may_go_text(const gate::RolloutService& service) {
  if (!service.next) {
    return "-";
  }
  return service.may_go ? "yes" : "no";
}

std::string next_text(const gate::RolloutService& service) {
  return service.next ? std::string(name_of(*service.next)) : "-";
}

json::object to_json(const gate::Rollout& rollout) {
  json::array services;
  for (const gate::RolloutService& service : rollout.services) {
    services.push_back(service_json(service));
  }
  return {
      {"summary", to_valid_utf8(rollout.summary)},
      {"stages", stages_json(rollout)},
      {"next", names_json(rollout.next)},
      {"services", std::move(services)},
      {"not_flipped", names_json(rollout.not_flipped)},
  };
}

std::string rollout_json(const gate::Snapshot& snapshot, Now now) {
  json::object whole = {{"at", to_rfc3339(now.civil)}};
  for (auto& pair : to_json(gate::rollout(snapshot, now))) {
    whole.emplace(pair.key(), std::move(pair.value()));
  }
  return json::serialize(whole).append("\n");
}

}  // namespace telltale::render
