// RESP answers, one after the other.

#include "probe/resp_reader.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view answer(reinterpret_cast<const char*>(data), size);
  const std::size_t cut = size == 0 ? 0 : data[0] % size;
  telltale::probe::RespReader reader;
  for (const std::string_view piece : {answer.substr(0, cut), answer.substr(cut)}) {
    if (reader.feed(piece) == telltale::probe::ReaderState::done) {
      (void)reader.take();
    }
  }
  return 0;
}
