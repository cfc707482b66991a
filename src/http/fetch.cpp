#include "telltale/http/fetch.hpp"

#include <algorithm>
#include <exception>
#include <optional>
#include <tuple>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>

#include "telltale/version.hpp"

#include "http/asio.hpp"
#include "http/listen_address.hpp"

namespace telltale::http {
namespace {

namespace beast = boost::beast;
namespace wire = boost::beast::http;

constexpr std::uint64_t most_body_bytes = std::uint64_t{1024} * 1024;

Error failed(std::string_view doing, const error_code& error) {
  return {Errc::unreadable, std::string(doing) + ": " + error.message()};
}

std::string host_field(const BaseUrl& base) {
  const bool is_ipv6 = base.host.find(':') != std::string::npos;
  const std::string host = is_ipv6 ? '[' + base.host + ']' : base.host;
  return base.port == "80" ? host : host + ':' + base.port;
}

asio::awaitable<Result<Response>> ask(BaseUrl base, std::string target,
                                      std::chrono::milliseconds timeout) {
  const auto executor = co_await asio::this_coro::executor;
  tcp::resolver resolver(executor);
  const auto [resolve_error, addresses] =
      co_await resolver.async_resolve(base.host, base.port, use_tuple);
  if (resolve_error) {
    co_return failed("cannot resolve " + base.host, resolve_error);
  }
  beast::tcp_stream stream(executor);
  stream.expires_after(timeout);
  const auto [connect_error, endpoint] = co_await stream.async_connect(addresses, use_tuple);
  std::ignore = endpoint;
  if (connect_error) {
    co_return failed("cannot connect", connect_error);
  }
  wire::request<wire::empty_body> request(wire::verb::get, target, 11);
  request.set(wire::field::host, host_field(base));
  request.set(wire::field::user_agent, "telltale/" + std::string(program_version));
  request.keep_alive(false);
  const auto [write_error, written] = co_await wire::async_write(stream, request, use_tuple);
  std::ignore = written;
  if (write_error) {
    co_return failed("cannot send the request", write_error);
  }
  beast::flat_buffer buffer;
  wire::response_parser<wire::string_body> parser;
  parser.body_limit(most_body_bytes);
  const auto [read_error, read] = co_await wire::async_read(stream, buffer, parser, use_tuple);
  std::ignore = read;
  if (read_error) {
    co_return failed("cannot read the answer", read_error);
  }
  Response response;
  response.status = parser.get().result_int();
  response.content_type = std::string(parser.get()[wire::field::content_type]);
  response.body = std::move(parser.get().body());
  co_return response;
}

}  // namespace

Result<BaseUrl> parse_base_url(std::string_view text) {
  constexpr std::string_view scheme = "http://";
  const auto invalid = [](const std::string& why) { return Error(Errc::invalid_value, why); };
  if (!text.starts_with(scheme)) {
    return invalid("must be http://HOST:PORT, where telltale serves plain HTTP");
  }
  const std::string_view rest = text.substr(scheme.size());
  const std::string_view authority = rest.substr(0, rest.find('/'));
  std::string_view prefix = rest.substr(authority.size());
  const auto is_visible = [](char c) { return c > ' ' && c < 0x7f; };
  if (authority.empty() || authority.find('@') != std::string_view::npos ||
      prefix.find_first_of("?#") != std::string_view::npos ||
      !std::ranges::all_of(rest, is_visible)) {
    return invalid("must be http://HOST:PORT and perhaps a path, without user, query or fragment");
  }
  while (prefix.ends_with('/')) {
    prefix.remove_suffix(1);
  }
  const bool has_port = authority.rfind(':') != std::string_view::npos && !authority.ends_with(']');
  const auto address =
      parse_listen_address(has_port ? std::string(authority) : std::string(authority) + ":80");
  if (!address) {
    return address.error();
  }
  if (address->host.empty() || address->port == 0) {
    return invalid("must name a host and a port, such as http://127.0.0.1:9943");
  }
  return BaseUrl{address->host, std::to_string(address->port), std::string(prefix)};
}

Result<Response> fetch(const BaseUrl& base, std::string_view path,
                       std::chrono::milliseconds timeout) {
  asio::io_context context(1);
  std::optional<Result<Response>> outcome;
  std::exception_ptr failure;
  asio::co_spawn(context, ask(base, base.prefix + std::string(path), timeout),
                 [&](const std::exception_ptr& thrown, Result<Response> asked) {
                   failure = thrown;
                   outcome = std::move(asked);
                 });
  context.run();
  if (failure) {
    std::rethrow_exception(failure);
  }
  return *std::move(outcome);
}

}  // namespace telltale::http
