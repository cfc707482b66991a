// What an application of the test peer reads from and writes to: a bare socket, or TLS over it.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "support/socket.hpp"

namespace telltale::support {

class Stream {
 public:
  explicit Stream(Socket& socket) : socket_(socket) {}

  virtual ~Stream() = default;
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  /// Reads at least one byte; 0 at the end, however that came about.
  [[nodiscard]] virtual std::size_t read_some(std::span<char> buffer) = 0;
  /// Writes all of it; false if nobody takes it any more.
  [[nodiscard]] virtual bool write(std::string_view bytes) = 0;
  /// Ends the conversation in an orderly way: close_notify where there is TLS, FIN, then drain.
  virtual void finish() = 0;
  [[nodiscard]] virtual bool is_encrypted() const = 0;

  /// The common name of the certificate that the client presented; empty if it presented none.
  [[nodiscard]] virtual std::string client_common_name() const { return {}; }

  [[nodiscard]] Socket& socket() noexcept { return socket_; }

  /// Reads through the next `delimiter` and returns what came before it; nothing at the end of the
  /// stream or after 64 KiB without one.
  [[nodiscard]] std::optional<std::string> read_until(std::string_view delimiter);
  /// Reads exactly so many bytes; nothing if the stream ends before.
  [[nodiscard]] std::optional<std::string> read_exactly(std::size_t size);

 private:
  [[nodiscard]] bool read_more();

  Socket& socket_;
  std::string unread_;
};

/// The bare socket.
class PlainStream final : public Stream {
 public:
  using Stream::Stream;
  [[nodiscard]] std::size_t read_some(std::span<char> buffer) override;
  [[nodiscard]] bool write(std::string_view bytes) override;

  void finish() override { socket().close_gracefully(); }

  [[nodiscard]] bool is_encrypted() const override { return false; }
};

}  // namespace telltale::support
