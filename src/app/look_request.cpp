#include "app/look_request.hpp"

#include <string>

namespace telltale::app {

probe::LookRequest look_request(const Plan& plan, const CallRequests& calls,
                                const std::shared_ptr<const fleet::Target>& target,
                                const fleet::Endpoint& address) {
  const fleet::Fleet& fleet = *plan.fleet;
  const fleet::Credentials& credentials = *plan.credentials;
  probe::LookRequest request{
      .target = target,
      .address = address,
      .timeout = fleet.probe.timeout,
      .presents_stranger = fleet.probe.stranger == fleet::Stranger::every_round,
      .trust = fleet::server_trust_of(credentials, *target),
      .fleet_trust = credentials.trust,
      .calls = calls.of(target->name),
  };
  const std::string* name = fleet::identity_for(fleet, credentials.identities, *target);
  if (name != nullptr) {
    request.identity_name = *name;
    request.identity = credentials.identities.at(*name);
  }
  const auto password = credentials.redis_passwords.find(target->name);
  if (password != credentials.redis_passwords.end()) {
    request.redis_password = password->second;
  }
  return request;
}

}  // namespace telltale::app
