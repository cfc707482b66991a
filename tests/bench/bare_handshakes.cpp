// A bare libssl loop: the handshakes and requests of one look, made the plain way, with nothing
// recorded, judged or told. What telltale costs is measured against it, in instructions.
//
//   bare_handshakes PORT CA CERTIFICATE KEY LOOKS

#include <arpa/inet.h>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <netinet/in.h>
#include <signal.h>
#include <string>
#include <sys/socket.h>
#include <unistd.h>

#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

namespace {

using ContextPtr = std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)>;
using SslPtr = std::unique_ptr<SSL, decltype(&SSL_free)>;

const std::string request =
    "GET /health HTTP/1.1\r\nHost: localhost\r\nUser-Agent: bare\r\nAccept: */*\r\n"
    "Connection: close\r\n\r\n";

void require(bool holds, const char* what) {
  if (!holds) {
    std::fprintf(stderr, "bare_handshakes: %s failed\n", what);
    std::exit(2);
  }
}

ContextPtr make_context(int version, const char* ca) {
  ContextPtr context(SSL_CTX_new(TLS_client_method()), SSL_CTX_free);
  require(context != nullptr, "SSL_CTX_new");
  SSL_CTX_set_min_proto_version(context.get(), version);
  SSL_CTX_set_max_proto_version(context.get(), version);
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
  SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_OFF);
  require(SSL_CTX_load_verify_locations(context.get(), ca, nullptr) == 1, "loading the CA");
  return context;
}

void present(SSL_CTX* context, const char* certificate, const char* key) {
  require(SSL_CTX_use_certificate_chain_file(context, certificate) == 1 &&
              SSL_CTX_use_PrivateKey_file(context, key, SSL_FILETYPE_PEM) == 1,
          "loading the identity");
}

void present_stranger(SSL_CTX* context) {
  EVP_PKEY* key = EVP_EC_gen("P-256");
  X509* certificate = X509_new();
  X509_gmtime_adj(X509_getm_notBefore(certificate), -60);
  X509_gmtime_adj(X509_getm_notAfter(certificate), 86400);
  X509_set_pubkey(certificate, key);
  require(X509_sign(certificate, key, EVP_sha256()) > 0 &&
              SSL_CTX_use_certificate(context, certificate) == 1 &&
              SSL_CTX_use_PrivateKey(context, key) == 1,
          "making a stranger");
  X509_free(certificate);
  EVP_PKEY_free(key);
}

int connect_to(int port) {
  const int descriptor = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  require(connect(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0,
          "connect");
  return descriptor;
}

// One handshake, one request, one answer; a stranger may be turned away anywhere on the way.
void shake_hands(SSL_CTX* context, int port) {
  const int descriptor = connect_to(port);
  {
    const SslPtr ssl(SSL_new(context), SSL_free);
    SSL_set_fd(ssl.get(), descriptor);
    SSL_set_tlsext_host_name(ssl.get(), "localhost");
    SSL_set1_host(ssl.get(), "localhost");
    if (SSL_connect(ssl.get()) == 1 &&
        SSL_write(ssl.get(), request.data(), static_cast<int>(request.size())) > 0) {
      std::array<char, 4096> buffer{};
      while (SSL_read(ssl.get(), buffer.data(), static_cast<int>(buffer.size())) > 0) {
      }
      SSL_shutdown(ssl.get());
    }
  }
  close(descriptor);
}

}  // namespace

int main(int argc, char** argv) {
  require(argc == 6, "usage: bare_handshakes PORT CA CERTIFICATE KEY LOOKS;");
  signal(SIGPIPE, SIG_IGN);
  const int port = std::atoi(argv[1]);
  const int looks = std::atoi(argv[5]);
  std::array<std::array<ContextPtr, 3>, 2> contexts = {
      {{make_context(TLS1_3_VERSION, argv[2]), make_context(TLS1_3_VERSION, argv[2]),
        make_context(TLS1_3_VERSION, argv[2])},
       {make_context(TLS1_2_VERSION, argv[2]), make_context(TLS1_2_VERSION, argv[2]),
        make_context(TLS1_2_VERSION, argv[2])}}};
  for (auto& [nothing, identity, stranger] : contexts) {
    present(identity.get(), argv[3], argv[4]);
    present_stranger(stranger.get());
  }
  for (int look = 0; look < looks; ++look) {
    for (const auto& by_presentation : contexts) {
      for (const ContextPtr& context : by_presentation) {
        shake_hands(context.get(), port);
      }
    }
  }
  return 0;
}
