#include "http/request_reader.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

#include <boost/asio/buffer.hpp>
#include <boost/beast/core/buffers_range.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/parser.hpp>

#include "http/request_rules.hpp"

namespace telltale::http {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace wire = boost::beast::http;
using boost::system::error_code;

constexpr std::string_view line_end = "\r\n";
constexpr std::string_view header_end = "\r\n\r\n";

// A body in chunks of one byte is six times as long; what goes beyond is chunk extensions.
constexpr std::uint64_t framed_to_plain = 8;

/// A request body that is read and let go: a Body as Beast wants them.
struct DroppedBody {
  // NOLINTBEGIN(readability-identifier-naming): Beast asks for these two names
  struct value_type {};

  struct reader {
    // NOLINTEND(readability-identifier-naming)
    template <bool is_request, class Fields>
    explicit reader(wire::header<is_request, Fields>&, value_type&) {}

    void init(const boost::optional<std::uint64_t>&, error_code& error) { error = {}; }

    template <class Buffers>
    std::size_t put(const Buffers& buffers, error_code& error) {
      error = {};
      return beast::buffer_bytes(buffers);
    }

    void finish(error_code& error) { error = {}; }
  };
};

/// RFC 9110 section 5.6.2: what a method is made of, and so what a request begins with.
bool is_token_char(char c) {
  const bool is_alphanumeric =
      (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  return is_alphanumeric || std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

/// `… HTTP/2.0`: of another version, and else a start line.
bool names_a_version(std::string_view line) {
  constexpr std::string_view name = " HTTP/";
  const auto at = line.rfind(name);
  if (at == std::string_view::npos || std::ranges::count(line, ' ') != 2) {
    return false;
  }
  const std::string_view version = line.substr(at + name.size());
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  return version.size() == 3 && is_digit(version[0]) && version[1] == '.' && is_digit(version[2]);
}

std::vector<std::string_view> values_of(const wire::fields& fields, wire::field name) {
  std::vector<std::string_view> values;
  const auto [first, last] = fields.equal_range(name);
  for (auto field = first; field != last; ++field) {
    values.emplace_back(field->value());
  }
  return values;
}

/// All values of a list header as one: several lines mean the same as one with commas.
std::string joined(const wire::fields& fields, wire::field name) {
  std::string joined;
  for (const std::string_view value : values_of(fields, name)) {
    joined.append(joined.empty() ? "" : ", ").append(value);
  }
  return joined;
}

Request to_request(const wire::request_header<>& header) {
  Request request;
  request.method = std::string(header.method_string());
  request.target = path_and_query(header.target());
  request.accept = joined(header, wire::field::accept);
  request.accept_encoding = joined(header, wire::field::accept_encoding);
  request.if_none_match = joined(header, wire::field::if_none_match);
  request.scrape_timeout = std::string(header["X-Prometheus-Scrape-Timeout-Seconds"]);
  return request;
}

}  // namespace

struct RequestReader::Parser {
  wire::request_parser<DroppedBody> beast;
};

RequestReader::RequestReader(const Limits& limits)
    : limits_(limits), parser_(std::make_unique<Parser>()) {
  parser_->beast.header_limit(limits.header_bytes);
  parser_->beast.body_limit(limits.body_bytes);
}

RequestReader::~RequestReader() = default;

RequestReader::Progress RequestReader::take(std::string& received) {
  if (!has_header_) {
    take_header(received);
  }
  if (has_header_ && !refusal_) {
    take_body(received);
  }
  if (refusal_) {
    return Progress::refused;
  }
  return parser_->beast.is_done() ? Progress::complete : Progress::needs_more;
}

bool RequestReader::awaits_continue() const {
  return has_header_ && !parser_->beast.is_done() && manner_.version >= 11 &&
         equals_ignoring_case(parser_->beast.get()[wire::field::expect], "100-continue");
}

void RequestReader::refuse(unsigned status, std::string_view line) {
  refusal_ = error_response(status, line);
  manner_.keep_alive = false;
}

void RequestReader::take_header(std::string& received) {
  if (!has_skipped_line_ && received.starts_with(line_end)) {  // RFC 9112 section 2.2
    received.erase(0, line_end.size());
    has_skipped_line_ = true;
  }
  if (received.empty() || (received == "\r" && !has_skipped_line_)) {
    return;
  }
  const auto end = received.find(header_end);
  const bool is_whole = end != std::string::npos;
  const auto header =
      std::string_view(received).substr(0, is_whole ? end + header_end.size() : end);
  check_beginning(header);
  if (!refusal_) {
    take_start_line(header);
  }
  if (refusal_) {
    return;
  }
  if (header.size() > limits_.header_bytes) {
    return refuse(431, "the header is longer than what is taken here");
  }
  if (!is_whole) {
    return;
  }
  error_code error;
  const auto fields = header.substr(start_line_bytes_);
  parser_->beast.put(asio::buffer(fields), error);
  received.erase(0, header.size());
  if (error == wire::error::body_limit) {
    return refuse(413, "the body is longer than what is taken here");
  }
  if (error) {
    return refuse(400, "not an HTTP request: " + error.message());
  }
  finish_header();
}

void RequestReader::check_beginning(std::string_view header) {
  constexpr char tls_handshake_record = 22;  // RFC 8446 section 5.1
  if (header.front() == tls_handshake_record) {
    return refuse(400, "this port speaks plain HTTP, and was greeted in TLS");
  }
  if (!is_token_char(header.front())) {
    return refuse(400, "not an HTTP request: it begins with no method");
  }
  if (const auto objection = objection_to_lines(header)) {
    return refuse(objection->status, objection->line);
  }
}

/// Parses the start line as soon as it is there: whoever speaks another protocol is told so.
void RequestReader::take_start_line(std::string_view header) {
  const auto end = header.find(line_end);
  if (start_line_bytes_ > 0 || end == std::string_view::npos || end > limits_.header_bytes) {
    return;
  }
  start_line_bytes_ = end + line_end.size();
  const auto line = header.substr(0, start_line_bytes_);
  error_code error;
  parser_->beast.put(asio::buffer(line), error);
  if (error == wire::error::bad_version && names_a_version(line.substr(0, end))) {
    return refuse(505, "only HTTP/1.0 and HTTP/1.1 are spoken here");
  }
  if (error && error != wire::error::need_more) {
    return refuse(400, "not an HTTP request: " + error.message());
  }
  manner_.without_body = parser_->beast.get().method_string() == "HEAD";
}

void RequestReader::finish_header() {
  has_header_ = true;
  const auto& header = parser_->beast.get();
  Framing framing;
  framing.version = header.version();
  framing.method = header.method_string();
  framing.target = header.target();
  framing.hosts = values_of(header, wire::field::host);
  framing.content_lengths = values_of(header, wire::field::content_length);
  framing.transfer_encodings = values_of(header, wire::field::transfer_encoding);
  if (const auto objection = objection_to(framing)) {
    return refuse(objection->status, objection->line);
  }
  // Now, since Beast adds the fields of a trailer to those of the header.
  manner_.version = header.version();
  manner_.keep_alive = parser_->beast.keep_alive();
  request_ = to_request(header);
  authorization_ = std::string(header[wire::field::authorization]);
}

void RequestReader::take_body(std::string& received) {
  std::size_t taken = 0;
  error_code error;
  while (!error && taken < received.size() && !parser_->beast.is_done()) {
    const auto rest = std::string_view(received).substr(taken);
    taken += parser_->beast.put(asio::buffer(rest), error);
  }
  received.erase(0, taken);
  body_bytes_ += taken;
  const bool is_too_long =
      error == wire::error::body_limit || body_bytes_ > framed_to_plain * limits_.body_bytes ||
      (error == wire::error::need_more && received.size() > limits_.header_bytes);
  if (is_too_long) {
    return refuse(413, "the body is longer than what is taken here");
  }
  if (error && error != wire::error::need_more) {
    return refuse(400, "not an HTTP request: " + error.message());
  }
}

}  // namespace telltale::http
