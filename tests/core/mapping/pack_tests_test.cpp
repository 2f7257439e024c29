#include "core/mapping/pack_tests.hpp"

#include "support.hpp"

namespace tandem::mapping::testing {
namespace {

std::shared_ptr<const Pack> pack() {
    return compile(pack_text(R"y(
  verify: [ { scheme: hmac, secret: key, header: X-Sig, optional: true } ]
  answer: { body: "'ok'" }
  decode: auto
  records:
    - rules:
        - { name: typing, when: typing, ignore: "'typing'" }
        - name: message
          snapshot:
            namespace: "'acme'"
            external_id: id
            channel: "'chat'"
            direction: "'inbound'"
            state: "'closed'"
            started_at: $request.received_at
            subject: $settings.label
            parties: [ { no: "`0`", role: "'customer'" } ]
)y",
                             "settings: { key: { type: secret }, label: { type: string, default: d } }\n"));
}

TestReport run(const std::string& yaml, std::string* problems = nullptr) {
    config::Diagnostics diagnostics;
    auto tests = config::parse_yaml(yaml, "acme.tests.yaml", diagnostics);
    auto report = run_pack_tests(pack(), tests, diagnostics);
    if (problems != nullptr) {
        *problems = diagnostics.to_text();
    } else {
        EXPECT_EQ(diagnostics.to_text(), "");
    }
    return report;
}

TEST(PackTests, PassWhenEverythingHolds) {
    auto report = run(R"y(
settings: { key: k, label: common }
instance: acme_test
cases:
  - name: signed JSON
    request: { json: { id: m1 } }
    sign: true
    expect:
      verdict: accepted
      status: 200
      answer: ok
      ignored: 0
      records: [ { type: snapshot, snapshot: { external_id: m1, source: acme_test, subject: common, queue: null, parties: [ { role: customer } ] } } ]
  - name: form with own settings
    settings: { key: null, label: own }
    request: { form: { id: [m2], x: "a b&c" } }
    expect: { records: [ { type: snapshot, snapshot: { external_id: m2, subject: own, started_at: "2026-11-20T12:00:00Z" } } ] }
  - name: at another time
    received_at: 2026-11-20T13:00:00Z
    settings: { key: null }
    request: { json: { id: m3 } }
    expect: { records: [ { type: snapshot, snapshot: { started_at: "2026-11-20T13:00:00Z" } } ] }
  - name: unsigned
    request: { json: { id: m1 } }
    expect: { verdict: rejected, status: 403 }
  - name: ignored
    request: { body: '{"typing": true}' }
    sign: true
    expect: { verdict: ignored, ignored: 1, reason: typing, records: [] }
  - name: quarantined
    request: { json: { no: id } }
    sign: true
    expect: { verdict: rejected, status: 200, errors: 1, reason: external_id }
)y");
    ASSERT_EQ(report.cases.size(), 6U);
    for (const auto& result : report.cases)
        EXPECT_TRUE(result.failures.empty()) << result.name << ": " << ::testing::PrintToString(result.failures);
    EXPECT_EQ(report.failed(), 0U);
}

// A signature that is a field of the body goes where the vendor would write it.
TEST(PackTests, SignFieldsOfTheBody) {
    const auto signing = compile(pack_text(R"y(
  methods: [GET, POST]
  verify: [ { scheme: digest, field: sig, message: [ { text: "join(',', sort(keys(@)[?@ != 'sig']))" }, secret ], secret: key } ]
  answer: { body: keys(@) }
  decode: auto
  records: [ { rules: [ { name: any, ignore: "'any'" } ] } ]
)y",
                                           "settings: { key: { type: secret } }\n"));
    config::Diagnostics diagnostics;
    const auto tests = config::parse_yaml(R"y(
settings: { key: k }
cases:
  - { name: form, sign: true, request: { form: { b: 1, a: 2 } }, expect: { status: 200, answer: '["b","a","sig"]' } }
  - { name: empty form, sign: true, request: { form: {} }, expect: { status: 200, answer: '["sig"]' } }
  - { name: query, sign: true, request: { method: GET, url: "https://a.test/?b=1" }, expect: { answer: '["b","sig"]' } }
  - { name: json, sign: true, request: { json: { b: 1 } }, expect: { answer: '["b","sig"]' } }
  - { name: empty object, sign: true, request: { json: {} }, expect: { answer: '["sig"]' } }
  - { name: text, sign: true, request: { body: hello }, expect: {} }
)y",
                                          "acme.tests.yaml", diagnostics);
    const auto report = run_pack_tests(signing, tests, diagnostics);
    EXPECT_EQ(diagnostics.to_text(), "");
    ASSERT_EQ(report.cases.size(), 6U);
    for (std::size_t i = 0; i < 5; ++i)
        EXPECT_TRUE(report.cases[i].failures.empty()) << ::testing::PrintToString(report.cases[i].failures);
    ASSERT_FALSE(report.cases[5].failures.empty());
    EXPECT_TRUE(report.cases[5].failures[0].contains("neither a form nor a JSON object"));
}

