#include "net/http/client.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <sys/socket.h>
#include <sys/time.h>

#include <openssl/err.h>

#include "support/keys.hpp"

namespace telltale::http_test {
namespace {

support::Socket connect_to(const std::string& address, int receive_buffer) {
  const auto colon = address.rfind(':');
  std::string host = address.substr(0, colon);
  if (host.starts_with('[')) {
    host = host.substr(1, host.size() - 2);
  }
  const auto port = static_cast<std::uint16_t>(std::stoul(address.substr(colon + 1)));
  support::Socket socket = support::Socket::connect(host, port);
  if (receive_buffer > 0) {
    setsockopt(socket.descriptor(), SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
  }
  return socket;
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

Client::Client(const std::string& address, int receive_buffer)
    : socket_(connect_to(address, receive_buffer)) {
  const timeval patience{30, 0};
  setsockopt(socket_.descriptor(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
}

bool Client::greet(const Hello& hello) {
  context_.reset(SSL_CTX_new(TLS_client_method()));
  SSL_CTX* context = context_.get();
  mint::require(context != nullptr, "make an SSL_CTX");
  SSL_CTX_set_min_proto_version(context, hello.version);
  SSL_CTX_set_max_proto_version(context, hello.version);
  if (hello.credential) {
    const auto leaf = mint::parse_certificate(hello.credential->leaf);
    const auto key = mint::parse_key(hello.credential->key);
    mint::require(SSL_CTX_use_certificate(context, leaf.get()) == 1, "use the certificate");
    mint::require(SSL_CTX_use_PrivateKey(context, key.get()) == 1, "use the private key");
  }
  ssl_.reset(SSL_new(context));
  std::string protocols;
  for (const std::string& protocol : hello.protocols) {
    protocols += static_cast<char>(protocol.size()) + protocol;
  }
  SSL_set_alpn_protos(ssl_.get(), reinterpret_cast<const unsigned char*>(protocols.data()),
                      static_cast<unsigned>(protocols.size()));
  SSL_set_fd(ssl_.get(), socket_.descriptor());
  ERR_clear_error();
  return SSL_connect(ssl_.get()) == 1;
}

std::string Client::protocol() const {
  const unsigned char* chosen = nullptr;
  unsigned size = 0;
  SSL_get0_alpn_selected(ssl_.get(), &chosen, &size);
  return {reinterpret_cast<const char*>(chosen), size};
}

bool Client::send(std::string_view bytes) {
  if (!ssl_) {
    return socket_.write(bytes);
  }
  ERR_clear_error();
  std::size_t written = 0;
  return SSL_write_ex(ssl_.get(), bytes.data(), bytes.size(), &written) == 1;
}

std::optional<Reply> Client::read_head() {
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
  return reply;
}

std::optional<Reply> Client::read_reply(bool to_head) {
  auto reply = read_head();
  if (!reply || to_head || reply->status < 200 || reply->status == 204 || reply->status == 304) {
    return reply;
  }
  const std::string length = reply->header("content-length");
  if (length.empty()) {
    return std::nullopt;
  }
  const std::size_t size = std::stoul(length);
  reply->body = read_bytes(size);
  return reply->body.size() == size ? reply : std::nullopt;
}

std::optional<std::string> Client::read_chunk() {
  const auto line = read_line();
  if (!line) {
    return std::nullopt;
  }
  const std::size_t size = std::stoul(*line, nullptr, 16);
  const std::string chunk = read_bytes(size + 2);
  return chunk.size() == size + 2 ? std::optional(chunk.substr(0, size)) : std::nullopt;
}

std::string Client::read_bytes(std::size_t size) {
  while (received_.size() < size && receive()) {
  }
  std::string bytes = received_.substr(0, size);
  received_.erase(0, bytes.size());
  return bytes;
}

bool Client::is_at_end() {
  return received_.empty() && !receive();
}

bool Client::was_told_goodbye() const {
  return (SSL_get_shutdown(ssl_.get()) & SSL_RECEIVED_SHUTDOWN) != 0;
}

void Client::finish_sending() {
  shutdown(socket_.descriptor(), SHUT_WR);
}

bool Client::receive() {
  std::array<char, 4096> piece{};
  std::size_t size = 0;
  if (ssl_) {
    ERR_clear_error();
    SSL_read_ex(ssl_.get(), piece.data(), piece.size(), &size);
  } else {
    size = socket_.read(piece);
  }
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
