// The gateway as a client of a message centre: the shared simulator on the other end, and Kannel, whose way of cutting,
// encoding and joining texts is not ours.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { Gateway, eventually, temporaryFolder } from '../support/gateway.mjs';
import { Kannel } from '../support/kannel.mjs';
import { Smsc, simulatorThere } from '../support/smsc.mjs';

const TOKEN = 'smpp-token-0123456789abcdef';
const env = { TANDEM_TOKEN: TOKEN, SMPP_PASSWORD: 'secret' };
const there = simulatorThere();

const instance = (name, port, options = '') => `
  - name: ${name}
    type: smpp
    pack: smpp
    options: { host: 127.0.0.1, port: ${port}, system_id: tandem, password: "\${env:SMPP_PASSWORD}", source_address: "5550", account: acme,
               reconnect_first: 50ms, reconnect_limit: 200ms, throttle_backoff: 50ms, response_timeout: 5s ${options} }`;

const config = (...instances) => `
gateway: { listen: 127.0.0.1:0, data: ./data }
identity: { region: RU }
api: { tokens: [ { name: test, secret: "\${env:TANDEM_TOKEN}", scopes: [read, write, admin] } ] }
connectors:${instances.join('')}
`;

async function items(gateway, point) {
  const answer = await gateway.get(`/v1/customers?point=${encodeURIComponent(point)}`, TOKEN);
  if (!answer.ok) return [];
  const { id } = await answer.json();
  return (await gateway.json(`/v1/customers/${id}/timeline`, TOKEN)).items;
}

const texts = async (gateway, point) => (await items(gateway, point)).map((item) => item.text);

let keys = 0;
async function send(gateway, message) {
  const answer = await fetch(`${gateway.url}/v1/messages`, {
    method: 'POST', headers: { Authorization: `Bearer ${TOKEN}`, 'Content-Type': 'application/json' },
    body: JSON.stringify({ idempotency_key: `key-${++keys}`, ...message }),
  });
  const body = await answer.json();
  assert.equal(answer.status, 202, JSON.stringify(body));
  return body.id;
}

// The message once it is in that state.
async function becomes(gateway, id, state) {
  let last;
  return eventually(async () => {
    last = await gateway.json(`/v1/messages/${id}`, TOKEN);
    return last.state === state && last;
  }, `${state}`).catch((error) => { throw new Error(`${error.message}; it is ${JSON.stringify(last)}`); });
}

const bound = (smsc, count) => eventually(async () => (await smsc.get('/state')).sessions.filter((one) => one.mode !== 'OPEN').length >= count, 'bound');

