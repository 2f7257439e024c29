// The gateway as a client of a real Prosody: a conversation from the chat server to the timeline and back, and what
// kills do to it.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { Gateway, eventually, temporaryFolder } from '../support/gateway.mjs';
import { Prosody, Visitor } from '../support/prosody.mjs';

const TOKEN = 'xmpp-token-0123456789abcdef';
const env = { TANDEM_TOKEN: TOKEN, XMPP_PASSWORD: 'agent-pw' };
const POINT = 'xmpp:visitor@localhost';

const config = (server) => `
gateway: { listen: 127.0.0.1:0, data: ./data }
identity: { region: RU }
api: { tokens: [ { name: test, secret: "\${env:TANDEM_TOKEN}", scopes: [read, write, admin] } ] }
connectors:
  - name: chat
    type: xmpp
    pack: xmpp
    options: { jid: agent@localhost, password: "\${env:XMPP_PASSWORD}", host: 127.0.0.1, port: ${server.port}, tls_ca: ${server.certificate},
               reconnect_first: 50ms, reconnect_limit: 200ms, send_timeout: 5s }
`;

async function items(gateway) {
  const answer = await gateway.get(`/v1/customers?point=${encodeURIComponent(POINT)}`, TOKEN);
  if (!answer.ok) return [];
  const { id } = await answer.json();
  return (await gateway.json(`/v1/customers/${id}/timeline?limit=200`, TOKEN)).items;
}

async function post(gateway, path, message) {
  const answer = await fetch(gateway.url + path, {
    method: 'POST', headers: { Authorization: `Bearer ${TOKEN}`, 'Content-Type': 'application/json' }, body: JSON.stringify(message),
  });
  const body = await answer.json();
  assert.equal(answer.status, 202, JSON.stringify(body));
  return body.id;
}

const state = async (gateway, id) => (await gateway.json(`/v1/messages/${id}`, TOKEN)).state;

const online = (gateway) => eventually(async () => (await gateway.json('/v1/connectors', TOKEN)).items?.[0]?.state === 'ready', 'online', 20_000);

describe('at Prosody', () => {
  let server;
  let gateway;
  let visitor;
  before(async () => {
    server = await new Prosody().start();
    gateway = await new Gateway(temporaryFolder(), config(server), env).start();
    visitor = await new Visitor().start(server.port);
  });
  after(async () => {
    visitor?.stop();
    const end = await gateway?.stop();
    await server?.stop();
    if (gateway) assert.deepEqual(end, { code: 0, signal: null }, gateway.log);
  });

  test('a customer writes, corrects, is answered, and the receipts come home', async () => {
    visitor.write('m1', 'Где заказ');
    const [question] = await eventually(async () => { const all = await items(gateway); return all.length === 1 && all; }, 'the question');
    assert.equal(question.text, 'Где заказ');
    visitor.write('m2', 'Где заказ?', "<replace xmlns='urn:xmpp:message-correct:0' id='m1'/>");
    await eventually(async () => { const all = await items(gateway); return all.length === 1 && all[0].text === 'Где заказ?'; }, 'the correction');

    const id = await post(gateway, '/v1/messages', { reply_to: question.id, text: 'В пути', idempotency_key: 'k1' });
    await visitor.expect('В пути');
    await eventually(async () => await state(gateway, id) === 'sent', 'sent');
    visitor.write('r1', '', `<received xmlns='urn:xmpp:receipts' id='${id}'/>`);
    visitor.write('r2', '', `<displayed xmlns='urn:xmpp:chat-markers:0' id='${id}'/>`);
    await eventually(async () => (await items(gateway)).some((item) => item.id === id && item.delivery?.status === 'read'), 'read');
    assert.equal((await items(gateway)).length, 2);
  });

  test('a retraction takes the message away', async () => {
    visitor.write('x1', 'oops');
    await eventually(async () => (await items(gateway)).some((item) => item.text === 'oops'), 'the message');
    visitor.write('x2', '/me retracted', "<retract xmlns='urn:xmpp:message-retract:1' id='x1'/>");
    await eventually(async () => !(await items(gateway)).some((item) => item.text === 'oops'), 'the retraction');
  });

  test('kills lose and double nothing', async () => {
    const expected = [];
    for (let round = 0; round < 5; ++round) {
      for (let i = 0; i < 10; ++i) {
        const text = `round ${round} message ${i}`;
        expected.push(text);
        visitor.write(`k${round}-${i}`, text);
      }
      await gateway.stop('SIGKILL');
      visitor.write(`a${round}`, `while it was down ${round}`);
      expected.push(`while it was down ${round}`);
      await visitor.settle();
      await gateway.start();
    }
    const seen = () => items(gateway).then((all) => all.map((item) => item.text).filter((text) => text?.startsWith('round') || text?.startsWith('while')));
    await eventually(async () => (await seen()).length >= expected.length, 'all messages', 20_000);
    visitor.write('end', 'the end');
    await eventually(async () => (await items(gateway)).some((item) => item.text === 'the end'), 'the end');
    assert.deepEqual((await seen()).sort(), expected.sort());
  });

  test('a kill while sending sends nothing twice, and what went out is found in the archive', async () => {
    const sent = [];
    for (let round = 0; round < 3; ++round) {
      await online(gateway);
      const text = `once ${round}`;
      sent.push([text, await post(gateway, '/v1/messages', { to: POINT, via: 'chat', text, idempotency_key: `once-${round}` })]);
      await visitor.expect(text);
      await gateway.stop('SIGKILL');
      await gateway.start();
    }
    // The gateway asks the archive half a minute after it came back.
    for (const [text, id] of sent) {
      await eventually(async () => await state(gateway, id) === 'sent', `${text}: found in the archive`, 60_000);
    }
    await visitor.settle();
    for (const [text] of sent) assert.equal(visitor.all.split(text).length - 1, 1, `${text}: sent once`);
  });

  test('the server is restarted', async () => {
    await server.restart();
    visitor.stop();
    visitor = await new Visitor().start(server.port);
    visitor.write('s1', 'after the restart');
    await eventually(async () => (await items(gateway)).some((item) => item.text === 'after the restart'), 'after the restart', 20_000);
  });
});
