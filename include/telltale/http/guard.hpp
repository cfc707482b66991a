#pragma once
// Guard: who may ask, and over what. The server asks it; web_config.hpp makes one.

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <openssl/types.h>

namespace telltale::http {

class Guard {
 public:
  Guard() = default;
  virtual ~Guard() = default;
  Guard(const Guard&) = delete;
  Guard& operator=(const Guard&) = delete;

  /// The context for one more connection, with the certificates as they are now; null: plain HTTP.
  /// On the serving thread, which it must not hold up: files are read elsewhere. The server sets
  /// its ALPN callback; whoever asks for client certificates sets a session id context or takes
  /// tickets and the session cache off (SSL_CTX_set_session_id_context(3)).
  [[nodiscard]] virtual std::shared_ptr<SSL_CTX> tls() = 0;

  /// Whether the certificate that a client presented may come in, beyond that it verifies
  /// (`client_allowed_sans`), and by what is asked of clients now. Called after the handshake and
  /// at each request, with `ssl` of tls(); false ends the connection.
  [[nodiscard]] virtual bool admits(SSL* ssl) = 0;

  /// Added to every response that has none of that name (`http_server_config.headers`; a handler's
  /// own field counts with exporter-toolkit, too).
  [[nodiscard]] virtual const std::vector<std::pair<std::string, std::string>>& headers() const = 0;

  /// Whether a request needs an Authorization that proves to be right.
  [[nodiscard]] virtual bool asks_who() const = 0;

  /// Judges the value of a request's Authorization header, empty if absent. `decided` is called
  /// once, at once or later and on any thread; nothing if it cannot be judged now (too many wait).
  virtual void identify(std::string authorization,
                        std::function<void(std::optional<bool>)> decided) = 0;
};

}  // namespace telltale::http
