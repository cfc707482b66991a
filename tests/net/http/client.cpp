#include "net/http/client.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <sys/socket.h>
#include <sys/time.h>

namespace telltale::http_test {
namespace {

support::Socket connect_to(const std::string& address) {
  const auto colon = address.rfind(':');
  std::string host = address.substr(0, colon);
  if (host.starts_with('[')) {
    host = host.substr(1, host.size() - 2);
  }
  return support::Socket::connect(
      host, static_cast<std::uint16_t>(std::stoul(address.substr(colon + 1))));
}

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

}  // namespace

std::string Reply::header(const std::string& name) const {
  return headers.count(name) == 1 ? headers.find(name)->second : std::string();
}

Client::Client(const std::string& address) : socket_(connect_to(address)) {
  const timeval patience{30, 0};
  setsockopt(socket_.descriptor(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
}

std::optional<Reply> Client::read_reply(bool to_head) {
  const auto status_line = read_line();
  if (!status_line || status_line->size() < 12 || !status_line->starts_with("HTTP/1.")) {
    return std::nullopt;
  }
  Reply reply;
  reply.status = static_cast<unsigned>(std::stoul(status_line->substr(9, 3)));
  for (auto line = read_line(); !line || !line->empty(); line = read_line()) {
    const auto colon = line ? line->find(": ") : std::string::npos;
    if (colon == std::string::npos) {
      return std::nullopt;
    }
    reply.headers.emplace(lower(line->substr(0, colon)), line->substr(colon + 2));
  }
  if (to_head || reply.status == 100) {
    return reply;
  }
  const std::string length = reply.header("content-length");
  if (length.empty()) {
    return std::nullopt;
  }
  const std::size_t size = std::stoul(length);
  while (received_.size() < size) {
    if (!receive()) {
      return std::nullopt;
    }
  }
  reply.body = received_.substr(0, size);
  received_.erase(0, size);
  return reply;
}

bool Client::is_at_end() {
  return received_.empty() && socket_.peek() < 0;
}

void Client::finish_sending() {
  shutdown(socket_.descriptor(), SHUT_WR);
}

bool Client::receive() {
  std::array<char, 4096> piece{};
  const std::size_t size = socket_.read(piece);
  received_.append(piece.data(), size);
  return size > 0;
}

std::optional<std::string> Client::read_line() {
  std::size_t end = received_.find("\r\n");
  while (end == std::string::npos) {
    if (!receive()) {
      return std::nullopt;
    }
    end = received_.find("\r\n");
  }
  std::string line = received_.substr(0, end);
  received_.erase(0, end + 2);
  return line;
}

std::string get(std::string_view path, std::string_view more_headers) {
  return "GET " + std::string(path) + " HTTP/1.1\r\nHost: telltale\r\n" +
         std::string(more_headers) + "\r\n";
}

}  // namespace telltale::http_test
