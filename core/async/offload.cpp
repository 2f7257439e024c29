#include "core/async/offload.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include <pthread.h>

namespace tandem::async {

Pool::Pool(std::string name, unsigned threads)
    : context_(std::make_unique<boost::asio::io_context>(static_cast<int>(threads))) {
    name.resize(std::min<std::size_t>(name.size(), 15));
    for (unsigned i = 0; i < threads; ++i) {
        threads_.emplace_back([context = context_.get(), name] {
            pthread_setname_np(pthread_self(), name.c_str());
            auto guard = boost::asio::make_work_guard(*context);
            context->run();
        });
    }
}

Pool::~Pool() {
    context_->stop();
}

Executor Pool::executor() const {
    return context_->get_executor();
}

}  // namespace tandem::async
