#pragma once
// HttpReader: bytes of an HTTP/1.1 answer become an HttpReply. No I/O.

#include <memory>
#include <string>
#include <string_view>

#include "telltale/fleet/fleet.hpp"
#include "telltale/probe/observation.hpp"

namespace telltale::probe {

/// How far a reader of an answer has come.
enum class ReaderState {
  more,       ///< feed it more
  done,       ///< the answer is whole
  malformed,  ///< it is not what it should be
  oversize,   ///< it is more than we care to read
};

/// A GET of a path at a target: HTTP/1.1, closing afterwards. `port` goes into the Host field; none
/// does where it is 0.
[[nodiscard]] std::string http_request(const fleet::Target& target, const std::string& path,
                                       std::uint16_t port);
[[nodiscard]] std::string http_request(const fleet::Target& target, const std::string& path);

/// Reads one answer: at most 16 KiB of header and 64 KiB of body.
class HttpReader {
 public:
  HttpReader();
  ~HttpReader();
  HttpReader(const HttpReader&) = delete;
  HttpReader& operator=(const HttpReader&) = delete;

  [[nodiscard]] ReaderState feed(std::string_view bytes);

  /// Says that the peer has closed: an answer without a length ends here.
  [[nodiscard]] ReaderState finish();

  /// The answer, once its header was read; nothing before.
  [[nodiscard]] std::optional<HttpReply> reply() const;

  /// The body as far as it was read; lives as long as the reader.
  [[nodiscard]] std::string_view body() const;

  /// Why it is malformed or oversize.
  [[nodiscard]] const std::string& error() const noexcept { return error_; }

 private:
  struct Parser;

  std::unique_ptr<Parser> parser_;
  std::string error_;
};

}  // namespace telltale::probe
