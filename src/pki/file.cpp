#include "telltale/pki/file.hpp"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <poll.h>
#include <span>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <vector>

#include <openssl/crypto.h>

namespace telltale::pki {

namespace {

constexpr std::size_t smallest_buffer = 4096;
constexpr int patience_ms = 5000;

class Descriptor {
 public:
  explicit Descriptor(const std::string& file)
      // A FIFO that nobody writes to would hold up a blocking open for ever.
      : descriptor_(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {}

  ~Descriptor() {
    if (descriptor_ >= 0) {
      ::close(descriptor_);
    }
  }

  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  [[nodiscard]] int get() const noexcept { return descriptor_; }

 private:
  int descriptor_;
};

Error unreadable(int error) {
  return {Errc::unreadable, "cannot be read: " + std::generic_category().message(error)};
}

/// The size to begin with; a pipe has none.
std::size_t expected_size(int descriptor, std::size_t max_bytes) {
  struct stat status{};
  const bool is_known = ::fstat(descriptor, &status) == 0 && status.st_size > 0;
  const std::size_t size = is_known ? static_cast<std::size_t>(status.st_size) + 1 : 0;
  return std::min(std::max(size, smallest_buffer), max_bytes + 1);
}

/// Doubles a buffer and wipes the old one, which std::vector would only free.
void grow(std::vector<char>& bytes, std::size_t max_bytes) {
  std::vector<char> larger(std::min(2 * bytes.size(), max_bytes + 1));
  std::ranges::copy(bytes, larger.begin());
  OPENSSL_cleanse(bytes.data(), bytes.size());
  bytes.swap(larger);
}

/// Reads once, waiting for a slow pipe. 0 at the end, and -1 with errno.
ssize_t read_some(int descriptor, std::span<char> space) {
  while (true) {
    const ssize_t count = ::read(descriptor, space.data(), space.size());
    if (count >= 0 || (errno != EINTR && errno != EAGAIN)) {
      return count;
    }
    pollfd wait{.fd = descriptor, .events = POLLIN, .revents = 0};
    if (errno == EAGAIN && ::poll(&wait, 1, patience_ms) == 0) {
      errno = ETIMEDOUT;
      return -1;
    }
  }
}

}  // namespace

Result<Secret> read_file(const std::string& file, std::size_t max_bytes) {
  const Descriptor descriptor(file);
  if (descriptor.get() < 0) {
    return unreadable(errno);
  }
  std::vector<char> bytes(expected_size(descriptor.get(), max_bytes));
  std::size_t size = 0;
  while (true) {
    if (size > max_bytes) {
      OPENSSL_cleanse(bytes.data(), bytes.size());
      return Error(Errc::invalid_value, "is larger than " + std::to_string(max_bytes) + " bytes");
    }
    if (size == bytes.size()) {
      grow(bytes, max_bytes);
    }
    const ssize_t count = read_some(descriptor.get(), std::span(bytes).subspan(size));
    if (count < 0) {
      const int error = errno;
      OPENSSL_cleanse(bytes.data(), bytes.size());
      return unreadable(error);
    }
    if (count == 0) {
      bytes.resize(size);
      return Secret(std::move(bytes));
    }
    size += static_cast<std::size_t>(count);
  }
}

}  // namespace telltale::pki
