// Messages out: accepted by the API, carried by the right vendor, answered by its receipts, never sent twice by accident.
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, beforeEach, describe, test } from 'node:test';

import { Gateway, eventually, temporaryFolder } from '../support/gateway.mjs';
import { ACME_PACK, Vendor, report } from '../support/vendor.mjs';

const TOKEN = 'write-token-0123456789abcdef';
const KEY = 'acme-key';
let vendor;
let gateway;

const configuration = (url) => `
gateway: { listen: 127.0.0.1:0, data: ./data, public_url: "https://gw.example.test", packs: ./packs }
identity: { region: RU }
api: { tokens: [ { name: desk, secret: "\${env:TOKEN}", scopes: [read, write, admin] } ] }
connectors:
  - { name: first, pack: acme, settings: { api_url: "${url}", key: "\${env:KEY}" } }
  - { name: second, pack: acme, settings: { api_url: "${url}/second", key: "\${env:KEY}" } }
`;

async function call(method, path, body) {
  const headers = { Authorization: `Bearer ${TOKEN}` };
  if (body !== undefined) headers['Content-Type'] = 'application/json';
  const answer = await fetch(gateway.url + path, { method, headers, body: body === undefined ? undefined : JSON.stringify(body) });
  return { status: answer.status, body: await answer.json() };
}

let keys = 0;
async function send(message) {
  const { status, body } = await call('POST', '/v1/messages', { idempotency_key: `key-${++keys}`, ...message });
  assert.equal(status, 202, JSON.stringify(body));
  return body;
}

const settled = (id, ...states) => eventually(async () => {
  const { body } = await call('GET', `/v1/messages/${id}`);
  return states.includes(body.state) ? body : undefined;
}, `${id} is ${states}`);

async function hook(instance, body) {
  const answer = await fetch(`${gateway.url}/hooks/${instance}`, { method: 'POST', body: JSON.stringify(body), headers: { 'Content-Type': 'application/json', 'X-Acme-Key': KEY } });
  assert.equal(answer.status, 200);
}

const delivery = (id, status) => eventually(async () => {
  const { body } = await call('GET', `/v1/messages/${id}`);
  return body.interaction.delivery.status === status ? body : undefined;
}, `${id} is ${status}`);

before(async () => {
  vendor = await new Vendor().start();
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'packs'));
  writeFileSync(join(folder, 'packs', 'acme.yaml'), ACME_PACK);
  gateway = await new Gateway(folder, configuration(vendor.url), { TOKEN, KEY }).start();
});
after(async () => {
  // The vendor still keeps its connections open: they must not hold up the stop.
  const limit = setTimeout(() => gateway.process.kill('SIGKILL'), 15_000);
  const end = await gateway.stop();
  clearTimeout(limit);
  await vendor.stop();
  assert.equal(end.code, 0, gateway.log);
});
beforeEach(() => { vendor.behave = () => ({}); vendor.taken.length = 0; });

describe('a message', () => {
  test('goes out by the instance that is named, and its receipt comes home', async () => {
    const message = await send({ to: 'tel:+79161110001', via: 'first', text: 'Привет' });
    assert.match(message.state, /^(queued|sending)$/);
    assert.equal(message.interaction.document.direction, 'outbound');
    const sent = await settled(message.id, 'sent');
    assert.deepEqual(sent.history.map((event) => event.state), ['queued', 'sending', 'sent']);
    assert.equal(vendor.taken.length, 1);
    assert.equal(vendor.taken[0].to, '+79161110001');
    assert.equal(vendor.taken[0].text, 'Привет');
    assert.equal(vendor.taken[0].headers.authorization, `Bearer ${KEY}`);
    await hook('first', report(vendor.taken[0].id));
    await delivery(message.id, 'delivered');
  });

  test('answers the conversation: same instance, same point', async () => {
    await hook('second', { type: 'message', id: 'in-1', from: '+7 916 111-00-02', text: 'hello?' });
    const customer = await eventually(async () => {
      const { status, body } = await call('GET', `/v1/customers?point=${encodeURIComponent('tel:+79161110002')}`);
      return status === 200 ? body : undefined;
    }, 'the customer is known');
    const message = await send({ to: 'tel:+79161110002', text: 'yes' });
    assert.equal(message.via, 'second');
    await settled(message.id, 'sent');
    assert.equal(vendor.taken[0].url, '/second/messages');
    const { body: page } = await call('GET', `/v1/customers/${customer.id}/timeline`);
    assert.deepEqual(page.items.map((item) => item.document?.direction ?? item.direction), ['outbound', 'inbound']);

    const answer = await send({ reply_to: page.items[1].id, text: 'and this' });
    await settled(answer.id, 'sent');
    assert.equal(vendor.taken[1].to, '+79161110002');
    assert.equal(vendor.taken[1].answers, 'in-1');
  });

  test('with a known key is the one of before', async () => {
    const message = { to: 'tel:+79161110003', via: 'first', text: 'once', idempotency_key: 'the-key' };
    const one = await send(message);
    const two = await send(message);
    assert.equal(two.id, one.id);
    await settled(one.id, 'sent');
    assert.equal(vendor.taken.length, 1);
    const other = await call('POST', '/v1/messages', { ...message, text: 'other' });
    assert.equal(other.status, 422);
  });

  test('that nobody is named for is refused with a reason', async () => {
    const { status, body } = await call('POST', '/v1/messages', { to: 'tel:+79161110099', text: 'x', idempotency_key: 'nobody' });
    assert.equal(status, 400);
    assert.match(body.detail, /give `via`/);
  });

  test('that is too long goes out in parts, each with its id and receipt', async () => {
    const message = await send({ to: 'tel:+79161110004', via: 'first', text: 'one two three four five six seven' });
    await settled(message.id, 'sent');
    assert.deepEqual(vendor.taken.map((part) => part.text), ['one two three four', 'five six seven']);
    await hook('first', report(vendor.taken[0].id));
    await hook('first', report(vendor.taken[1].id));
    await delivery(message.id, 'delivered');
  });
});

