#include "app/web_watch.hpp"

#include <chrono>
#include <exception>
#include <set>
#include <utility>

#include <boost/asio/post.hpp>

#include "telltale/app/file_signature.hpp"

namespace telltale::app {

namespace asio = boost::asio;

namespace {

// Events come in swarms: a rotation is several of them.
constexpr auto after_an_event = std::chrono::milliseconds(150);
// For what makes no event: network file systems, directories that nobody could watch.
constexpr auto poll_interval = std::chrono::seconds(4);

std::set<std::string> directories_beside(const http::WebGuard& guard) {
  std::set<std::string> directories;
  for (const std::string& file : guard.files()) {
    directories.merge(directories_of(file));
  }
  return directories;
}

}  // namespace

WebWatch::WebWatch(asio::io_context& context, std::shared_ptr<http::WebGuard> guard,
                   Listener listener)
    : context_(context),
      guard_(std::move(guard)),
      listener_(std::move(listener)),
      watch_(context, [this] { refresh_within(after_an_event); }),
      soon_(context),
      poll_(context),
      thread_(1) {}

WebWatch::~WebWatch() {
  thread_.join();
}

void WebWatch::start() {
  watch_.start();
  refresh();
  poll();
}

void WebWatch::stop() {
  is_stopped_ = true;
  watch_.stop();
  soon_.cancel();
  poll_.cancel();
}

void WebWatch::refresh_within(Duration gap) {
  const SteadyTime then = SteadyTime::clock::now() + gap;
  if (is_stopped_ || (is_soon_ && soon_.expiry() <= then)) {
    return;
  }
  is_soon_ = true;
  soon_.expires_at(then);
  soon_.async_wait([this](const boost::system::error_code& error) {
    if (!error) {
      is_soon_ = false;
      refresh();
    }
  });
}

void WebWatch::refresh() {
  is_wanted_again_ = is_reading_;
  if (is_reading_ || is_stopped_) {
    return;
  }
  is_reading_ = true;
  asio::post(thread_, [this] {
    http::WebRefresh refreshed;
    try {
      (void)watch_.watch(directories_beside(*guard_));  // what is not heard of is polled
      refreshed = guard_->refresh(SteadyTime::clock::now());
    } catch (const std::exception& exception) {
      refreshed.error = exception.what();
    }
    asio::post(context_, [this, refreshed] { take(refreshed); });
  });
}

void WebWatch::take(const http::WebRefresh& refreshed) {
  is_reading_ = false;
  if (is_stopped_) {
    return;
  }
  if (refreshed.is_renewed) {
    listener_.on_renewed();
  }
  if (!refreshed.error.empty()) {
    listener_.on_failure(refreshed.error);
  }
  if (refreshed.again_in) {
    refresh_within(*refreshed.again_in);
  }
  if (std::exchange(is_wanted_again_, false)) {
    refresh();
  }
}

void WebWatch::poll() {
  poll_.expires_after(poll_interval);
  poll_.async_wait([this](const boost::system::error_code& error) {
    if (!error) {
      refresh();
      poll();
    }
  });
}

}  // namespace telltale::app
