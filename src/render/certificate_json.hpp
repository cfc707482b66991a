#pragma once
// A certificate's facts in JSON, under the names that all of telltale's JSON gives them.

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "telltale/pki/certificate.hpp"

namespace telltale::render {

/// Makes an array of what `convert` makes of each element.
template <class Range, class Convert>
boost::json::array array_of(const Range& range, Convert convert) {
  boost::json::array array;
  array.reserve(range.size());
  for (const auto& element : range) {
    array.emplace_back(convert(element));
  }
  return array;
}

[[nodiscard]] boost::json::object certificate_json(const pki::CertificatePtr& certificate);

}  // namespace telltale::render
