// A long message that comes in parts over a kill, and a word of consent: from the vendor's webhook to the timeline and
// the outbox.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { Gateway, eventually, temporaryFolder } from '../support/gateway.mjs';

const TOKEN = 'parts-token-0123456789abcdef';
const POINT = 'tel:%2B79161234567';

const config = `
gateway: { listen: 127.0.0.1:0, data: ./data, public_url: "https://gw.example.test" }
api: { tokens: [ { name: test, secret: ${TOKEN}, scopes: [read, write] } ] }
connectors:
  - { name: sms, pack: vonage, settings: { api_key: abcd1234, api_secret: "\${env:VONAGE_SECRET}", address: "447700900000" } }
`;

describe('parts of a long message', () => {
  const folder = temporaryFolder();
  let gateway;
  const start = async () => { gateway = await new Gateway(folder, config, { VONAGE_SECRET: 'secret' }).start(); };
  before(start);
  after(() => gateway.stop());

  const call = async (fields) => {
    const query = new URLSearchParams({ msisdn: '79161234567', to: '447700900000', type: 'text', 'message-timestamp': '2026-11-20 12:00:00', ...fields });
    const answer = await fetch(`${gateway.url}/hooks/sms?${query}`);
    assert.equal(answer.status, 200, await answer.text());
  };
  const part = (id, number, text) => call({ messageId: id, text, concat: 'true', 'concat-ref': '7', 'concat-total': '3', 'concat-part': String(number) });
  const items = async () => {
    const answer = await gateway.get(`/v1/customers?point=${POINT}`, TOKEN);
    if (!answer.ok) return [];
    return (await gateway.json(`/v1/customers/${(await answer.json()).id}/timeline?limit=100`, TOKEN)).items;
  };
  const texts = async () => (await items()).map((item) => item.text).sort();
  const shows = (...expected) => eventually(async () => JSON.stringify(await texts()) === JSON.stringify(expected.sort()), `${expected} shown`);

  test('what is there shows at once, with a mark where something is missing', async () => {
    await part('P2', 2, 'two ');
    await shows('[…]two […]');
  });

  test('a kill loses nothing, repeats change nothing, the last part makes it whole', async () => {
    await part('P3', 3, 'three');
    await gateway.stop('SIGKILL');
    await start();
    await part('P2', 2, 'two ');
    await part('P1', 1, 'one ');
    await shows('one two three');
  });

  test('the reference used again is another message', async () => {
    await part('Q1', 1, 'four ');
    await shows('four […]', 'one two three');
  });

  test('a word of consent closes the point for what needs consent', async () => {
    await call({ messageId: 'W1', text: ' Stop! ' });
    await shows('four […]', 'one two three', ' Stop! ');
    const answer = await fetch(`${gateway.url}/v1/messages`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${TOKEN}`, 'Content-Type': 'application/json' },
      body: JSON.stringify({ to: 'tel:+79161234567', via: 'sms', text: 'news', purpose: 'marketing', idempotency_key: 'k1' }),
    });
    assert.equal(answer.status, 409, await answer.text());
  });
});
