// HTTP answers, in two pieces: where the cut falls must not matter to safety.

#include "probe/http_reader.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view answer(reinterpret_cast<const char*>(data), size);
  const std::size_t cut = size == 0 ? 0 : data[0] % size;
  telltale::probe::HttpReader reader;
  if (reader.feed(answer.substr(0, cut)) == telltale::probe::ReaderState::more &&
      reader.feed(answer.substr(cut)) == telltale::probe::ReaderState::more) {
    (void)reader.finish();
  }
  (void)reader.reply();
  return 0;
}
