#include "app/site.hpp"

#include <chrono>
#include <utility>
#include <variant>

#include <boost/asio/post.hpp>

#include "telltale/app/process_metrics.hpp"

namespace telltale::app {

namespace asio = boost::asio;

namespace {

// Nobody reads faster, and every event makes each open page ask for itself anew.
constexpr auto pause_between_events = std::chrono::seconds(1);

}  // namespace

Site::Site(asio::io_context& probing, Publisher& publisher, LookOnDemand& looks,
           Duration timeout_offset)
    : probing_(probing),
      publisher_(publisher),
      looks_(looks),
      timeout_offset_(timeout_offset),
      pause_(probing) {}

void Site::answer(const http::Place& place, const http::Request& request,
                  const http::Reply& reply) {
  const http::World world{.snapshot = publisher_.snapshot(),
                          .now = read_clocks(),
                          .process = read_process_figures(),
                          .place = place,
                          .config = publisher_.config()};
  http::Answer answer = http::handle(request, world, cache_);
  if (auto* response = std::get_if<http::Response>(&answer)) {
    reply(std::move(*response));
  } else if (std::holds_alternative<http::ReloadRequest>(answer)) {
    reload(reply);
  } else if (const auto* asked = std::get_if<http::ProbeRequest>(&answer)) {
    probe(*asked, reply);
  } else if (std::holds_alternative<http::WatchRequest>(answer)) {
    reply(http::watch_response(*world.snapshot, world.now));
  }
}

void Site::reload(const http::Reply& reply) {
  asio::post(probing_, [&publisher = publisher_, reply] {
    publisher.reload(
        [reply](const Result<CivilTime>& outcome) { reply(http::reload_response(outcome)); });
  });
}

void Site::probe(const http::ProbeRequest& request, const http::Reply& reply) {
  looks_.look(publisher_.plan(), request.target,
              time_for_look(request.scrape_timeout, timeout_offset_),
              [request, reply](const render::ProbeReportPtr& report) {
                reply(http::probe_response(request, report));
              });
}

void Site::tell(std::function<void(std::string)> broadcast) {
  broadcast_ = std::move(broadcast);
  publisher_.on_snapshot([this](const gate::Snapshot& snapshot) { tell_of(snapshot); });
}

void Site::stop() {
  publisher_.on_snapshot({});
  pause_.cancel();
}

void Site::tell_of(const gate::Snapshot& snapshot) {
  is_news_waiting_ = is_pausing_;
  if (is_pausing_) {
    return;
  }
  broadcast_(http::watch_event(snapshot, read_clocks()));
  is_pausing_ = true;
  pause_.expires_after(pause_between_events);
  pause_.async_wait([this](const boost::system::error_code& error) {
    is_pausing_ = false;
    if (!error && is_news_waiting_) {
      tell_of(*publisher_.snapshot());
    }
  });
}

}  // namespace telltale::app
