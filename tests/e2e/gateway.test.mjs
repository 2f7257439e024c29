// The whole gateway over real sockets: signed webhooks in, one customer's timeline out.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdirSync, statSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';

import { BINARY, Gateway, eventually, temporaryFolder } from '../support/gateway.mjs';
import { messenger, telegram, twilio, viber, whatsapp, whatsappMessage, whatsappStatus } from '../../tools/demo.d/vendors.mjs';

const run = promisify(execFile);
const READ = 'read-token-0123456789abcdef';
const ADMIN = 'admin-token-0123456789abcdef';
const secrets = { twilio: 'twilio-auth-token', telegram: 'telegram-secret', meta: 'meta-app-secret', viber: 'viber-auth-token' };
const env = {
  READ_TOKEN: READ, ADMIN_TOKEN: ADMIN, TWILIO_AUTH_TOKEN: secrets.twilio, TG_SECRET: secrets.telegram,
  META_SECRET: secrets.meta, VIBER_TOKEN: secrets.viber,
};
const CONFIG = `
gateway: { listen: 127.0.0.1:0, data: ./data, public_url: "https://gw.example.test", body_limit: 64KiB }
identity: { region: RU }
api:
  tokens:
    - { name: reader, secret: "\${env:READ_TOKEN}", scopes: [read] }
    - { name: ops, secret: "\${env:ADMIN_TOKEN}", scopes: [read, write, admin, pop] }
connectors:
  - { name: sms, pack: twilio, settings: { auth_token: "\${env:TWILIO_AUTH_TOKEN}" } }
  - { name: telegram, pack: telegram, settings: { bot: parcel_bot, secret_token: "\${env:TG_SECRET}" } }
  - { name: whatsapp, pack: whatsapp, settings: { app_secret: "\${env:META_SECRET}", verify_token: hello } }
  - { name: messenger, pack: messenger, settings: { app_secret: "\${env:META_SECRET}", verify_token: hello } }
  - { name: viber, pack: viber, settings: { auth_token: "\${env:VIBER_TOKEN}" } }
`;

let gateway;

function send({ hook, body, headers }, overrides = {}) {
  return fetch(`${gateway.url}/hooks/${hook}`, { method: 'POST', headers: { ...headers, ...overrides }, body });
}

async function customer(point) {
  return gateway.json(`/v1/customers?point=${encodeURIComponent(point)}`, READ);
}

async function timeline(point, wanted) {
  return eventually(async () => {
    const answer = await gateway.get(`/v1/customers?point=${encodeURIComponent(point)}`, READ);
    if (!answer.ok) return undefined;
    const { id } = await answer.json();
    const page = await gateway.json(`/v1/customers/${id}/timeline`, READ);
    return page.items.length >= wanted ? page.items : undefined;
  }, `${wanted} interactions of ${point}`);
}

const sms = (fields) => twilio(secrets.twilio, { To: '+74950000100', NumMedia: '0', SmsStatus: 'received', ...fields });

// Reads server-sent events until `count` have come.
async function feed(path, count, headers = {}) {
  const abort = new AbortController();
  const answer = await fetch(gateway.url + path, { headers: { Authorization: `Bearer ${READ}`, ...headers }, signal: abort.signal });
  assert.equal(answer.status, 200);
  assert.match(answer.headers.get('content-type'), /^text\/event-stream/);
  const events = [];
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of answer.body) {
    rest += decoder.decode(chunk, { stream: true });
    const blocks = rest.split('\n\n');
    rest = blocks.pop();
    for (const block of blocks) {
      const fields = Object.fromEntries(block.split('\n').filter((line) => !line.startsWith(':')).map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()]));
      if (fields.id) events.push({ id: Number(fields.id), event: fields.event, data: JSON.parse(fields.data) });
    }
    if (events.length >= count) break;
  }
  abort.abort();
  return events.slice(0, count);
}

before(async () => {
  gateway = await new Gateway(temporaryFolder(), CONFIG, env).start();
});

after(async () => {
  const end = await gateway.stop('SIGINT');
  assert.deepEqual(end, { code: 0, signal: null }, gateway.log);
});

