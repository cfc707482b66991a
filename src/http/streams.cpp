#include "http/streams.hpp"

#include <utility>

namespace telltale::http {

bool Streams::keep(std::string event) {
  auto kept = std::make_shared<const std::string>(std::move(event));
  const std::lock_guard lock(mutex_);
  newest_ = std::move(kept);
  ++count_;
  return is_listened_to_ && !std::exchange(is_on_its_way_, true);
}

void Streams::deliver() {
  forget_the_gone();
  Event event;
  {
    const std::lock_guard lock(mutex_);
    is_on_its_way_ = false;
    is_listened_to_ = !subscribers_.empty();
    event = newest_;
  }
  for (const auto& weak : subscribers_) {
    if (const auto subscriber = weak.lock()) {
      subscriber->event = event;
      subscriber->news.cancel();
    }
  }
}

std::uint64_t Streams::count() const {
  const std::lock_guard lock(mutex_);
  return count_;
}

std::shared_ptr<Subscriber> Streams::join(const boost::asio::any_io_executor& executor,
                                          std::uint64_t known) {
  forget_the_gone();
  auto subscriber = std::make_shared<Subscriber>(executor);
  subscribers_.push_back(subscriber);
  const std::lock_guard lock(mutex_);
  is_listened_to_ = true;
  subscriber->event = count_ > known ? newest_ : nullptr;
  return subscriber;
}

std::size_t Streams::size() {
  forget_the_gone();
  return subscribers_.size();
}

void Streams::wake() {
  for (const auto& weak : subscribers_) {
    if (const auto subscriber = weak.lock()) {
      subscriber->news.cancel();
    }
  }
}

void Streams::forget_the_gone() {
  std::erase_if(subscribers_, [](const auto& weak) { return weak.expired(); });
}

}  // namespace telltale::http
