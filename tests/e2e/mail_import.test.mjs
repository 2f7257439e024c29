// A full mailbox is imported, newest first, while new mail goes on arriving.
//   node mail_import.test.mjs [--mails N] [--rate OLD_MAILS_PER_SECOND]
// The rate makes the import last while live mails come, on a fast machine too. 0: as fast as it can.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { parseArgs } from 'node:util';

import { Dovecot } from '../support/dovecot.mjs';
import { Gateway, eventually, temporaryFolder } from '../support/gateway.mjs';
import { everythingApplied, feed, metric, query } from '../support/history.mjs';
import { MailClient } from '../support/imap_client.mjs';
import { letter, numberOf } from '../support/letters.mjs';
import { mailConfig } from '../support/mail_config.mjs';

const { values: options } = parseArgs({ options: { mails: { type: 'string', default: '3000' }, rate: { type: 'string', default: '500' } } });
const OLD = Number(options.mails);
const RATE = Number(options.rate);
const TOKEN = 'mail-token-0123456789abcdef';
const SUPPORT = 'support@example.test';
const LIVE = 'mailto:live@customer.test';
const DAY = 86_400_000;

const config = (server) => mailConfig(server, [SUPPORT], { options: [`backfill_rate: ${RATE}`, 'backfill_daily: 0B'] });

const old = (number, now) => ({
  mail: letter(number, { from: `c${number % 100}@customer.test`, to: SUPPORT, at: now - (OLD - number) * (20 * DAY / OLD), owner: SUPPORT }),
  at: now - (OLD - number) * (20 * DAY / OLD),
  seen: number % 3 !== 0,
});

function figures(latencies) {
  const sorted = [...latencies].sort((a, b) => a - b);
  return `${sorted.length} live mails on the timeline after ${sorted[0]} ms at best, ${sorted[sorted.length >> 1]} in the middle, ${sorted.at(-1)} at worst`;
}

describe(`a mailbox of ${OLD} mails`, () => {
  let server;
  let gateway;
  let client;
  let untouched;  // the folder before
  let next = OLD;
  const latencies = [];
  const waited = new Map();  // number of a live mail -> position of the feed when it was given to the server

  before(async () => {
    server = await new Dovecot().start();
    const now = Date.now();
    server.fill(SUPPORT, 'INBOX', Array.from({ length: OLD }, (_, index) => old(index + 1, now)));
    client = await new MailClient().open(server.port, SUPPORT);
    untouched = (await client.state('INBOX')).mails;
    assert.equal(untouched.size, OLD);
    gateway = await new Gateway(temporaryFolder(), config(server), { TANDEM_TOKEN: TOKEN }).start();
  });
  after(async () => {
    client?.close();
    const end = await gateway?.stop();
    await server?.stop();
    if (gateway) assert.deepEqual(end, { code: 0, signal: null }, gateway.log);
  });

  // Mails of one second have no order: it is among the newest.
  const shown = async (number) => {
    const found = await gateway.get(`/v1/customers?point=${encodeURIComponent(LIVE)}`, TOKEN);
    if (found.status !== 200) return false;
    const { id } = await found.json();
    const { items } = await gateway.json(`/v1/customers/${id}/timeline?limit=20`, TOKEN);
    return items.some((item) => numberOf(item.text) === number);
  };

  test('goes on receiving while old mail comes in', async () => {
    const begun = Date.now();
    let known = 0;  // old mails that are stored
    for (let moved = Date.now(); known < OLD;) {
      const number = next += 1;
      waited.set(number, await metric(gateway, TOKEN, 'tandem_feed_position'));
      const given = Date.now();
      await client.append('INBOX', letter(number, { from: 'live@customer.test', to: SUPPORT, at: given, owner: SUPPORT }), { at: given });
      await eventually(() => shown(number), `live mail ${number} is on the timeline`, 60_000);
      latencies.push(Date.now() - given);
      const now = (await metric(gateway, TOKEN, 'tandem_store_interactions')) - latencies.length;
      if (now > known) moved = Date.now();
      known = now;
      assert.ok(Date.now() - moved < 30_000, `the import stays at ${known}: ${gateway.log}`);
    }
    const seconds = (Date.now() - begun) / 1000;
    console.log(`${OLD} old mails in ${seconds.toFixed(1)} s (${Math.round(OLD / seconds)} mails/s); ${figures(latencies)}`);
    await everythingApplied(gateway, TOKEN);
  });

  test('has every mail once, the old ones newest first, the live ones among them', async () => {
    const numbers = new Map(query(gateway, "SELECT lower(hex(id)) AS id, json_extract(document, '$.messages[0].body') AS text FROM interaction")
      .map(({ id, text }) => [id, numberOf(text)]));
    assert.equal(numbers.size, next);
    assert.equal(new Set(numbers.values()).size, next);
    const entries = await feed(gateway, TOKEN, await metric(gateway, TOKEN, 'tandem_feed_position'));
    const created = entries.filter(({ kind }) => kind === 'interaction.created');
    const order = created.map(({ data }) => numbers.get(data.subject.replaceAll('-', '')));
    assert.equal(order.length, next);
    const imported = order.filter((number) => number <= OLD);
    assert.deepEqual(imported, imported.toSorted((a, b) => b - a), 'newest first');
    const among = order.slice(0, order.lastIndexOf(1)).filter((number) => number > OLD).length;
    assert.ok(among >= 3, `${among} live mails were stored before the import had ended`);
    const ahead = order.flatMap((number, index) => (waited.has(number) ? [created[index].id - waited.get(number)] : [])).sort((a, b) => a - b);
    console.log(`before a live mail came in, ${ahead[ahead.length >> 1]} old ones did (${ahead[0]} to ${ahead.at(-1)})`);
    // What is on its way is bounded; the rest of the import waits. Without a rate, what comes in until the server tells of a mail is unknown.
    if (RATE > 0) assert.ok(ahead[ahead.length >> 1] < OLD / 3, `${ahead[ahead.length >> 1]} old mails came in before a live one`);
    assert.equal(await metric(gateway, TOKEN, 'tandem_store_quarantined'), 0);
  });

  test('is as it was', async () => {
    const now = (await client.state('INBOX')).mails;
    assert.equal(now.size, next);
    for (const [uid, state] of untouched) assert.deepEqual(now.get(uid), state, `mail ${uid}`);
  });
});
