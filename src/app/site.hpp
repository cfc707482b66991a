#pragma once
// Site: answers what HTTP asks, from the newest snapshot or by what it has done for it.

#include <functional>
#include <string>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "telltale/http/metrics_cache.hpp"
#include "telltale/http/router.hpp"
#include "telltale/http/server.hpp"

#include "app/look_on_demand.hpp"
#include "app/publisher.hpp"

namespace telltale::app {

class Site {
 public:
  /// `probing` is the publisher's context. All must outlive it. `timeout_offset`: so much sooner
  /// than its scraper's timeout a look on demand ends.
  Site(boost::asio::io_context& probing, Publisher& publisher, LookOnDemand& looks,
       Duration timeout_offset);

  /// Answers one request that came to `place`; on the serving thread.
  void answer(const http::Place& place, const http::Request& request, const http::Reply& reply);

  /// Begins to tell `broadcast` of new snapshots, at most once a second; on the probing thread.
  void tell(std::function<void(std::string)> broadcast);

  /// Tells nobody any more; on the probing thread.
  void stop();

 private:
  void reload(const http::Reply& reply);
  void probe(const http::ProbeRequest& request, const http::Reply& reply);
  void tell_of(const gate::Snapshot& snapshot);

  boost::asio::io_context& probing_;
  Publisher& publisher_;
  LookOnDemand& looks_;
  Duration timeout_offset_;
  http::MetricsCache cache_;
  // The probing thread's:
  std::function<void(std::string)> broadcast_;
  boost::asio::steady_timer pause_;  // between two events
  bool is_pausing_ = false;
  bool is_news_waiting_ = false;
};

}  // namespace telltale::app
