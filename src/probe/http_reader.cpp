#include "probe/http_reader.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include "probe/line.hpp"

namespace telltale::probe {

namespace http = boost::beast::http;
using boost::system::error_code;

namespace {

constexpr std::uint32_t header_limit = 16 * 1024;
constexpr std::uint64_t body_limit = 64 * 1024;

ReaderState state_of(const error_code& error) {
  const bool oversize = error == http::error::body_limit || error == http::error::header_limit ||
                        error == http::error::buffer_overflow;
  return oversize ? ReaderState::oversize : ReaderState::malformed;
}

}  // namespace

std::string http_request(const fleet::Target& target, const std::string& path) {
  return http_request(target, path, target.url.port);
}

std::string http_request(const fleet::Target& target, const std::string& path, std::uint16_t port) {
  const bool is_v6 = target.expected_name().find(':') != std::string::npos;
  const std::string host = is_v6 ? "[" + target.expected_name() + "]" : target.expected_name();
  return "GET " + path + " HTTP/1.1\r\nHost: " + host +
         (port == 0 ? "" : ":" + std::to_string(port)) +
         "\r\nUser-Agent: telltale\r\nAccept: */*\r\nConnection: close\r\n\r\n";
}

struct HttpReader::Parser {
  http::response_parser<http::string_body> parser;
  std::string unread;
  std::uint64_t fed = 0;
};

HttpReader::HttpReader() : parser_(std::make_unique<Parser>()) {
  parser_->parser.eager(true);
  parser_->parser.header_limit(header_limit);
  parser_->parser.body_limit(body_limit);
}

HttpReader::~HttpReader() = default;

ReaderState HttpReader::feed(std::string_view bytes) {
  std::string& unread = parser_->unread;
  // Beast waits for the end of a chunk's extensions or of a trailer however long they are.
  parser_->fed += bytes.size();
  if (parser_->fed > header_limit + 2 * body_limit) {
    error_ = "more than " + std::to_string(header_limit + 2 * body_limit) + " bytes";
    return ReaderState::oversize;
  }
  unread.append(bytes);
  error_code error;
  while (!unread.empty() && !parser_->parser.is_done()) {
    const std::size_t used = parser_->parser.put(boost::asio::buffer(unread), error);
    unread.erase(0, used);
    if (error == http::error::need_more) {
      return ReaderState::more;
    }
    if (error) {
      error_ = error.message();
      return state_of(error);
    }
  }
  return parser_->parser.is_done() ? ReaderState::done : ReaderState::more;
}

ReaderState HttpReader::finish() {
  if (!parser_->parser.is_header_done()) {
    error_ = "the peer closed the connection before its answer's header was whole";
    return ReaderState::malformed;
  }
  error_code error;
  parser_->parser.put_eof(error);
  if (error) {
    error_ = error.message();
    return ReaderState::malformed;
  }
  return ReaderState::done;
}

std::optional<HttpReply> HttpReader::reply() const {
  if (!parser_->parser.is_header_done()) {
    return std::nullopt;
  }
  const auto& message = parser_->parser.get();
  const std::string_view location = message[http::field::location];
  return HttpReply{.status = message.result_int(),
                   .first_line = first_line_of(message.body()),
                   .location = first_line_of(location)};
}

std::string_view HttpReader::body() const {
  return parser_->parser.get().body();
}

}  // namespace telltale::probe
