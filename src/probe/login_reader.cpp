#include "probe/login_reader.hpp"

#include <algorithm>
#include <utility>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

namespace telltale::probe {

namespace {

namespace json = boost::json;

constexpr std::size_t deepest_nesting = 32;
constexpr std::size_t longest_text = 200;
constexpr std::size_t most_roles = 1000;

/// One line that cannot steer a terminal: neither C0, DEL nor C1 (U+0080 to U+009F, which UTF-8
/// writes as 0xC2 and the byte). That it is UTF-8 the parser has seen to.
bool is_line(std::string_view text) {
  bool follows_c2 = false;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f || (follows_c2 && byte < 0xa0)) {
      return false;
    }
    follows_c2 = byte == 0xc2;
  }
  return text.size() <= longest_text;
}

Failure no_user(const std::string& why) {
  return {Phase::application, FailureKind::application, "the answer is no user of gate's: " + why};
}

std::optional<Failure> read_roles(const json::value& value, std::vector<std::string>& roles) {
  if (value.is_null()) {
    return std::nullopt;
  }
  const json::array* const list = value.if_array();
  if (list == nullptr || list->size() > most_roles) {
    return no_user("its roles are no list of at most " + std::to_string(most_roles));
  }
  for (const json::value& item : *list) {
    const json::string* const role = item.if_string();
    if (role == nullptr || !is_line(*role)) {
      return no_user("a role is no line of text");
    }
    if (!role->empty()) {
      roles.emplace_back(*role);
    }
  }
  return std::nullopt;
}

std::optional<Failure> read_user(const json::value& value, LoginAttempt& login) {
  if (value.is_null()) {
    return std::nullopt;
  }
  const json::object* const user = value.if_object();
  const json::value* const username = user == nullptr ? nullptr : user->if_contains("username");
  if (username == nullptr) {
    return no_user("it has no username");
  }
  if (username->is_null()) {
    return std::nullopt;
  }
  const json::string* const name = username->if_string();
  if (name == nullptr || name->empty() || !is_line(*name)) {
    return no_user("its username is no line of text");
  }
  std::vector<std::string> roles;
  const json::value* const list = user->if_contains("roles");
  auto failure = list == nullptr ? std::nullopt : read_roles(*list, roles);
  if (!failure) {
    login.principal = std::string(*name);
    login.roles = std::move(roles);
  }
  return failure;
}

}  // namespace

std::optional<Failure> read_login(unsigned status, std::string_view body, LoginAttempt& login) {
  constexpr unsigned ok = 200;
  login.status = status;
  if (status != ok || body.find_first_not_of(" \t\r\n") == std::string_view::npos) {
    return std::nullopt;
  }
  json::parse_options options;
  options.max_depth = deepest_nesting;
  boost::system::error_code error;
  const json::value value = json::parse(body, error, {}, options);
  return error ? no_user("it is no JSON (" + error.message() + ")") : read_user(value, login);
}

}  // namespace telltale::probe
