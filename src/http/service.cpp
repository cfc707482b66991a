#include "http/service.hpp"

#include <boost/asio/dispatch.hpp>

namespace telltale::http {

void Entrance::enter(std::function<void()> work) {
  const std::lock_guard lock(mutex_);
  if (context_ != nullptr) {
    boost::asio::dispatch(*context_, std::move(work));
  }
}

void Entrance::close() {
  const std::lock_guard lock(mutex_);
  context_ = nullptr;
}

Service::Service(boost::asio::io_context& context, FailureListener listener, Limits most)
    : on_failure(std::move(listener)),
      limits(most),
      entrance(std::make_shared<Entrance>(context)) {}

void Service::report(std::string_view where, std::string_view what) const {
  if (on_failure) {
    on_failure(where, what);
  }
}

void Service::report(std::string_view where, const std::exception_ptr& failure) const {
  try {
    std::rethrow_exception(failure);
  } catch (const std::exception& exception) {
    report(where, exception.what());
  } catch (...) {
    report(where, "an exception that is no std::exception");
  }
}

}  // namespace telltale::http
