#include "app/directory_watch.hpp"

#include <cerrno>
#include <cstdint>
#include <sys/inotify.h>
#include <system_error>
#include <utility>

#include <boost/asio/buffer.hpp>

namespace telltale::app {

namespace {

// A file is written, replaced, removed, or made readable; or the directory itself goes.
constexpr std::uint32_t events = IN_CLOSE_WRITE | IN_CREATE | IN_MOVED_TO | IN_MOVED_FROM |
                                 IN_DELETE | IN_ATTRIB | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR;

/// `limit` is the setting that is too low where the system has run out.
std::string explain(int error, const std::string& limit) {
  const bool has_run_out = error == EMFILE || error == ENOSPC;
  return "inotify: " + std::generic_category().message(error) +
         (has_run_out ? "; raise " + limit : "");
}

}  // namespace

DirectoryWatch::DirectoryWatch(boost::asio::io_context& context, std::function<void()> on_event)
    : on_event_(std::move(on_event)),
      descriptor_(inotify_init1(IN_NONBLOCK | IN_CLOEXEC)),
      stream_(context) {
  if (descriptor_ < 0) {
    error_ = explain(errno, "fs.inotify.max_user_instances");
    return;
  }
  stream_.assign(descriptor_);
}

std::string DirectoryWatch::watch(const std::set<std::string>& directories) {
  if (descriptor_ < 0) {
    return error_;
  }
  std::string unheard;
  std::set<int> wanted;
  for (const std::string& directory : directories) {
    const int number = inotify_add_watch(descriptor_, directory.c_str(), events);
    if (number >= 0) {
      wanted.insert(number);
    } else if (unheard.empty() && errno != ENOENT && errno != ENOTDIR) {
      unheard = directory + ": " + explain(errno, "fs.inotify.max_user_watches");
    }
  }
  for (const int number : watched_) {
    if (!wanted.contains(number)) {
      inotify_rm_watch(descriptor_, number);  // in vain for a directory that is gone
    }
  }
  watched_ = std::move(wanted);
  return unheard;
}

void DirectoryWatch::start() {
  if (descriptor_ >= 0) {
    read_on();
  }
}

void DirectoryWatch::stop() {
  boost::system::error_code ignored;
  stream_.cancel(ignored);
}

void DirectoryWatch::read_on() {
  stream_.async_read_some(boost::asio::buffer(buffer_),
                          [this](const boost::system::error_code& error, std::size_t) {
                            if (!error) {
                              on_event_();
                              read_on();
                            }
                          });
}

}  // namespace telltale::app
