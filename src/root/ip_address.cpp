#include "telltale/ip_address.hpp"

#include <arpa/inet.h>

namespace telltale {

bool is_ip_address(const std::string& host) {
  in6_addr address{};
  return inet_pton(AF_INET, host.c_str(), &address) == 1 ||
         inet_pton(AF_INET6, host.c_str(), &address) == 1;
}

}  // namespace telltale
