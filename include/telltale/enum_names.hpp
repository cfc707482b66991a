#pragma once
// Names of described enumerators. The one spelling that metrics, JSON, page, logs and configuration
// share; there are no hand-written name tables.

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

#include <boost/describe/enum.hpp>
#include <boost/describe/enumerators.hpp>
#include <boost/mp11/algorithm.hpp>

namespace telltale {

/// Names an enumerator as it is spelled in the source; "unknown" for a value outside the enum.
template <class E>
[[nodiscard]] constexpr std::string_view name_of(E value) noexcept {
  std::string_view name = "unknown";
  boost::mp11::mp_for_each<boost::describe::describe_enumerators<E>>([&](auto enumerator) {
    if (enumerator.value == value) {
      name = enumerator.name;
    }
  });
  return name;
}

/// Finds the enumerator with this name, or nothing.
template <class E>
[[nodiscard]] constexpr std::optional<E> from_name(std::string_view name) noexcept {
  std::optional<E> found;
  boost::mp11::mp_for_each<boost::describe::describe_enumerators<E>>([&](auto enumerator) {
    if (name == enumerator.name) {
      found = enumerator.value;
    }
  });
  return found;
}

/// All enumerators, in the order of their declaration.
template <class E>
[[nodiscard]] constexpr auto enumerators() noexcept {
  constexpr std::size_t count =
      boost::mp11::mp_size<boost::describe::describe_enumerators<E>>::value;
  std::array<E, count> values{};
  std::size_t next = 0;
  boost::mp11::mp_for_each<boost::describe::describe_enumerators<E>>(
      [&](auto enumerator) { values[next++] = enumerator.value; });
  return values;
}

}  // namespace telltale
