#include "pki/read_file.hpp"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <vector>

#include <openssl/crypto.h>

namespace telltale::pki {

namespace {

constexpr std::size_t max_file_size = 16UL * 1024 * 1024;
constexpr std::size_t smallest_buffer = 4096;

class Descriptor {
 public:
  explicit Descriptor(const std::string& file)
      : descriptor_(::open(file.c_str(), O_RDONLY | O_CLOEXEC)) {}

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

Error unreadable(const std::string& file) {
  return {Errc::unreadable, file + ": " + std::generic_category().message(errno)};
}

/// The size to begin with; a pipe has none.
std::size_t expected_size(int descriptor) {
  struct stat status{};
  const bool is_known = ::fstat(descriptor, &status) == 0 && status.st_size > 0;
  return std::clamp(is_known ? static_cast<std::size_t>(status.st_size) + 1 : 0, smallest_buffer,
                    max_file_size + 1);
}

/// Doubles a buffer and wipes the old one, which std::vector would only free.
void grow(std::vector<char>& bytes) {
  std::vector<char> larger(std::min(2 * bytes.size(), max_file_size + 1));
  std::ranges::copy(bytes, larger.begin());
  OPENSSL_cleanse(bytes.data(), bytes.size());
  bytes.swap(larger);
}

}  // namespace

Result<Secret> read_file(const std::string& file) {
  const Descriptor descriptor(file);
  if (descriptor.get() < 0) {
    return unreadable(file);
  }
  std::vector<char> bytes(expected_size(descriptor.get()));
  std::size_t size = 0;
  while (true) {
    if (size > max_file_size) {
      OPENSSL_cleanse(bytes.data(), bytes.size());
      return Error(Errc::invalid_value, file + ": is larger than 16 MiB");
    }
    if (size == bytes.size()) {
      grow(bytes);
    }
    const ssize_t count = ::read(descriptor.get(), bytes.data() + size, bytes.size() - size);
    if (count < 0 && errno == EINTR) {
      continue;
    }
    if (count < 0) {
      Error error = unreadable(file);
      OPENSSL_cleanse(bytes.data(), bytes.size());
      return error;
    }
    if (count == 0) {
      bytes.resize(size);
      return Secret(std::move(bytes));
    }
    size += static_cast<std::size_t>(count);
  }
}

}  // namespace telltale::pki
