// telltale_test_peer: a TestPeer as a program, for fleets made of processes.
#include <charconv>
#include <csignal>
#include <cstdint>
#include <functional>
#include <iostream>
#include <map>
#include <pthread.h>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "support/pem.hpp"
#include "support/test_peer.hpp"

namespace {

using telltale::support::Application;
using telltale::support::ClientAuth;
using telltale::support::PeerOptions;
using telltale::support::read_certificates;
using telltale::support::TestPeer;
using telltale::support::Transport;

constexpr const char* usage =
    R"(usage: telltale_test_peer [flags]

  --listen ADDRESS:PORT            default 127.0.0.1:0, any free port
  --certificate FILE               PEM, the leaf first, then its chain
  --key FILE                       PEM, not encrypted
  --client-auth none|want|need     default none
  --client-ca FILE                 PEM bundle that client certificates are verified against
  --authorities FILE               PEM bundle whose subjects the CertificateRequest names instead
  --accept-any-certificate         no client certificate is verified
  --application http|redis         default http
  --health-status N                the status of every HTTP reply, default 200
  --plaintext                      no TLS

Prints "listening on ADDRESS:PORT" when ready and serves until SIGTERM or SIGINT.
)";

/// A command line that makes no sense; what() says why.
struct UsageError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

int parse_number(std::string_view text, int least, int most) {
  int number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size() || number < least || number > most) {
    throw UsageError("not a number from " + std::to_string(least) + " to " + std::to_string(most) +
                     ": " + std::string(text));
  }
  return number;
}

template <class Value>
Value choose(std::string_view text, const std::map<std::string_view, Value>& choices) {
  const auto choice = choices.find(text);
  if (choice == choices.end()) {
    throw UsageError("unknown value " + std::string(text));
  }
  return choice->second;
}

/// What was asked for: the peer, and files that are read once the flags are known to make sense.
struct Arguments {
  PeerOptions peer;
  std::string certificate;
  std::string key;
  std::string client_ca;
  std::string authorities;
};

void parse_listen(std::string_view text, PeerOptions& peer) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) {
    throw UsageError("not ADDRESS:PORT: " + std::string(text));
  }
  std::string_view address = text.substr(0, colon);
  if (address.starts_with('[') && address.ends_with(']')) {
    address = address.substr(1, address.size() - 2);
  }
  peer.address = address;
  peer.port = static_cast<std::uint16_t>(parse_number(text.substr(colon + 1), 0, 65535));
}

Arguments parse(const std::vector<std::string_view>& words) {
  Arguments arguments;
  PeerOptions& peer = arguments.peer;
  const std::map<std::string_view, std::function<void(std::string_view)>> flags_with_value = {
      {"--listen", [&](std::string_view text) { parse_listen(text, peer); }},
      {"--certificate", [&](std::string_view text) { arguments.certificate = text; }},
      {"--key", [&](std::string_view text) { arguments.key = text; }},
      {"--client-auth",
       [&](std::string_view text) {
         peer.client_auth = choose<ClientAuth>(
             text,
             {{"none", ClientAuth::none}, {"want", ClientAuth::want}, {"need", ClientAuth::need}});
       }},
      {"--client-ca", [&](std::string_view text) { arguments.client_ca = text; }},
      {"--authorities", [&](std::string_view text) { arguments.authorities = text; }},
      {"--application",
       [&](std::string_view text) {
         peer.application = choose<Application>(
             text, {{"http", Application::http}, {"redis", Application::redis}});
       }},
      {"--health-status",
       [&](std::string_view text) { peer.http.status = parse_number(text, 100, 599); }},
  };
  const std::map<std::string_view, std::function<void()>> switches = {
      {"--accept-any-certificate", [&] { peer.verifies_client = false; }},
      {"--plaintext", [&] { peer.transport = Transport::plaintext; }},
  };

  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string_view flag = words[i].substr(0, words[i].find('='));
    const bool has_value = flag.size() < words[i].size();
    if (const auto found = switches.find(flag); found != switches.end() && !has_value) {
      found->second();
      continue;
    }
    const auto found = flags_with_value.find(flag);
    if (found == flags_with_value.end()) {
      throw UsageError("unknown flag " + std::string(words[i]));
    }
    if (!has_value && i + 1 == words.size()) {
      throw UsageError(std::string(flag) + " needs a value");
    }
    found->second(has_value ? words[i].substr(flag.size() + 1) : words[++i]);
  }
  return arguments;
}

void check(const Arguments& arguments) {
  const PeerOptions& peer = arguments.peer;
  const bool speaks_tls = peer.transport == Transport::tls;
  if (arguments.certificate.empty() != arguments.key.empty()) {
    throw UsageError("--certificate and --key go together");
  }
  if (speaks_tls && arguments.certificate.empty()) {
    throw UsageError("--certificate and --key are needed, unless --plaintext");
  }
  if (!speaks_tls && peer.client_auth != ClientAuth::none) {
    throw UsageError("--client-auth makes no sense with --plaintext");
  }
  const bool verifies = peer.client_auth != ClientAuth::none && peer.verifies_client;
  if (verifies && arguments.client_ca.empty()) {
    throw UsageError("--client-auth want or need asks for --client-ca or --accept-any-certificate");
  }
}

void read_files(Arguments& arguments) {
  PeerOptions& peer = arguments.peer;
  if (!arguments.certificate.empty()) {
    peer.credential = telltale::support::read_credential(arguments.certificate, arguments.key);
  }
  if (!arguments.client_ca.empty()) {
    peer.trust = read_certificates(arguments.client_ca);
  }
  if (!arguments.authorities.empty()) {
    peer.authorities = telltale::mint::subjects_of(read_certificates(arguments.authorities));
  }
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string_view> words(argv + 1, argv + argc);
  if (words.size() == 1 && words.front() == "--help") {
    std::cout << usage;
    return 0;
  }
  // Blocked before the first thread is made, so that no thread but this one ever takes them.
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  try {
    Arguments arguments = parse(words);
    check(arguments);
    read_files(arguments);
    const TestPeer peer(arguments.peer);
    std::cout << "listening on " << peer.endpoint() << std::endl;
    int signal = 0;
    sigwait(&signals, &signal);
    return 0;
  } catch (const UsageError& error) {
    std::cerr << "telltale_test_peer: " << error.what() << "\n" << usage;
    return 2;
  } catch (const std::exception& error) {
    std::cerr << "telltale_test_peer: " << error.what() << "\n";
    return 1;
  }
}