describe('at the simulator', { skip: !there }, () => {
  let smsc;
  let gateway;
  before(async () => {
    smsc = await new Smsc('--dlr-delay-ms', '20', '--id-format', 'dec').start();
    gateway = await new Gateway(temporaryFolder(), config(instance('operator', smsc.port, ', enquire_link: 200ms')), env).start();
    await bound(smsc, 1);
  });
  after(async () => {
    const end = await gateway.stop();
    smsc.stop();
    assert.deepEqual(end, { code: 0, signal: null }, gateway.log);
  });

  test('a customer writes, is answered from the number that was written to, and the receipt comes home', async () => {
    assert.deepEqual((await smsc.post('/mo', { from: '79161230001', to: '900', text: 'Где заказ?' })).statuses, [0]);
    const [question] = await eventually(async () => {
      const found = await items(gateway, 'tel:+79161230001');
      return found.length === 1 && found;
    }, 'the question');
    assert.equal(question.text, 'Где заказ?');

    const id = await send(gateway, { reply_to: question.id, text: 'В пути' });
    const sent = await becomes(gateway, id, 'sent');
    assert.equal(sent.attempts, 1);

    const [submit] = (await smsc.get('/messages')).slice(-1);
    assert.deepEqual([submit.from, submit.to, submit.text], ['900', '79161230001', 'В пути']);
    await eventually(async () => (await items(gateway, 'tel:+79161230001')).some((item) => item.id === id && item.delivery?.status === 'delivered'), 'delivered');
  });

  test('a long text is delivered when every part is', async () => {
    await smsc.post('/options', { 'dlr-delay-ms': -1 });
    const text = 'Ответ '.repeat(30);
    const id = await send(gateway, { to: 'tel:+79161230002', text });
    await becomes(gateway, id, 'sent');
    const parts = (await smsc.get('/messages')).slice(-3);
    assert.equal(parts.map((part) => part.text).join(''), text);
    const status = async () => (await items(gateway, 'tel:+79161230002'))[0].delivery?.status;

    for (const part of parts.slice(0, 2)) await smsc.post('/dlr', { id: part.ids[1], stat: 'DELIVRD' });
    await eventually(async () => (await smsc.count('dlr_acks')) >= 3, 'the receipts are taken');
    assert.equal(await status(), 'sent');
    await smsc.post('/dlr', { id: parts[2].ids[1], stat: 'DELIVRD' });
    await eventually(async () => (await status()) === 'delivered', 'delivered');
    await smsc.post('/options', { 'dlr-delay-ms': 20 });
  });

  test('throttling costs no attempt', async () => {
    await smsc.post('/behave', { throttle_next: 3 });
    const sent = await becomes(gateway, await send(gateway, { to: 'tel:+79161230003', text: 'x' }), 'sent');
    assert.equal(sent.attempts, 1);
  });

  test('a refusal is final and keeps the centre\'s code', async () => {
    await smsc.post('/behave', { fail_next: 1, fail_status: 0x0b });
    const failed = await becomes(gateway, await send(gateway, { to: 'tel:+79161230004', text: 'x' }), 'failed');
    assert.equal(failed.history.at(-1).code, '0x0b');
  });

  test('what was on the way when the link broke is in doubt and goes out once', async () => {
    const before = await smsc.count('accepted');
    await smsc.post('/options', { 'dlr-delay-ms': -1 });
    await smsc.post('/behave', { drop_after_submits: 1 });
    const id = await send(gateway, { to: 'tel:+79161230005', text: 'x' });
    await becomes(gateway, id, 'unknown_outcome');
    await bound(smsc, 1);
    await becomes(gateway, await send(gateway, { to: 'tel:+79161230005', text: 'y' }), 'sent');
    assert.equal(await smsc.count('accepted'), before + 2);
    await becomes(gateway, id, 'unknown_outcome');
    await smsc.post('/options', { 'dlr-delay-ms': 20 });
  });

  test('a kill between two parts loses neither', async () => {
    const text = 'я'.repeat(200);
    const mo = { from: '79161230006', to: '900', text, ref: 77 };
    assert.deepEqual((await smsc.post('/mo', { ...mo, skip: [2] })).statuses, [0, 0]);
    await gateway.stop('SIGKILL');
    await gateway.start();
    await bound(smsc, 1);
    assert.deepEqual(await texts(gateway, 'tel:+79161230006'), []);
    assert.deepEqual((await smsc.post('/mo', { ...mo, skip: [1, 3] })).statuses, [0]);
    assert.deepEqual((await smsc.post('/mo', { ...mo, skip: [1, 3] })).statuses, [0], 'once more');
    await eventually(async () => (await texts(gateway, 'tel:+79161230006')).length > 0, 'the whole');
    await smsc.post('/mo', { from: '79161230006', to: '900', text: 'the end' });
    await eventually(async () => (await texts(gateway, 'tel:+79161230006')).includes('the end'), 'the end');
    assert.deepEqual(await texts(gateway, 'tel:+79161230006'), ['the end', text]);
  });

  test('a kill during a submit leaves it in doubt, and nothing is sent twice', async () => {
    await smsc.post('/behave', { mute_next: 1 });
    const before = await smsc.count('submits');
    const id = await send(gateway, { to: 'tel:+79161230007', text: 'x' });
    await eventually(async () => (await smsc.count('submits')) === before + 1, 'the submit');
    await gateway.stop('SIGKILL');
    await gateway.start();
    await becomes(gateway, id, 'unknown_outcome');
    await bound(smsc, 1);
    await becomes(gateway, await send(gateway, { to: 'tel:+79161230007', text: 'y' }), 'sent');
    assert.equal(await smsc.count('submits'), before + 2);
  });
});

