#include "http/site.hpp"

#include <algorithm>

#include "telltale/render/gzip.hpp"

namespace telltale::http {
namespace {

constexpr std::string_view page_policy =
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// The tag of the compressed content: another representation has another tag (RFC 9110 section
/// 8.8.3.3).
std::string compressed_etag(std::string_view etag) {
  etag.remove_suffix(1);
  return std::string(etag) + "-gzip\"";
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view blanks = " \t";
  text.remove_prefix(std::min(text.find_first_not_of(blanks), text.size()));
  return text.substr(0, text.find_last_not_of(blanks) + 1);
}

}  // namespace

Response page_response(std::string html) {
  Response response;
  response.content_type = "text/html; charset=utf-8";
  response.body = std::move(html);
  response.headers = {{"Content-Security-Policy", std::string(page_policy)},
                      {"Referrer-Policy", "no-referrer"},
                      {"Cross-Origin-Opener-Policy", "same-origin"},
                      {"Cross-Origin-Embedder-Policy", "require-corp"},
                      {"Cross-Origin-Resource-Policy", "same-origin"}};
  return response;
}

Response asset_response(const render::Asset& asset, std::string_view if_none_match,
                        bool takes_gzip) {
  const std::string etag = takes_gzip ? compressed_etag(asset.etag) : std::string(asset.etag);
  Response response;
  response.content_type = asset.content_type;
  response.headers = {{"ETag", etag},
                      {"Cache-Control", "no-cache"},
                      {"Vary", "Accept-Encoding"},
                      {"Cross-Origin-Resource-Policy", "same-origin"}};
  if (names_etag(if_none_match, etag)) {
    response.status = 304;
    return response;
  }
  if (takes_gzip) {
    response.headers.emplace_back("Content-Encoding", "gzip");
    response.body = render::gzip(asset.content);
    return response;
  }
  response.body = asset.content;
  return response;
}

bool names_etag(std::string_view if_none_match, std::string_view etag) {
  // Our tags hold no comma, so that those of others may be cut anywhere.
  while (!if_none_match.empty()) {
    const auto end = std::min(if_none_match.find(','), if_none_match.size());
    std::string_view one = trimmed(if_none_match.substr(0, end));
    if_none_match.remove_prefix(std::min(end + 1, if_none_match.size()));
    one.remove_prefix(one.starts_with("W/") ? 2 : 0);
    if (one == etag || one == "*") {
      return true;
    }
  }
  return false;
}

}  // namespace telltale::http
