// The line to the mail server is cut at every step of the protocol, and the server is killed: each mail comes once, and
// nothing changes in the mailbox.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { Dovecot } from '../support/dovecot.mjs';
import { Gateway, eventually, temporaryFolder } from '../support/gateway.mjs';
import { everythingApplied, metric, query } from '../support/history.mjs';
import { letter, numberOf, text } from '../support/letters.mjs';
import { mailConfig } from '../support/mail_config.mjs';
import { People } from '../support/people.mjs';
import { Wire } from '../support/wire.mjs';

const TOKEN = 'mail-token-0123456789abcdef';
const SUPPORT = 'support@example.test';

const config = (server, wire, tls) => mailConfig(server, [SUPPORT],
  { port: wire.port, tls, options: ['reconnect_first: 10ms', 'reconnect_limit: 50ms', 'logins: 1000'] });

for (const tls of ['none', 'starttls']) describe(`a line that is cut, tls: ${tls}`, () => {
  let server;
  let wire;
  let people;
  let gateway;
  let last = 0;

  before(async () => {
    server = await new Dovecot().start();
    wire = await new Wire().start(server.port);
    people = new People(server);
    gateway = await new Gateway(temporaryFolder(), config(server, wire, tls), { TANDEM_TOKEN: TOKEN }).start();
    await deliver();
    await arrived();
  });
  after(async () => {
    people?.close();
    const end = await gateway?.stop();
    wire?.stop();
    await server?.stop();
    if (gateway) assert.deepEqual(end, { code: 0, signal: null }, gateway.log);
  });

  // A letter and an answer.
  const deliver = async () => {
    const at = Date.now();
    const question = last += 1;
    await people.deliver(`${SUPPORT}/INBOX`, question, letter(question, { from: 'ann@customer.test', to: SUPPORT, at, owner: SUPPORT }), ['\\Flagged'], at);
    const answer = last += 1;
    await people.deliver(`${SUPPORT}/Sent`, answer, letter(answer, { from: SUPPORT, to: 'ann@customer.test', at, owner: SUPPORT }), ['\\Seen', 'todo'], at);
  };
  const arrived = () => eventually(async () => (await metric(gateway, TOKEN, 'tandem_store_interactions')) >= last, `${last} mails`, 60_000)
    .catch(async (error) => { throw new Error(`${error.message}: ${JSON.stringify(await gateway.json('/v1/connectors', TOKEN))} ${server.log()}`); });

  test('is made anew wherever it was cut', async () => {
    let cuts = 0;
    for (let step = 0; ; step++) {
      // In the open a line is a step; every second cut is in the midst of the next.
      wire.cutNext(tls === 'none' ? { lines: step, half: step % 2 === 1 } : { octets: Math.ceil(1.3 ** step) });
      await deliver();
      await arrived();
      if (!wire.burnt) break;
      cuts++;
    }
    console.log(`tls: ${tls}: ${cuts} cuts, ${wire.accepted} connections, ${last} mails`);
    assert.ok(cuts > (tls === 'none' ? 60 : 20), `${cuts} cuts`);
  });

  test('is found again when the server was killed', async () => {
    wire.cutNext({});
    await server.kill();
    const number = last += 1;
    server.deliver(SUPPORT, 'INBOX', letter(number, { from: 'ann@customer.test', to: SUPPORT, at: Date.now(), owner: SUPPORT }));
    await server.start();
    await deliver();
    await arrived();
  });

  test('each mail is there once and whole', async () => {
    await everythingApplied(gateway, TOKEN);
    const bodies = query(gateway, "SELECT json_extract(document, '$.messages[0].body') AS body, json_extract(document, '$.attributes.truncated') AS cut FROM interaction");
    assert.equal(bodies.length, last);
    assert.deepEqual(new Set(bodies.map(({ body }) => numberOf(body))).size, last);
    for (const { body, cut } of bodies) {
      assert.equal(body, text(numberOf(body)));
      assert.equal(cut, null);
    }
    assert.equal(await metric(gateway, TOKEN, 'tandem_store_quarantined'), 0);
  });

  test('nothing has changed in the mailbox', async () => {
    const differences = await people.differences();
    // The mail that was laid there by hand is no person's.
    assert.deepEqual(differences.filter((one) => !/nobody put mail|\\Recent/.test(one)), []);
    assert.equal(differences.length, 2, differences.join('\n'));
  });
});
