// A blocking TCP socket that another thread can interrupt.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>

namespace telltale::support {

/// Socket owns one descriptor. One thread uses it; `interrupt` alone may be called from another.
/// Never raises SIGPIPE.
class Socket {
 public:
  /// A socket bound to a numeric address, with SO_REUSEADDR. Throws std::system_error.
  [[nodiscard]] static Socket bind(const std::string& address, std::uint16_t port);
  /// A connected socket. Throws std::system_error.
  [[nodiscard]] static Socket connect(const std::string& address, std::uint16_t port);
  /// A non-blocking socket whose connect is under way or done.
  [[nodiscard]] static Socket start_connecting(const std::string& address, std::uint16_t port);

  explicit Socket(int descriptor) noexcept : descriptor_(descriptor) {}

  ~Socket();
  Socket(Socket&& other) noexcept;
  Socket& operator=(Socket&&) = delete;

  void listen(int backlog);
  /// The next connection, or a closed Socket once interrupted.
  [[nodiscard]] Socket accept();

  [[nodiscard]] bool is_open() const noexcept { return descriptor_ >= 0; }

  [[nodiscard]] std::uint16_t local_port() const;

  /// The descriptor, for SSL_set_fd and the like; -1 if closed. Still owned by the Socket.
  [[nodiscard]] int descriptor() const noexcept { return descriptor_; }

  /// Reads at most `buffer.size()` bytes, at least one; 0 at the end of the stream, after a reset
  /// and once interrupted.
  [[nodiscard]] std::size_t read(std::span<char> buffer);
  /// The next byte without taking it, or -1 where `read` would return 0.
  [[nodiscard]] int peek();
  /// Writes all of it; false if the peer is gone or the socket interrupted.
  [[nodiscard]] bool write(std::string_view bytes);

  /// Each byte written from now on waits so long; zero ends that.
  void set_pace(std::chrono::milliseconds pace) noexcept { pace_ = pace; }

  /// Waits; false if the peer hung up or the socket was interrupted meanwhile.
  [[nodiscard]] bool pause(std::chrono::milliseconds duration) const;

  /// Reads and drops until `read` would return 0.
  void drain();
  /// Sends FIN, drains and closes. Closing with unread bytes would send RST instead.
  void close_gracefully();
  /// Closes with RST.
  void reset();
  /// Closes; harmless if already closed.
  void close();
  /// Wakes the thread that uses the socket: from now on reads and writes find the stream ended.
  void interrupt();

 private:
  /// Guards the descriptor between `close` and `interrupt`, so that no foreign descriptor of the
  /// same number is ever shut down.
  std::unique_ptr<std::mutex> mutex_ = std::make_unique<std::mutex>();
  int descriptor_;
  std::chrono::milliseconds pace_{0};
};

}  // namespace telltale::support