describe('one customer over three vendors', () => {
  test('SMS, WhatsApp and a shared Telegram contact become one timeline', async () => {
    const now = Math.floor(Date.now() / 1000);
    const from = { id: 77001, first_name: 'Анна', language_code: 'ru' };
    const chat = { id: 77001, type: 'private' };
    const answers = [
      await send(sms({ MessageSid: 'SM-e2e-1', From: '+79161230001', Body: 'SMS от Анны' })),
      await send(whatsappMessage(secrets.meta, { from: '79161230001', name: 'Анна', at: new Date(), id: 'wamid.e2e.1', type: 'text', text: { body: 'из WhatsApp' } })),
      await send(telegram(secrets.telegram, { update_id: 1, message: { message_id: 1, from, chat, date: now - 60, text: 'из Telegram' } })),
      await send(telegram(secrets.telegram, { update_id: 2, message: { message_id: 2, from, chat, date: now - 30, contact: { phone_number: '+79161230001', first_name: 'Анна', user_id: 77001 } } })),
    ];
    assert.deepEqual(answers.map((answer) => answer.status), [200, 200, 200, 200]);

    const items = await timeline('tel:+79161230001', 4);

    assert.deepEqual(new Set(items.map((item) => item.provider)), new Set(['twilio', 'whatsapp', 'telegram']));
    assert.ok(items.some((item) => item.text === 'из Telegram'));
    const times = items.map((item) => Date.parse(item.started_at));
    assert.deepEqual(times, [...times].sort((a, b) => b - a));
    const byTelegram = await customer('telegram:parcel_bot:77001');
    assert.equal(byTelegram.id, (await customer('+7 916 123-00-01')).id);
  });

  test('an answer from the app and its receipts show the delivery', async () => {
    const echo = { from: '74950000101', to: '79161230002', id: 'wamid.e2e.echo', timestamp: String(Math.floor(Date.now() / 1000)), type: 'text', text: { body: 'Ответ' } };
    await send(whatsappStatus(secrets.meta, { id: 'wamid.e2e.echo', to: '79161230002', status: 'read', at: new Date() }));
    await send(whatsapp(secrets.meta, { message_echoes: [echo] }, 'smb_message_echoes'));
    await send(whatsappStatus(secrets.meta, { id: 'wamid.e2e.echo', to: '79161230002', status: 'delivered', at: new Date() }));

    const [item] = await eventually(async () => {
      const items = await timeline('tel:+79161230002', 1);
      return items[0].delivery?.status === 'read' && items;
    }, 'the receipt');

    assert.equal(item.direction, 'outbound');
  });

  test('a watermark reads the page\'s earlier answers', async () => {
    const page = { id: '209144115' };
    const boris = { id: '6148029911' };
    const at = Date.now();
    await send(messenger(secrets.meta, [{ sender: page, recipient: boris, timestamp: at - 2000, message: { mid: 'm_e2e', is_echo: true, text: 'Yes' } }]));
    await send(messenger(secrets.meta, [{ sender: boris, recipient: page, timestamp: at, read: { watermark: at } }]));

    await eventually(async () => (await timeline('facebook:209144115:6148029911', 1)).some((item) => item.delivery?.status === 'read'), 'read by watermark');
  });
});

describe('exactly once in effect', () => {
  test('one webhook three times at once and once more leaves one interaction and one feed entry', async () => {
    const event = sms({ MessageSid: 'SM-thrice', From: '+79161230003', Body: 'once' });
    const answers = await Promise.all([send(event), send(event), send(event)]);
    assert.deepEqual(answers.map((answer) => answer.status), [200, 200, 200]);
    const [item] = await timeline('tel:+79161230003', 1);
    await send(event);
    await send(sms({ MessageSid: 'SM-after', From: '+79161230003', Body: 'after' }));
    const items = await timeline('tel:+79161230003', 2);

    assert.equal(items.length, 2);
    const events = await feed('/v1/feed?after=0', 1);
    assert.equal(events[0].id, 1);
    const last = Number((await (await gateway.get('/metrics', ADMIN)).text()).match(/^tandem_feed_position (\d+)/m)[1]);
    const all = await feed('/v1/feed?after=0', last);
    assert.equal(all.filter((entry) => entry.data.subject === item.id).length, 1);
  });

  test('an edit changes the message in place', async () => {
    const message = { message_id: 9, from: { id: 88, first_name: 'Ed' }, chat: { id: 88, type: 'private' }, date: 1772359200 };
    await send(telegram(secrets.telegram, { update_id: 91, edited_message: { ...message, edit_date: 1772359300, text: 'second' } }));
    await send(telegram(secrets.telegram, { update_id: 90, message: { ...message, text: 'first' } }));

    await send(telegram(secrets.telegram, { update_id: 92, message: { ...message, message_id: 10, text: 'end' } }));
    const items = await timeline('telegram:parcel_bot:88', 2);

    assert.deepEqual(items.map((item) => item.text).sort(), ['end', 'second']);
  });
});

