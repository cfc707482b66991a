#include "probe/resp_reader.hpp"

#include <stdexcept>
#include <string.h>  // explicit_bzero
#include <utility>
#include <vector>

#include <hiredis/hiredis.h>

namespace telltale::probe {

namespace {

constexpr std::size_t byte_limit = 64 * 1024;
constexpr std::size_t element_limit = 256;

RespValue::Kind kind_of(int type) {
  switch (type) {
    case REDIS_REPLY_STATUS:
      return RespValue::Kind::status;
    case REDIS_REPLY_ERROR:
      return RespValue::Kind::error;
    case REDIS_REPLY_STRING:
      return RespValue::Kind::string;
    default:
      return RespValue::Kind::nil;
  }
}

}  // namespace

/// hiredis makes objects through these and owns none: whatever it is handed is this very struct.
struct RespReader::Objects {
  RespValue root;
  std::size_t elements = 0;
  bool too_many = false;

  /// Null makes hiredis give up, which it reports as being out of memory.
  void* note(const redisReadTask* task, RespValue value, std::size_t announced = 0) {
    elements += 1;
    if (elements + announced > element_limit) {
      too_many = true;
      return nullptr;
    }
    if (task->parent == nullptr) {
      root = std::move(value);
    }
    return this;
  }

  static Objects& of(const redisReadTask* task) { return *static_cast<Objects*>(task->privdata); }

  static void* create_string(const redisReadTask* task, char* text, size_t size) {
    RespValue value{kind_of(task->type), std::string(text, size)};
    return of(task).note(task, std::move(value));
  }

  static void* create_array(const redisReadTask* task, int size) {
    const auto announced = size > 0 ? static_cast<std::size_t>(size) : 0;
    return of(task).note(task, {RespValue::Kind::array, {}}, announced);
  }

  static void* create_integer(const redisReadTask* task, long long number) {
    return of(task).note(task, {RespValue::Kind::integer, std::to_string(number)});
  }

  static void* create_nil(const redisReadTask* task) {
    return of(task).note(task, {RespValue::Kind::nil, {}});
  }

  static void free_object(void* /*object*/) {}

  static redisReplyObjectFunctions* functions() {
    static redisReplyObjectFunctions table = {create_string, create_array, create_integer,
                                              create_nil, free_object};
    return &table;
  }
};

std::string resp_command(std::initializer_list<std::string_view> words) {
  std::vector<const char*> texts;
  std::vector<size_t> sizes;
  for (const std::string_view word : words) {
    texts.push_back(word.data());
    sizes.push_back(word.size());
  }
  char* spelled = nullptr;
  const int size =
      redisFormatCommandArgv(&spelled, static_cast<int>(texts.size()), texts.data(), sizes.data());
  if (size < 0) {
    throw std::bad_alloc();
  }
  const auto length = static_cast<std::size_t>(size);
  std::string command(spelled, length);
  explicit_bzero(spelled, length);
  redisFreeCommand(spelled);
  return command;
}

void RespReader::Free::operator()(redisReader* reader) const noexcept {
  redisReaderFree(reader);
}

RespReader::RespReader()
    : objects_(std::make_unique<Objects>()),
      reader_(redisReaderCreateWithFunctions(Objects::functions())) {
  if (!reader_) {
    throw std::bad_alloc();
  }
  reader_->privdata = objects_.get();
}

RespReader::~RespReader() = default;

ReaderState RespReader::feed(std::string_view bytes) {
  fed_ += bytes.size();
  if (fed_ > byte_limit) {
    error_ = "the answer exceeds " + std::to_string(byte_limit) + " bytes";
    return ReaderState::oversize;
  }
  void* reply = nullptr;
  const bool fed = redisReaderFeed(reader_.get(), bytes.data(), bytes.size()) == REDIS_OK;
  if (fed && redisReaderGetReply(reader_.get(), &reply) == REDIS_OK) {
    return reply == nullptr ? ReaderState::more : ReaderState::done;
  }
  if (objects_->too_many) {
    error_ = "the answer has more than " + std::to_string(element_limit) + " elements";
    return ReaderState::oversize;
  }
  error_ = static_cast<const char*>(reader_->errstr);
  return ReaderState::malformed;
}

RespValue RespReader::take() {
  fed_ = 0;
  objects_->elements = 0;
  return std::exchange(objects_->root, {});
}

}  // namespace telltale::probe
