#pragma once
// DirectoryWatch: hears that something has happened in a directory.

#include <array>
#include <functional>
#include <set>
#include <string>

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

namespace telltale::app {

/// Listens through inotify(7). What exactly happened is not told: events get lost and merged, and a
/// look at the files says more. Where the system gives no inotify it is silent.
class DirectoryWatch {
 public:
  /// `on_event` is called on the io_context's thread.
  DirectoryWatch(boost::asio::io_context& context, std::function<void()> on_event);

  /// Watches these directories and no others. One that was replaced is watched anew, one that is
  /// not there is left out. May block, and be called on any one thread at a time. Returns why
  /// nothing can be heard, or nothing of one of them; empty if all can.
  [[nodiscard]] std::string watch(const std::set<std::string>& directories);

  void start();
  void stop();

 private:
  void read_on();

  std::function<void()> on_event_;
  std::string error_;
  int descriptor_ = -1;  // inotify's; `stream_` closes it
  boost::asio::posix::stream_descriptor stream_;
  std::array<char, 4096> buffer_{};
  std::set<int> watched_;  // inotify's numbers for the directories
};

}  // namespace telltale::app