TestReport run_sending(const std::string& cases) {
    config::Diagnostics diagnostics;
    const auto sender = Pack::compile(config::parse_yaml(R"y(
pack: acme
version: 1
settings: { token: { type: secret, required: true } }
receive: { records: [ { rules: [ { name: all, ignore: "'x'" } ] } ] }
send:
  channel: sms
  to: [tel]
  max_text: 5
  split: true
  request:
    url: "'https://api.acme.test/send'"
    auth: { scheme: bearer, secret: token }
    form: { to: to.value, text: text, n: "`1`" }
  response: { ids: body.id, namespace: "'acme'", code: body.code, reason: body.reason }
)y",
                                                         "acme.yaml", diagnostics),
                                      diagnostics);
    EXPECT_EQ(diagnostics.to_text(), "");
    const auto tests = config::parse_yaml(cases, "acme.tests.yaml", diagnostics);
    auto report = run_pack_tests(sender, tests, diagnostics);
    EXPECT_EQ(diagnostics.to_text(), "");
    return report;
}

TEST(PackTests, SendCasesPassWhenEverythingHolds) {
    const auto report = run_sending(R"y(
settings: { token: t }
send:
  - name: text
    message: { to: { scheme: tel, value: "+7" }, text: hello }
    parts: 1
    request:
      method: POST
      url: https://api.acme.test/send
      headers: { authorization: Bearer t, X-None: null }
      form: { to: "+7", text: hello, n: 1 }
    answers:
      - { json: { id: 7 }, expect: { ids: [7], namespace: acme } }
      - { status: 429, headers: { Retry-After: 3 }, expect: { error: throttled, retry_after: 3 } }
      - { status: 400, json: { code: 5, reason: no such number }, expect: { error: rejected, code: 5, reason: such } }
  - name: second part
    message: { to: { scheme: tel, value: "+7" }, text: hello world }
    parts: 3
    part: 2
    request: { body: "to=%2B7&text=world&n=1" }
)y");
    ASSERT_EQ(report.cases.size(), 2U);
    EXPECT_EQ(report.cases[0].failures, std::vector<std::string>{});
    EXPECT_EQ(report.cases[1].failures, std::vector<std::string>{"parts: expected 3, got 2"});
}

TEST(PackTests, SendCasesTellEveryDifference) {
    const auto report = run_sending(R"y(
settings: { token: t }
send:
  - name: all wrong
    message: { to: { scheme: tel, value: "+7" }, text: hello }
    request: { method: PUT, url: "https://x", headers: { Authorization: null }, form: { to: "+7" }, json: {} }
    answers:
      - { json: { id: 7 }, expect: { ids: [8], namespace: other } }
      - { status: 400, expect: { ids: [] } }
      - { status: 429, expect: { error: throttled, code: 1, reason: words, retry_after: 3 } }
  - name: no such part
    message: { to: { scheme: tel, value: "+7" }, text: hello }
    part: 2
    request: { method: POST }
  - name: not refused
    message: { to: { scheme: tel, value: "+7" }, text: hello }
    refused: because
)y");
    ASSERT_EQ(report.cases.size(), 3U);
    const std::string all = ::testing::PrintToString(report.cases[0].failures);
    for (const auto* sentence :
         {"request.method: expected PUT, got POST", "request.url: expected https://x", "Authorization: expected none",
          "request.form: expected", "request.json: ", "answers[0].namespace: expected other, got acme",
          "answers[0].ids: expected 8, got 7", "answers[1].error: expected none, got rejected",
          "answers[2].code: expected 1, got 429", "answers[2].reason: expected 'words'",
          "answers[2].retry_after: expected 3, got none"}) {
        EXPECT_TRUE(all.contains(sentence)) << sentence << "\n" << all;
    }
    EXPECT_EQ(report.cases[1].failures, std::vector<std::string>{"part: there are only 1"});
    EXPECT_EQ(report.cases[2].failures, std::vector<std::string>{"refused: a request was made"});
}

