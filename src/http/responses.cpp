#include "http/responses.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

#include "telltale/render/gzip.hpp"

namespace telltale::http {
namespace {

bool has_header(const Response& response, std::string_view name) {
  return std::ranges::any_of(response.headers,
                             [&](const auto& header) { return header.first == name; });
}

}  // namespace

Response text_response(unsigned status, std::string line) {
  Response response;
  response.status = status;
  response.body = std::move(line);
  response.body += '\n';
  return response;
}

Response json_response(std::string body) {
  Response response;
  response.content_type = "application/json";
  response.body = std::move(body);
  return response;
}

Response encoded(Response response, bool takes_gzip) {
  if (response.body.size() >= gzip_from_bytes && takes_gzip) {
    response.body = render::gzip(response.body);
    response.headers.emplace_back("Content-Encoding", "gzip");
  }
  return response;
}

Response finished(Response response) {
  if (!has_header(response, "Cache-Control")) {
    response.headers.emplace_back("Cache-Control", "no-store");
  }
  if (!has_header(response, "X-Content-Type-Options")) {
    response.headers.emplace_back("X-Content-Type-Options", "nosniff");
  }
  return response;
}

Response error_response(unsigned status, std::string_view line) {
  return text_response(status, std::string(line));
}

}  // namespace telltale::http
