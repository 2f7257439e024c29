// What people see when they mistype a command line: the binary's exit code and standard error.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';

import { BINARY, temporaryFolder } from '../support/gateway.mjs';

const folder = temporaryFolder();

function tandem(...words) {
  const { status, stdout, stderr } = spawnSync(BINARY, words, { cwd: folder, encoding: 'utf8' });
  return { status, stdout, stderr };
}

function file(name, text) {
  writeFileSync(join(folder, name), text);
  return name;
}

const request = file('request.json', JSON.stringify({ url: 'https://gw.example.test/hooks/sms', body: '' }));
const russian = file('russian.json', JSON.stringify({ auth_token: 'x', country: 'XX' }));

describe('wrong usage ends with 2 and says what may have been meant', () => {
  const cases = [
    ['a mistyped command', ['chekc', 'tandem.yaml'], /no command 'chekc'; did you mean 'check'\?/],
    ['a mistyped command of a command', ['token', 'craete'], /no command 'craete'; did you mean 'create'\?/],
    ['a word that is near no command', ['frobnicate'], /no command 'frobnicate'\nCommands: run check map/],
    ['no command', [], /a command is needed\nCommands: run check map/],
    ['an unknown option', ['check', '--foo', 'x'], /not expected: --foo/],
    ['a pack that there is not', ['test', 'twillo'], /no pack 'twillo'; did you mean 'twilio'\?/],
    ['one such pack among others', ['test', 'twilio', 'nope'], /no pack 'nope'/],
    ['a region that there is not', ['map', 'twilio', '--request', request, '--region', 'ZZ'], /--region: 'ZZ' is no country/],
    ['a region in small letters', ['eval', '--region', 'ru', '`1`'], /--region: 'ru' is no country/],
  ];
  for (const [what, words, said] of cases) {
    test(what, () => {
      const { status, stdout, stderr } = tandem(...words);
      assert.match(stderr, said);
      assert.equal(stdout, '');
      assert.equal(status, 2);
    });
  }
});

describe('a new pack', () => {
  test('passes its own tests, sends, and is not made twice', () => {
    assert.equal(tandem('new', 'pack', 'acme_sms').status, 0);
    const tested = tandem('test', 'acme_sms');
    assert.equal(tested.status, 0, tested.stdout + tested.stderr);
    assert.match(tested.stdout, /acme_sms: 4 passed, 0 failed/);
    const settings = file('acme.json', JSON.stringify({ account: 'a', webhook_secret: 's', api_key: 'k3y' }));
    const message = file('message.json', JSON.stringify({ to: { scheme: 'tel', value: '+4915123456789' }, text: 'hi' }));
    const shown = tandem('map', 'acme_sms', '--send', message, '--settings', settings);
    assert.equal(shown.status, 0, shown.stderr);
    assert.equal(JSON.parse(shown.stdout).requests[0].headers.Authorization, 'Bearer ***');
    const again = tandem('new', 'pack', 'acme_sms');
    assert.equal(again.status, 1);
    assert.match(again.stderr, /there is a pack 'acme_sms' already/);
  });

  test('has a name that files and name spaces can bear', () => {
    for (const name of ['Acme', '../x', 'a b', '']) assert.equal(tandem('new', 'pack', name).status, 2, name);
  });

  test('map takes a request or a message', () => {
    assert.match(tandem('map', 'twilio', '--send', request, '--request', request).stderr, /--send|--request|at most/);
  });
});