describe('when the vendor', () => {
  test('is busy, the message waits and goes out once', async () => {
    let refusals = 1;
    vendor.behave = () => (refusals-- > 0 ? { status: 429, headers: { 'Retry-After': '1' } } : {});
    const message = await send({ to: 'tel:+79161110005', via: 'first', text: 'patience' });
    const sent = await settled(message.id, 'sent');
    assert.deepEqual(sent.history.map((event) => event.state), ['queued', 'sending', 'queued', 'sending', 'sent']);
    assert.equal(vendor.taken.length, 1);
  });

  test('refuses, the message has failed with the vendor\'s words and can be sent again', async () => {
    vendor.behave = () => ({ status: 400, json: { code: 7, message: 'no such number' } });
    const message = await send({ to: 'tel:+79161110006', via: 'first', text: 'lost' });
    const failed = await settled(message.id, 'failed');
    assert.equal(failed.history.at(-1).code, '7');
    assert.equal(failed.history.at(-1).reason, 'no such number');
    const { body: list } = await call('GET', '/v1/messages?state=failed');
    assert.ok(list.items.some((item) => item.id === message.id));
    vendor.behave = () => ({});
    assert.equal((await call('POST', `/v1/messages/${message.id}/resend`)).status, 202);
    await settled(message.id, 'sent');
  });

  test('breaks off after it had the request, nobody sends it again by himself', async () => {
    vendor.behave = () => ({ cut: true, take: true });
    const message = await send({ to: 'tel:+79161110007', via: 'first', text: 'perhaps' });
    await settled(message.id, 'unknown_outcome');
    vendor.behave = () => ({});
    const next = await send({ to: 'tel:+79161110007', via: 'first', text: 'next' });
    await settled(next.id, 'sent');
    assert.deepEqual(vendor.taken.map((taken) => taken.text), ['perhaps', 'next']);
  });

  test('says that the customer opted out, further messages are refused unless they are a service', async () => {
    vendor.behave = () => ({ status: 400, json: { code: 11, message: 'stop list' } });
    const message = await send({ to: 'tel:+79161110008', via: 'first', text: 'advert' });
    await settled(message.id, 'failed');
    vendor.behave = () => ({});
    const refused = await call('POST', '/v1/messages', { to: 'tel:+79161110008', via: 'first', text: 'advert', idempotency_key: 'again' });
    assert.equal(refused.status, 409);
    assert.equal(refused.body.type.endsWith('opted-out'), true, JSON.stringify(refused.body));
    const service = await send({ to: 'tel:+79161110008', via: 'first', text: 'your code', purpose: 'service' });
    await settled(service.id, 'sent');
  });

  test('reports before it has answered, the report waits', async () => {
    let release;
    vendor.behave = () => ({ wait: new Promise((resolve) => { release = resolve; }) });
    const message = await send({ to: 'tel:+79161110009', via: 'first', text: 'early bird' });
    const taken = await eventually(() => vendor.taken.find((one) => one.text === 'early bird'), 'the vendor has it');
    await hook('first', report(taken.id));
    release();
    await settled(message.id, 'sent');
    await delivery(message.id, 'delivered');
  });
});
