#include "http/query.hpp"

#include <algorithm>
#include <utility>

#include "http/path.hpp"

namespace telltale::http {

namespace {

constexpr std::size_t most_parameters = 64;

Result<std::string> decode(std::string_view text) {
  std::string decoded;
  while (!text.empty()) {
    if (text.front() != '%') {
      decoded.push_back(text.front() == '+' ? ' ' : text.front());
      text.remove_prefix(1);
      continue;
    }
    const Result<char> octet = decode_escape(text);
    if (!octet) {
      return octet.error();
    }
    decoded.push_back(*octet);
    text.remove_prefix(3);
  }
  return decoded;
}

/// Takes what stands before the next `&` off the front.
std::string_view next_part(std::string_view& rest) {
  const std::size_t end = std::min(rest.find('&'), rest.size());
  const std::string_view part = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return part;
}

}  // namespace

Result<Query> Query::parse(std::string_view target) {
  Query query;
  const std::size_t mark = target.find('?');
  std::string_view rest = mark == std::string_view::npos ? "" : target.substr(mark + 1);
  std::size_t parameters = 0;
  while (!rest.empty()) {
    const std::string_view part = next_part(rest);
    if (part.empty()) {
      continue;
    }
    if (++parameters > most_parameters) {
      return Error(Errc::malformed, "request target: has more than 64 parameters");
    }
    const std::size_t equals = std::min(part.find('='), part.size());
    Result<std::string> name = decode(part.substr(0, equals));
    if (!name) {
      return name.error();
    }
    Result<std::string> value = decode(part.substr(std::min(equals + 1, part.size())));
    if (!value) {
      return value.error();
    }
    query.values_[*std::move(name)].push_back(*std::move(value));
  }
  return query;
}

Result<std::string> Query::find(std::string_view name) const {
  const auto found = values_.find(name);
  if (found == values_.end()) {
    return std::string();
  }
  if (found->second.size() > 1) {
    return Error(Errc::invalid_value,
                 "`" + std::string(name) + "` is given more than once; give it once");
  }
  return found->second.front();
}

}  // namespace telltale::http
