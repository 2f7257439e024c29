// An instance on a loop of its own, with a host that remembers.
#pragma once

#include "connectors/smtp/instance.hpp"
#include "tests/support/instance_test.hpp"
#include "tests/support/plain_sender.hpp"

#include <future>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace tandem::smtp::test {

using Sent = Result<std::vector<connector::SentId>>;

class AnInstance : public tandem::test::InstanceTest<> {
protected:
    AnInstance() {
        host_.sender_ = std::make_shared<tandem::test::PlainSender>();
        host_.name = "mail";
    }
    void TearDown() override { shut_down(); }

    Result<void> begin(Config config) {
        auto tls = load_contexts(config);
        if (!tls) return fail(tls.error());
        instance_ = std::make_unique<SmtpInstance>(std::move(config), std::move(*tls), host_);
        return run(instance_->start());
    }
    void shut_down() { stop_and_drop(instance_); }

    std::future<Sent> begin_send(std::string id, std::string to = "ann@customer.test", std::string text = "Hi") {
        return spawn(
            instance_->send({.id = std::move(id), .message = R"({"to":")" + to + R"(","text":")" + text + R"("})"}));
    }
    Sent send(std::string id, std::string to = "ann@customer.test", std::string text = "Hi") {
        return get(begin_send(std::move(id), std::move(to), std::move(text)));
    }
    // "sent", or the kind of the failure.
    static std::string said(const Sent& sent) { return sent ? "sent" : std::string(to_string(sent.error().kind)); }

    std::unique_ptr<SmtpInstance> instance_;
};

}  // namespace tandem::smtp::test
