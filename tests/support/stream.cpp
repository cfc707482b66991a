#include "support/stream.hpp"

#include <array>

namespace telltale::support {

bool Stream::read_more() {
  std::array<char, 16384> buffer{};
  const std::size_t size = read_some(buffer);
  unread_.append(buffer.data(), size);
  return size > 0;
}

std::optional<std::string> Stream::read_until(std::string_view delimiter) {
  constexpr std::size_t limit = 65536;
  std::size_t position = unread_.find(delimiter);
  while (position == std::string::npos) {
    if (unread_.size() > limit || !read_more()) {
      return std::nullopt;
    }
    position = unread_.find(delimiter);
  }
  std::string text = unread_.substr(0, position);
  unread_.erase(0, position + delimiter.size());
  return text;
}

std::optional<std::string> Stream::read_exactly(std::size_t size) {
  while (unread_.size() < size) {
    if (!read_more()) {
      return std::nullopt;
    }
  }
  std::string text = unread_.substr(0, size);
  unread_.erase(0, size);
  return text;
}

std::size_t PlainStream::read_some(std::span<char> buffer) {
  return socket().read(buffer);
}

bool PlainStream::write(std::string_view bytes) {
  return socket().write(bytes);
}

}  // namespace telltale::support