describe('options that cannot work', () => {
  const check = (connector) => tandem('check', file('options.yaml', `gateway: { data: ./data }
connectors:
  - ${connector}
`));
  const settings = 'settings: { auth_token: "${file:secret}" }';
  file('secret', 'secret-secret-secret');
  file('words.pem', 'no certificate');
  file('devices.txt', 'station 5000-5001\nagent 5002\n');
  const DMCC = (one) => `{ name: o, type: avaya_dmcc, pack: avaya_dmcc, options: { hosts: [a], user: u, password: "\${file:secret}", switches: [ ${one} ] } }`;
  for (const [what, connector, said] of [
    ['missing ones have the place of the entry', '{ name: o, type: smpp, pack: smpp }',
      /options\.yaml:3:5: error: connectors\[0\]\.options: 'o': 'host' is missing/],
    ['a missing setting has it, too', '{ name: o, pack: line }', /options\.yaml:3:5: error: connectors\[0\]\.settings\.\w+: 'o': setting '\w+' is required/],
    ['certificates that are not there', '{ name: o, type: smpp, pack: smpp, options: { host: a, system_id: b, tls: true, tls_ca: none.pem } }',
      /options\.yaml:3:\d+: error: connectors\[0\]\.options\.tls_ca: cannot read the file: No such file/],
    ['a file that holds none', '{ name: o, type: smpp, pack: smpp, options: { host: a, system_id: b, tls: true, tls_ca: words.pem } }',
      /tls_ca: holds no certificate in PEM form/],
    ['a file of devices that is not there', DMCC('{ name: CM1, device_files: [none.txt] }'), /options\.switches\[0\]: .*none\.txt: cannot read the file: No such file/],
    ['a line of it that is wrong', DMCC('{ name: CM1, vdns: [7100-7101], device_files: [devices.txt] }'),
      /options\.yaml:3:\d+: error: connectors\[0\]\.options\.switches\[0\]: .*devices\.txt: line 2: 'agent' is not known/],
    ['a place where the gateway listens', '{ name: o, type: avaya_cdr, pack: avaya_cdr, options: { listen: "0.0.0.0:8080", format: teleseer, zone: UTC } }',
      /options\.yaml:3:\d+: error: connectors\[0\]\.options\.listen: gateway\.listen is at 127\.0\.0\.1:8080/],
    ['a pack of another protocol', `{ name: o, type: smpp, pack: twilio, ${settings}, options: { host: a, system_id: b } }`,
      /connectors\[0\]\.pack: pack 'twilio' speaks HTTP/],
    ['a pack without its connector', '{ name: o, pack: smpp }', /give the connector `type: smpp`/],
    ['a URL of another kind', '{ name: o, pack: twilio, settings: { auth_token: "${file:secret}", api_url: "ftp://x" } }',
      /settings\.api_url: must begin with https:/],
  ]) {
    test(what, () => {
      const { status, stderr } = check(connector);
      assert.match(stderr, said);
      assert.equal(status, 1);
    });
  }

  test('two that would listen at one place', () => {
    const record = (name) => `{ name: ${name}, type: avaya_cdr, pack: avaya_cdr, options: { listen: ":9000", format: teleseer, zone: UTC } }`;
    const { status, stderr } = check(`${record('a')}\n  - ${record('b')}`);
    assert.match(stderr, /options\.yaml:4:\d+: error: connectors\[1\]\.options\.listen: 'a' is at :9000/);
    assert.equal(status, 1);
  });

  test('an extension that is named as two kinds of device is a warning', () => {
    const { status, stderr } = check(DMCC('{ name: CM1, vdns: ["7100"], stations: [7000-7200] }'));
    assert.match(stderr, /switches\[0\]: 7100: named as two kinds of device/);
    assert.equal(status, 0, stderr);
  });

  test('poll options where nothing is polled are a warning', () => {
    const { status, stderr } = check(`{ name: o, pack: kannel, options: { poll_every: 5m, backfill_days: 3 } }`);
    assert.match(stderr, /options\.poll_every: has no effect/);
    assert.match(stderr, /options\.backfill_days: has no effect/);
    assert.equal(status, 0, stderr);
  });

  test('an empty file is an error', () => {
    const { status, stderr } = tandem('check', file('empty.yaml', '# nothing\n'));
    assert.match(stderr, /empty\.yaml:1:1: error: the file is empty/);
    assert.equal(status, 1);
  });
});

describe('a wrong country', () => {
  const config = (region, country) => file('tandem.yaml', `gateway: { data: ./data }
identity:
  region: ${region}
connectors:
  - name: sms
    pack: twilio
    settings: { auth_token: secret-secret-secret, country: ${country} }
`);

  test('of the gateway is an error at its place', () => {
    const { status, stderr } = tandem('check', config('XX', 'RU'));
    assert.match(stderr, /tandem\.yaml:3:11: error: identity\.region: 'XX' is no country of ISO 3166/);
    assert.equal(status, 1);
  });

  test('of an instance is an error at its place', () => {
    const { status, stderr } = tandem('check', config('RU', 'ZZ'));
    assert.match(stderr, /tandem\.yaml:7:60: error: connectors\[0\]\.settings\.country: 'ZZ' is no country/);
    assert.equal(status, 1);
  });

  test('in the settings of map, too', () => {
    const { status, stderr } = tandem('map', 'twilio', '--request', request, '--settings', russian);
    assert.match(stderr, /russian\.json:1:\d+: error: settings\.country: 'XX' is no country|russian\.json.*country: 'XX' is no country/);
    assert.equal(status, 1);
  });

  test('that there is passes', () => {
    assert.equal(tandem('check', config('KZ', 'DE')).status, 0);
  });
});
