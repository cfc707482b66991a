// telltale: tells whether a Spinnaker fleet is ready for mutual TLS. See docs/architecture.md.

#include <csignal>
#include <exception>
#include <iostream>
#include <malloc.h>

#include "telltale/app/commands.hpp"

int main(int argc, char** argv) {
  // libssl writes to sockets without MSG_NOSIGNAL.
  std::signal(SIGPIPE, SIG_IGN);
  // Asks a daemon to reload, and nobody to end: not a check, nor a daemon that is just starting.
  std::signal(SIGHUP, SIG_IGN);
  // Two threads allocate much; more arenas would only hold freed memory.
  mallopt(M_ARENA_MAX, 2);
  try {
    return telltale::app::run(argc, argv);
  } catch (const std::exception& exception) {
    std::cerr << "telltale: " << exception.what() << '\n';
    return 2;
  }
}