describe('what is refused', () => {
  const cases = [
    ['a wrong signature', () => send(sms({ MessageSid: 'SM-x', From: '+79161230009', Body: 'x' }), { 'X-Twilio-Signature': 'AAAA' }), 403],
    ['no signature', () => fetch(`${gateway.url}/hooks/sms`, { method: 'POST', body: 'Body=x', headers: { 'Content-Type': 'application/x-www-form-urlencoded' } }), 403],
    ['an unknown instance', () => fetch(`${gateway.url}/hooks/nobody`, { method: 'POST', body: '{}' }), 404],
    ['a method no vendor uses', () => fetch(`${gateway.url}/hooks/sms`, { method: 'DELETE' }), 405],
    ['a body over the limit', () => fetch(`${gateway.url}/hooks/sms`, { method: 'POST', body: 'x'.repeat(100_000) }), 413],
    ['a signed body that is no JSON', () => send(viber(secrets.viber, 'nonsense')), 400],
    ['reading without a token', () => gateway.get('/v1/customers?point=tel:%2B79161230001'), 401],
    ['reading with a wrong token', () => gateway.get('/v1/customers?point=tel:%2B79161230001', 'wrong'), 401],
    ['a scope the token lacks', () => gateway.get('/v1/quarantine', READ), 403],
    ['a point that is none', () => gateway.get('/v1/customers?point=%3F%3F', READ), 400],
    ['a path that does not exist', () => gateway.get('/v1/nothing', READ), 404],
  ];
  for (const [what, act, status] of cases) {
    test(what, async () => {
      const answer = await act();
      assert.equal(answer.status, status);
      assert.match(answer.headers.get('content-type') ?? '', /problem\+json|text\/plain/);
      if (status === 405) assert.equal(answer.headers.get('allow'), 'POST, GET, OPTIONS');
    });
  }

  test('Meta\'s handshake answers the challenge only to our token', async () => {
    const ask = (token) => fetch(`${gateway.url}/hooks/whatsapp?hub.mode=subscribe&hub.verify_token=${token}&hub.challenge=4711`);
    assert.equal(await (await ask('hello')).text(), '4711');
    assert.equal((await ask('wrong')).status, 403);
  });

  test('a slow sender does not stop the others', async () => {
    const port = Number(new URL(gateway.url).port);
    const slow = net.connect(port, '127.0.0.1');
    slow.on('error', () => {});
    slow.write('POST /hooks/sms HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nBody');
    const answer = await send(sms({ MessageSid: 'SM-fast', From: '+79161230004', Body: 'fast' }));
    assert.equal(answer.status, 200);
    slow.destroy();
  });
});

describe('the feed', () => {
  test('resumes after Last-Event-ID without gap or repeat', async () => {
    for (let i = 0; i < 5; i++) await send(sms({ MessageSid: `SM-feed-${i}`, From: '+79161230005', Body: `feed ${i}` }));
    await timeline('tel:+79161230005', 5);
    const first = await feed('/v1/feed?after=0', 3);
    const rest = await feed('/v1/feed', 2, { 'Last-Event-ID': String(first[2].id) });
    assert.deepEqual(rest.map((entry) => entry.id), [first[2].id + 1, first[2].id + 2]);
  });

  test('shows a change to a waiting reader', async () => {
    const last = Number((await (await gateway.get('/metrics', ADMIN)).text()).match(/^tandem_feed_position (\d+)/m)[1]);
    const waiting = feed(`/v1/feed?after=${last}`, 1);
    await send(sms({ MessageSid: 'SM-live', From: '+79161230006', Body: 'live' }));
    const [entry] = await waiting;
    assert.equal(entry.event, 'interaction.created');
  });
});

