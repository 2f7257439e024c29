// The coroutine type of everything that waits. Include this in headers, Asio itself only in .cpp files (build time).
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

namespace tandem::async {

template <class T = void>
using Task = boost::asio::awaitable<T, boost::asio::any_io_executor>;

using Executor = boost::asio::any_io_executor;

}  // namespace tandem::async