const TEXTS = [
  ['GSM with pairs', 'Price [50€] {a|b} ~ ^ \\ @£$', 0],
  ['Cyrillic', 'Съешь ещё этих мягких булок', 2],
  ['a long GSM text', 'The quick brown fox jumps over the lazy dog {}. '.repeat(10).trim(), 0],
  ['a long text with surrogates', 'Ёлка 🎄 и подарки 🎁. '.repeat(12).trim(), 2],
];

describe('with Kannel', { skip: !there }, () => {
  let incoming;
  let outgoing;
  let kannel;
  let gateway;
  before(async () => {
    [incoming, outgoing] = await Promise.all([new Smsc('--dlr-delay-ms', '-1').start(), new Smsc('--dlr-delay-ms', '-1').start()]);
    const [gatewayStart, kannelStart] = [
      new Gateway(temporaryFolder(), config(instance('in', incoming.port, ', bind: receiver'), instance('out', outgoing.port, ', bind: transmitter, receipts: false')), env).start(),
      new Kannel({ sendTo: incoming.port, receiveFrom: outgoing.port }).start(),
    ];
    [gateway, kannel] = await Promise.all([gatewayStart, kannelStart]);
    await Promise.all([bound(incoming, 2), bound(outgoing, 2)]);
  });
  after(async () => {
    kannel?.stop();
    await gateway?.stop();
    incoming?.stop();
    outgoing?.stop();
  });

  // The centre passes on what one client submitted as it came.
  async function pass(smsc, from) {
    for (const message of (await smsc.get(`/messages?from=${from}`))) {
      const { status } = await smsc.post('/deliver', {
        pdu: {
          source_addr_ton: message.source_ton, source_addr_npi: message.source_npi, source_addr: message.from,
          dest_addr_ton: message.dest_ton, dest_addr_npi: message.dest_npi, destination_addr: message.to,
          esm_class: message.esm_class & 0x40, data_coding: message.data_coding,
        },
        hex: (message.udh ?? '') + message.data,
      });
      assert.equal(status, 0);
    }
  }

  for (const [index, [what, text, coding]] of TEXTS.entries()) {
    test(`what Kannel sends arrives: ${what}`, async () => {
      const before = await incoming.count('accepted');
      const from = `7916124000${index}`;
      await kannel.send({ from: `+${from}`, to: '5550', text, coding });
      const parts = await eventually(async () => {
        const messages = await incoming.get(`/messages?from=${before}`);
        return messages.length > 0 && messages.length >= Number(messages[0].udh?.slice(8, 10) ?? 1) && messages;
      }, 'Kannel submits');
      assert.ok(text.length < 100 || parts.length > 1);
      await pass(incoming, before);
      await eventually(async () => (await texts(gateway, `tel:+${from}`)).length > 0, 'on the timeline');
      assert.deepEqual(await texts(gateway, `tel:+${from}`), [text]);
    });

    test(`what we send is read by Kannel: ${what}`, async () => {
      const before = await outgoing.count('accepted');
      const heard = kannel.received.length;
      await becomes(gateway, await send(gateway, { to: `tel:+7916125000${index}`, via: 'out', text }), 'sent');
      await pass(outgoing, before);
      await eventually(async () => kannel.received.length > heard, 'Kannel hands it on');
      const { text: read, from } = kannel.received[heard];
      assert.deepEqual({ read, from }, { read: text, from: '5550' });
    });
  }
});
