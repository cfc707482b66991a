#pragma once
// RequestReader: one request out of bytes as they come. No I/O, no clock.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "telltale/http/router.hpp"
#include "telltale/http/server.hpp"

namespace telltale::http {

/// What a response needs to know of its request.
struct Manner {
  unsigned version = 11;  ///< 10 or 11
  bool keep_alive = false;
  bool without_body = false;
};

/// Reads strictly (RFC 9112): where the end of a request is in doubt, it is refused, so that nobody
/// in front of us can take its end for another. A body is read and let go.
class RequestReader {
 public:
  enum class Progress { needs_more, complete, refused };

  explicit RequestReader(const Limits& limits);
  ~RequestReader();
  RequestReader(const RequestReader&) = delete;
  RequestReader& operator=(const RequestReader&) = delete;

  /// Takes what belongs to this request from the front of `received`. Not to be called after
  /// anything but needs_more.
  [[nodiscard]] Progress take(std::string& received);

  /// The header is complete, and the client waits to be told to send the body (RFC 9110 section
  /// 10.1.1).
  [[nodiscard]] bool awaits_continue() const;

  /// How to answer, as far as it is known.
  [[nodiscard]] Manner manner() const { return manner_; }

  /// What was asked, once complete.
  [[nodiscard]] const Request& request() const { return request_; }

  /// The value of Authorization, empty if absent, once complete.
  [[nodiscard]] const std::string& authorization() const { return authorization_; }

  /// Gives up on it, with this answer.
  void refuse(unsigned status, std::string_view line);

  /// The answer, once refused or given up.
  [[nodiscard]] const std::optional<Response>& refusal() const { return refusal_; }

 private:
  struct Parser;

  void take_header(std::string& received);
  void check_beginning(std::string_view header);
  void take_start_line(std::string_view header);
  void finish_header();
  void take_body(std::string& received);

  const Limits limits_;
  std::unique_ptr<Parser> parser_;
  std::size_t start_line_bytes_ = 0;  ///< of the start line, once it is parsed
  bool has_skipped_line_ = false;
  bool has_header_ = false;
  std::uint64_t body_bytes_ = 0;  ///< with what frames it
  Manner manner_;
  Request request_;
  std::string authorization_;
  std::optional<Response> refusal_;
};

}  // namespace telltale::http
