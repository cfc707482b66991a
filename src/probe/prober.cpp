#include "telltale/probe/prober.hpp"

#include <exception>

#include <boost/asio/co_spawn.hpp>

#include "probe/look.hpp"

namespace telltale::probe {

namespace {

Awaitable<void> look_and_report(boost::asio::io_context& io,
                                std::shared_ptr<Prober::Contexts> contexts, LookRequest request,
                                std::function<void(Observation)> done,
                                std::function<void(std::string)> on_internal_error) {
  Look look(io, std::move(request));
  // Nothing that a peer does throws. What does is a bug or a machine out of memory, after which the
  // observation holds no attempt: nobody can take it for a look.
  try {
    co_await look.run(*contexts);
  } catch (const std::exception& exception) {
    look.forget();
    on_internal_error(exception.what());
  }
  done(look.take());
}

// What comes here was thrown by `done` itself, and ends the io_context's run().
void rethrow(const std::exception_ptr& exception) {
  if (exception) {
    std::rethrow_exception(exception);
  }
}

}  // namespace

Prober::Prober(boost::asio::io_context& context, CivilTime now,
               std::function<void(std::string)> on_internal_error)
    : context_(context),
      contexts_(std::make_shared<Contexts>(now)),
      on_internal_error_(std::move(on_internal_error)) {}

Prober::~Prober() = default;

void Prober::keep_only(const std::set<pki::IdentityPtr>& in_use) {
  contexts_ = std::make_shared<Contexts>(*contexts_, in_use);
}

void Prober::look(LookRequest request, std::function<void(Observation)> done) {
  boost::asio::co_spawn(
      context_,
      look_and_report(context_, contexts_, std::move(request), std::move(done), on_internal_error_),
      rethrow);
}

}  // namespace telltale::probe
