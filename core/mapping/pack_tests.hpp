// Runs the tests that stand beside a pack (mappings/README.md, "Tests beside a pack"), for `tandem test` and for the
// project's own suite. Pure: the caller reads the files.
#pragma once

#include "core/config/diagnostics.hpp"
#include "core/config/node.hpp"
#include "core/mapping/pack.hpp"

#include <memory>
#include <string>
#include <vector>

namespace tandem::mapping {

struct CaseResult {
    std::string name;
    config::Position position;
    std::vector<std::string> failures;  // sentences; empty if the case passed
};

struct TestReport {
    std::vector<CaseResult> cases;

    std::size_t failed() const;
};

// Findings about the test file itself go to `diagnostics`; the report is empty when they are errors.
TestReport run_pack_tests(const std::shared_ptr<const Pack>& pack,
                          const config::Node& tests,
                          config::Diagnostics& diagnostics);

// The requests of the cases, signed where they ask for it, with what is needed to play them: for demonstrations,
// benchmarks and fuzzing, so that they use the shapes that the tests prove.
struct TestRequest {
    std::string name;
    std::string method;
    std::string url;
    std::vector<std::pair<std::string, std::string>> headers;
    std::string body;
    Instant received_at{};
    Settings settings;
    std::string instance;
    std::string region;
};
std::vector<TestRequest> test_requests(const std::shared_ptr<const Pack>& pack,
                                       const config::Node& tests,
                                       config::Diagnostics& diagnostics);

// The mails of the cases, as a connector hands them on.
struct TestMail {
    std::string envelope;
    std::string raw;
    TestRequest context;  // received_at, settings, instance, region
};
std::vector<TestMail> test_mails(const std::shared_ptr<const Pack>& pack,
                                 const config::Node& tests,
                                 config::Diagnostics& diagnostics);

}  // namespace tandem::mapping