TEST(PackTests, AMessageThatTheGatewayRefusesFails) {
    const std::pair<std::string, std::string> cases[] = {
        {R"({ to: "tel:+1", text: a })", "to: "},
        {R"({ to: { scheme: tel, value: "+1" }, txt: a })", "txt: there is no such member"},
        {"{ to: { scheme: mailto, value: a@b.test }, text: a }", "cannot write to 'mailto'"},
        {R"({ to: { scheme: tel, value: "+1" }, text: a, media: [ { url: "https://x.test" } ] })",
         "more than 0 files"}};
    for (const auto& [message, expected] : cases) {
        const auto report = run_sending("settings: { token: t }\nsend: [ { name: a, message: " + message +
                                        ", request: { method: POST } } ]");
        ASSERT_EQ(report.cases.size(), 1U);
        const auto all = ::testing::PrintToString(report.cases[0].failures);
        EXPECT_TRUE(all.contains("the message is refused: ") && all.contains(expected)) << all;
    }
}

TEST(PackTests, EveryDifferenceIsASentenceWithItsPath) {
    auto report = run(R"y(
cases:
  - name: wrong
    request: { json: { id: m1 } }
    expect:
      verdict: ignored
      status: 201
      answer: no
      ignored: 2
      reason: typing
      records: [ { type: snapshot, snapshot: { external_id: m2, parties: [ {}, {} ], channel: null } }, { type: receipt } ]
  - name: unexpected error
    request: { json: {} }
    expect: {}
  - name: no key to sign with
    request: { json: {} }
    sign: true
    expect: {}
  - name: wrong settings
    settings: { labl: x }
    request: { json: {} }
    expect: {}
)y");
    ASSERT_EQ(report.cases.size(), 4U);
    EXPECT_EQ(report.failed(), 4U);
    EXPECT_EQ(
        report.cases[0].failures,
        (std::vector<std::string>{"verdict: expected ignored, got accepted", "status: expected 201, got 200",
                                  "answer: expected no, got ok", "records: expected 2, got 1",
                                  R"(records[0].snapshot.external_id: expected "m2", got "m1")",
                                  R"(records[0].snapshot.parties: expected [{},{}], got [{"no":0,"role":"customer"}])",
                                  R"(records[0].snapshot.channel: expected null, got "chat")",
                                  "ignored: expected 2, got 0", "reason: expected 'typing', got '', ''"}));
    EXPECT_EQ(report.cases[0].position.line, 3);
    EXPECT_TRUE(report.cases[1].failures.at(0).starts_with("errors: expected 0, got 1; receive.records[0]"));
    EXPECT_TRUE(report.cases[2].failures.at(0).starts_with("sign: "));
    EXPECT_TRUE(report.cases[3].failures.at(0).contains("did you mean 'label'?"));
}

TEST(PackTests, MistakesInTheFileAreDiagnostics) {
    std::string problems;
    EXPECT_TRUE(run("cases: [ { name: a, received_at: soon, request: {}, expect: {} } ]", &problems).cases.empty());
    EXPECT_TRUE(problems.contains("expected a time")) << problems;
    EXPECT_TRUE(run("cases: [ { name: a, request: {}, expect: { verdikt: x } } ]", &problems).cases.empty());
    EXPECT_TRUE(problems.contains(
        "acme.tests.yaml:1:44: error: cases[0].expect: unknown key 'verdikt'; did you mean 'verdict'?"))
        << problems;
    for (const auto& [cases, expected] : std::initializer_list<std::pair<std::string, std::string>>{
             {"cases:\n  - { name: a, request: {}, expect: {} }\n  - { name: a, request: {}, expect: {} }",
              "acme.tests.yaml:3:13: error: cases[1].name: another case has this name (line 2)"},
             {"cases: [ { name: a, request: { body: x, json: {} }, expect: {} } ]",
              "cases[0].request.json: there is `body` already: a body is one of them"},
             {"send: [ { name: a, message: {}, answers: [ { body: x, json: {}, expect: {} } ] } ]",
              "send[0].answers[0].json: there is `body` already"},
             {"send:\n  - { name: a, message: {} }",
              "acme.tests.yaml:2:5: error: send[0]: expects nothing: a case has"},
             {"send: [ { name: a, message: {}, refused: x, answers: [] } ]", "nothing goes out when it is `refused`"},
             {"poll: [ { name: a, answer: {} } ]", "poll[0]: expects nothing"},
             {"poll: [ { name: a, request: {}, answer: {} } ]", "poll[0].answer: needs `expect`"},
             {"poll: [ { name: a, expect: {} } ]", "poll[0].expect: needs `answer`"}}) {
        run(cases, &problems);
        EXPECT_TRUE(problems.contains(expected)) << problems;
    }
    run("received_at: yesterday\ncases: []", &problems);
    EXPECT_TRUE(problems.contains("expected a time")) << problems;
}

}  // namespace
}  // namespace tandem::mapping::testing
