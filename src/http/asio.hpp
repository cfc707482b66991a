#pragma once
// How this room speaks of Asio: its names for what every file with I/O needs.

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/error_code.hpp>

namespace telltale::http {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

/// I/O errors are values.
constexpr auto use_tuple = asio::as_tuple(asio::use_awaitable);

}  // namespace telltale::http
