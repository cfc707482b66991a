#pragma once
// Streams: the clients that are told of every event, and the newest event there was.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

namespace telltale::http {

using Event = std::shared_ptr<const std::string>;

/// A client of a stream. Lives on the serving thread, shared with the one that waits for the client
/// to speak, which may call when the stream is over.
struct Subscriber {
  explicit Subscriber(const boost::asio::any_io_executor& executor) : news(executor) {}

  Event event;                     ///< the newest that was not sent yet, or null
  bool has_spoken = false;         ///< the client sent something, or is gone
  boost::asio::steady_timer news;  ///< cancelled when one of these changes
};

/// What was told while nobody listened costs a string, and one that is not sent yet is replaced by
/// the next: nothing queues up, however fast events come and however slow clients are.
class Streams {
 public:
  /// Keeps the newest event. True: the serving thread is to be sent to deliver(). Any thread.
  [[nodiscard]] bool keep(std::string event);

  /// Hands the newest event to all subscribers.
  void deliver();

  /// How many events there were. Whoever joins() with an older number gets the newest at once.
  [[nodiscard]] std::uint64_t count() const;

  /// Adds a subscriber for as long as the pointer lives.
  [[nodiscard]] std::shared_ptr<Subscriber> join(const boost::asio::any_io_executor& executor,
                                                 std::uint64_t known);

  [[nodiscard]] std::size_t size();

  /// Wakes all subscribers.
  void wake();

 private:
  void forget_the_gone();

  std::vector<std::weak_ptr<Subscriber>> subscribers_;  // of the serving thread only

  mutable std::mutex mutex_;  // guards what follows
  Event newest_;
  std::uint64_t count_ = 0;
  bool is_listened_to_ = false;
  bool is_on_its_way_ = false;
};

}  // namespace telltale::http