describe('links', () => {
  test('an operator joins two customers and parts them again', async () => {
    await send(sms({ MessageSid: 'SM-l1', From: '+79161230007', Body: 'one' }));
    await send(sms({ MessageSid: 'SM-l2', From: '+79161230008', Body: 'two' }));
    await timeline('tel:+79161230007', 1);
    await timeline('tel:+79161230008', 1);
    const { id } = await customer('tel:+79161230007');
    const change = (method, query, body) => fetch(`${gateway.url}/v1/customers/${id}/links${query}`, { method, body, headers: { Authorization: `Bearer ${ADMIN}`, 'Content-Type': 'application/json' } });

    const joined = await change('POST', '', JSON.stringify({ point: 'tel:+79161230008' }));
    assert.ok(joined.ok, await joined.text());
    assert.equal((await timeline('tel:+79161230007', 2)).length, 2);
    const parted = await change('DELETE', '?point=' + encodeURIComponent('tel:+79161230008'));
    assert.ok(parted.ok, await parted.text());
    assert.notEqual((await customer('tel:+79161230007')).id, (await customer('tel:+79161230008')).id);
    assert.equal((await timeline('tel:+79161230007', 1)).length, 1);
  });
});

describe('operating', () => {
  test('health, readiness, metrics, connectors and the description of the API', async () => {
    assert.equal((await gateway.get('/healthz')).status, 200);
    assert.equal((await gateway.get('/readyz')).status, 200);
    const metrics = await (await gateway.get('/metrics', ADMIN)).text();
    assert.match(metrics, /^tandem_journal_last_position \d+/m);
    const { items } = await gateway.json('/v1/connectors', ADMIN);
    assert.deepEqual(items.map((item) => item.name).sort(), ['messenger', 'sms', 'telegram', 'viber', 'whatsapp']);
    assert.ok(items.every((item) => item.state === 'ready'));
    const description = await gateway.json('/openapi.json');
    assert.deepEqual(Object.keys(description.paths['/hooks/{instance}']).sort(), ['get', 'post']);
    assert.ok(description.openapi.startsWith('3.'));
    assert.ok(description.paths['/v1/customers/{id}/timeline'].get);
  });

  test('no secret shows up in the log', () => {
    for (const secret of [READ, ADMIN, ...Object.values(secrets)]) assert.ok(!gateway.log.includes(secret), secret);
  });

  test('a signal that comes while connectors start is not lost', async () => {
    const silent = net.createServer((socket) => socket.on('error', () => {}));
    await new Promise((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const slow = new Gateway(temporaryFolder(), `
gateway: { listen: 127.0.0.1:0, data: ./data }
connectors:
  - name: avaya
    type: avaya_dmcc
    pack: avaya_dmcc
    options: { hosts: [127.0.0.1], port: ${silent.address().port}, tls: false, user: t, password: "\${env:READ_TOKEN}", request_timeout: 300ms,
      switches: [ { name: CM1, vdns: ["7100"] } ] }
`, env);
    silent.once('connection', () => slow.stop());
    await slow.start();
    assert.deepEqual(await slow.ended, { code: 0, signal: null });
    silent.close();
  });

  test('a wrong file of one connector leaves the others running, and a reload reads it again', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'devices.txt'), 'agent 5001\n');
    const partly = await new Gateway(folder, `
gateway: { listen: 127.0.0.1:0, data: ./data }
api: { tokens: [ { name: ops, secret: "\${env:ADMIN_TOKEN}", scopes: [read, write, admin] } ] }
connectors:
  - { name: sms, pack: twilio, settings: { auth_token: "\${env:TWILIO_AUTH_TOKEN}" } }
  - name: avaya
    type: avaya_dmcc
    pack: avaya_dmcc
    options: { hosts: [127.0.0.1], port: 9, tls: false, user: t, password: "\${env:READ_TOKEN}", switches: [ { name: CM1, device_files: [devices.txt] } ] }
`, env).start();
    const state = async (name) => (await partly.json('/v1/connectors', ADMIN)).items.find((one) => one.name === name);
    assert.equal((await state('sms')).state, 'ready');
    assert.match((await state('avaya')).detail, /devices\.txt: line 1: 'agent' is not known/);
    writeFileSync(join(folder, 'devices.txt'), 'station 5001\n');
    partly.process.kill('SIGHUP');
    await eventually(async () => /127\.0\.0\.1:9/.test((await state('avaya')).detail), 'the corrected file is read');
    await partly.stop();
  });

  test('what cannot be mapped waits in quarantine and is replayed by a corrected pack', async () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'packs'));
    const pack = (time) => `
pack: clinic
version: ${time.includes('seconds') ? 2 : 1}
title: Appointment calls of a clinic
settings: { token: { type: secret, required: true, help: "Shared secret" } }
receive:
  verify: [ { scheme: token, header: X-Clinic-Token, secret: token } ]
  decode: json
  records:
    - rules:
        - name: call
          snapshot:
            namespace: "'clinic'"
            external_id: id
            channel: "'voice'"
            direction: "'inbound'"
            state: "'closed'"
            started_at: "${time}"
            parties: [ { no: "\`0\`", role: "'customer'", contact_points: [ { scheme: "'tel'", value: caller, verified: "'ani_match'" } ] } ]
`;
    writeFileSync(join(folder, 'packs', 'clinic.yaml'), pack("time(at, 'rfc3339')"));
    const other = new Gateway(folder, `
gateway: { listen: 127.0.0.1:0, data: ./data, packs: ./packs }
api: { tokens: [ { name: ops, secret: "\${env:ADMIN_TOKEN}", scopes: [read, admin] } ] }
connectors: [ { name: clinic, pack: clinic, settings: { token: "\${env:TG_SECRET}" } } ]
`, env);
    await other.start();
    const call = (body) => fetch(`${other.url}/hooks/clinic`, { method: 'POST', body: JSON.stringify(body), headers: { 'X-Clinic-Token': secrets.telegram, 'Content-Type': 'application/json' } });
    assert.equal((await call({ id: 'c1', caller: '+74951234567', at: '2026-03-01T10:00:00Z' })).status, 200);
    assert.equal((await call({ id: 'c2', caller: '+74951234567', seconds: 1772359200 })).status, 200);
    const entry = await eventually(async () => (await other.json('/v1/quarantine', ADMIN)).items[0], 'the quarantine entry');
    assert.equal(entry.instance, 'clinic');
    assert.match(entry.reason + entry.path, /started_at/);

    const tool = (...words) => run(BINARY, [...words, '--config', other.config], { env: { ...process.env, ...env } });
    // While somebody repairs the pack, what waits for it can still be looked at.
    writeFileSync(join(folder, 'packs', 'clinic.yaml'), 'pack: clinic\nversion: soon\n');
    const listed = await tool('quarantine', 'list');
    assert.match(listed.stdout, /clinic/);
    const shown = await tool('quarantine', 'show', String(entry.id));
    assert.match(shown.stdout, /1772359200/);

    writeFileSync(join(folder, 'packs', 'clinic.yaml'), pack("coalesce(time(at, 'rfc3339'), time(seconds, 's'))"));
    const tried = await tool('quarantine', 'replay', '--dry-run');
    assert.match(tried.stdout, /released: 1|1 would be released|would release 1/);
    assert.equal((await other.json('/v1/quarantine', ADMIN)).items.length, 1);
    const preview = await tool('replay', '--pack', 'clinic', '--since', '2020-01-01T00:00:00Z', '--dry-run');
    assert.match(preview.stdout, /created/);
    await tool('quarantine', 'replay');
    assert.equal((await other.json('/v1/quarantine', ADMIN)).items.length, 0);
    const { id } = await other.json('/v1/customers?point=tel:%2B74951234567', ADMIN);
    assert.equal((await other.json(`/v1/customers/${id}/timeline`, ADMIN)).items.length, 2);
    assert.deepEqual(await other.stop(), { code: 0, signal: null });
  });

  test('a stopped gateway goes on where it was', async () => {
    const before = await timeline('tel:+79161230001', 4);
    const signedIn = await fetch(`${gateway.url}/pop?key=${ADMIN}`, { redirect: 'manual' });
    const [cookie] = signedIn.headers.get('set-cookie').split(';');
    await gateway.stop();
    await gateway.start();
    const page = await fetch(`${gateway.url}/pop?point=tel:%2B79161230001`, { headers: { Cookie: cookie } });
    assert.equal(page.status, 200, 'the page\'s session has survived');
    assert.equal(statSync(join(gateway.folder, 'data', 'session.key')).mode & 0o777, 0o600);
    assert.deepEqual((await timeline('tel:+79161230001', 4)).map((item) => item.id), before.map((item) => item.id));
  });
});
