#include "fleet/file.hpp"

#include <cerrno>
#include <fcntl.h>
#include <system_error>
#include <unistd.h>

#include "telltale/pki/secret.hpp"

namespace telltale::fleet {
namespace {

/// Closes a descriptor when it goes.
class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}

  ~Descriptor() {
    if (number_ >= 0) {
      ::close(number_);
    }
  }

  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  [[nodiscard]] int get() const noexcept { return number_; }

 private:
  int number_;
};

Error unreadable(int error) {
  return Error(Errc::unreadable, "cannot be read: " + std::system_category().message(error));
}

}  // namespace

Result<std::string> read_file(const std::string& file, std::size_t max_bytes) {
  const Descriptor descriptor(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  if (descriptor.get() < 0) {
    return unreadable(errno);
  }
  // No stream and no growing: neither leaves pieces of a password behind in memory.
  std::string bytes(max_bytes + 1, '\0');
  std::size_t size = 0;
  while (size < bytes.size()) {
    const ssize_t count = ::read(descriptor.get(), bytes.data() + size, bytes.size() - size);
    if (count < 0 && errno == EINTR) {
      continue;
    }
    if (count < 0) {
      return unreadable(errno);
    }
    if (count == 0) {
      bytes.resize(size);
      return bytes;
    }
    size += static_cast<std::size_t>(count);
  }
  pki::wipe(bytes);
  return Error(Errc::malformed, "is larger than " + std::to_string(max_bytes) + " bytes");
}

}  // namespace telltale::fleet
