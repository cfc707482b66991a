#include <string>
#include <utility>

#include "support/applications.hpp"
#include "support/faults.hpp"

namespace telltale::support {

namespace {

struct HttpReply {
  int status = 200;
  std::string content_type = "application/json";
  std::string body;
  std::string location = {};
};

std::string_view reason_phrase(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 500:
      return "Internal Server Error";
    case 503:
      return "Service Unavailable";
    default:
      return "Some Status";
  }
}

std::string serialize(const HttpReply& reply) {
  std::string text = "HTTP/1.1 " + std::to_string(reply.status) + " ";
  text += reason_phrase(reply.status);
  text += "\r\nContent-Type: " + reply.content_type;
  text += "\r\nContent-Length: " + std::to_string(reply.body.size());
  text += reply.location.empty() ? "" : "\r\nLocation: " + reply.location;
  text += "\r\nConnection: close\r\n\r\n" + reply.body;
  return text;
}

bool begins_like_http(std::string_view head) {
  return !head.empty() && head.front() >= 'A' && head.front() <= 'Z';
}

/// The request line and the header fields, or nothing if the client did not send them whole. What
/// does not begin like HTTP, a ClientHello say, is taken as it is: no blank line will ever come.
std::optional<std::string> read_request_head(Stream& stream, Record& record) {
  std::optional<std::string> head = stream.read_exactly(1);
  if (!head || !begins_like_http(*head)) {
    return head;
  }
  const std::optional<std::string> rest = stream.read_until("\r\n\r\n");
  if (!rest) {
    return std::nullopt;
  }
  *head += *rest;
  record.update([&](Seen& seen) {
    ++seen.requests;
    seen.plaintext_requests += stream.is_encrypted() ? 0 : 1;
    seen.last_request = head->substr(0, head->find("\r\n"));
    seen.last_request_head = *head;
    seen.logins += head->starts_with("GET /auth/user ") ? 1 : 0;
  });
  return head;
}

/// The second word of "GET /health?x=y HTTP/1.1", without the query.
std::string path_of(std::string_view head) {
  const std::string_view line = head.substr(0, head.find("\r\n"));
  const std::size_t begin = line.find(' ');
  if (begin == std::string_view::npos) {
    return {};
  }
  const std::string_view target = line.substr(begin + 1);
  return std::string(target.substr(0, target.find_first_of(" ?")));
}

HttpReply nginx_page(int status, const std::string& sentence) {
  const std::string title = std::to_string(status) + " " + std::string(reason_phrase(status));
  return {.status = status,
          .content_type = "text/html",
          .body = "<html>\r\n<head><title>" + std::to_string(status) + " " + sentence +
                  "</title></head>\r\n<body>\r\n<center><h1>" + title +
                  "</h1></center>\r\n<center>" + sentence + "</center>\r\n</body>\r\n</html>\r\n"};
}

/// A com.netflix.spinnaker.security.User as gate's AuthController answers it.
HttpReply login_page(const LoginBehaviour& login, const std::string& user) {
  if (login.body || user.empty()) {
    return {.status = login.status, .body = login.body.value_or("")};
  }
  std::string roles = "\"" + user + "\"";
  for (const std::string& role : login.roles) {
    roles += ",\"" + role + "\"";
  }
  return {.status = login.status,
          .body = R"({"email":")" + user + R"(","username":")" + user +
                  R"(","firstName":null,"lastName":null,"roles":[)" + roles +
                  R"(],"allowedAccounts":[],"enabled":true})"};
}

HttpReply answer(std::string_view head, const PeerOptions& options, const HttpRefusal& refusal,
                 const std::string& user) {
  if (!begins_like_http(head)) {
    return {.status = 400, .content_type = "text/plain", .body = "Bad Request\r\n"};
  }
  if (refusal) {
    return nginx_page(options.refusal_status, *refusal);
  }
  const HttpBehaviour& http = options.http;
  if (http.login && path_of(head) == "/auth/user") {
    return login_page(*http.login, user);
  }
  if (!http.health_path.empty() && path_of(head) != http.health_path) {
    return {.status = 404, .body = R"({"status":404,"error":"Not Found"})"};
  }
  if (!http.guarded_path.empty() && path_of(head) == http.guarded_path && user.empty()) {
    return {.status = 403, .body = R"({"status":403,"error":"Forbidden"})"};
  }
  return {.status = http.status, .body = http.body, .location = http.location};
}

}  // namespace

void serve_http(Stream& stream, const PeerOptions& options, Record& record,
                const HttpRefusal& refusal) {
  const auto head = read_request_head(stream, record);
  if (!head) {
    stream.finish();
    return;
  }
  if (misbehave_at_request(stream, options)) {
    return;
  }
  if (!options.http.silent_path.empty() && path_of(*head) == options.http.silent_path) {
    stream.socket().drain();
    return;
  }
  if (write_reply(stream, serialize(answer(*head, options, refusal, stream.client_common_name())),
                  options)) {
    stream.finish();
  }
}

void refuse_plaintext(Stream& stream, const PeerOptions& options, Record& record) {
  if (options.application == Application::http && read_request_head(stream, record)) {
    static_cast<void>(stream.write(
        serialize({.status = 400,
                   .content_type = "text/plain",
                   .body = "Bad Request\r\nThis combination of host and port requires TLS.\r\n"})));
  }
  stream.finish();
}

}  // namespace telltale::support
