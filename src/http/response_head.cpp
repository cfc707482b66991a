#include "http/response_head.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include <boost/beast/http/status.hpp>

#include "telltale/version.hpp"

#include "http/date.hpp"
#include "http/request_rules.hpp"

namespace telltale::http {
namespace {

namespace wire = boost::beast::http;

/// What would end a line is left out, wherever it comes from (RFC 9110 section 5.5).
void append_field(std::string& head, std::string_view name, std::string_view value) {
  head.append(name).append(": ");
  std::ranges::copy_if(value, std::back_inserter(head),
                       [](char c) { return c != '\r' && c != '\n' && c != '\0'; });
  head.append("\r\n");
}

bool has_field(const HeaderFields& fields, std::string_view name) {
  return std::ranges::any_of(
      fields, [&](const auto& field) { return equals_ignoring_case(field.first, name); });
}

void append_framing(std::string& head, const Response& response, const Manner& manner) {
  if (is_without_body(response.status)) {
    return;
  }
  append_field(head, "Content-Type", response.content_type);
  if (!response.is_stream) {
    append_field(head, "Content-Length", std::to_string(response.body.size()));
  } else if (manner.version >= 11) {
    append_field(head, "Transfer-Encoding", "chunked");
  }
}

void append_connection(std::string& head, const Manner& manner) {
  if (manner.version >= 11 && !manner.keep_alive) {
    append_field(head, "Connection", "close");
  }
  if (manner.version < 11 && manner.keep_alive) {
    append_field(head, "Connection", "keep-alive");
  }
}

}  // namespace

std::string response_head(const Response& response, const Manner& manner, const HeaderFields& extra,
                          CivilTime now) {
  std::string head = manner.version >= 11 ? "HTTP/1.1 " : "HTTP/1.0 ";
  head.append(std::to_string(response.status)).append(" ");
  head.append(wire::obsolete_reason(wire::int_to_status(response.status))).append("\r\n");
  append_field(head, "Server", "telltale/" + std::string(program_version));
  append_field(head, "Date", to_http_date(now));
  append_framing(head, response, manner);
  for (const auto& [name, value] : response.headers) {
    append_field(head, name, value);
  }
  for (const auto& [name, value] : extra) {
    if (!has_field(response.headers, name)) {
      append_field(head, name, value);
    }
  }
  append_connection(head, manner);
  return head.append("\r\n");
}

bool is_without_body(unsigned status) {
  return status < 200 || status == 204 || status == 304;
}

std::string to_chunk(std::string_view bytes) {
  std::array<char, 16> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), bytes.size(), 16);
  std::string chunk(digits.data(), end.ptr);
  return chunk.append("\r\n").append(bytes).append("\r\n");
}

}  // namespace telltale::http
