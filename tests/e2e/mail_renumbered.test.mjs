// A server gives the mails of a folder new numbers (UIDVALIDITY): nothing is doubled, nothing is missed, new mail goes on.
import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';

import { Dovecot } from '../support/dovecot.mjs';
import { Gateway, eventually, temporaryFolder } from '../support/gateway.mjs';
import { everythingApplied, metric, query } from '../support/history.mjs';
import { MailClient } from '../support/imap_client.mjs';
import { letter, numberOf } from '../support/letters.mjs';
import { mailConfig } from '../support/mail_config.mjs';

const TOKEN = 'mail-token-0123456789abcdef';
const SUPPORT = 'support@example.test';

const config = (server) => mailConfig(server, [SUPPORT],
  { options: ['backfill_rate: 0', 'reconnect_first: 10ms', 'look_through: 500ms', 'idle_renew: 250ms'] });

describe('a folder whose mails have new numbers', () => {
  const env = { TANDEM_TOKEN: TOKEN };
  let server;
  let gateway;
  let last = 0;

  const mail = (number) => letter(number, { from: `c${number % 5}@customer.test`, to: SUPPORT, at: Date.UTC(2026, 10, 2, 9, number), owner: SUPPORT });
  // The server throws out whoever has the folder open: a person comes anew each time.
  const person = async (act) => {
    const client = await new MailClient().open(server.port, SUPPORT);
    try { return await act(client); } finally { client.close(); }
  };
  const deliver = (folder) => person((client) => client.append(folder, mail(last += 1)));
  const cursor = (stream) => JSON.parse(query(gateway, `SELECT value FROM cursor WHERE stream = '${stream}'`)[0]?.value ?? '{}');
  const uidvalidity = async (folder) => (await person((client) => client.state(folder))).uidvalidity;

  before(async () => {
    server = await new Dovecot().start();
    await person((client) => client.create('Team'));
    for (const folder of ['INBOX', 'Sent', 'Team']) for (let i = 0; i < 30; i++) await deliver(folder);
    gateway = await new Gateway(temporaryFolder(), config(server), env).start();
    await everyMailOnce();
  });
  after(async () => {
    const end = await gateway?.stop();
    await server?.stop();
    if (gateway) assert.deepEqual(end, { code: 0, signal: null }, gateway.log);
  });

  const everyMailOnce = async () => {
    await eventually(async () => (await metric(gateway, TOKEN, 'tandem_store_interactions')) >= last, `${last} mails`, 60_000);
    await everythingApplied(gateway, TOKEN);
    const numbers = query(gateway, "SELECT json_extract(document, '$.messages[0].body') AS body FROM interaction").map(({ body }) => numberOf(body));
    assert.deepEqual(numbers.sort((a, b) => a - b), Array.from({ length: last }, (_, index) => index + 1));
    assert.equal(await metric(gateway, TOKEN, 'tandem_store_quarantined'), 0);
  };

  // The gateway has seen the new number and read again all that lies there.
  const readAgain = async (folder, before) => {
    const now = await uidvalidity(folder);
    assert.notEqual(now, before);
    await eventually(() => cursor(`${SUPPORT}/${folder}`).uidvalidity === now, `${folder} is opened anew`, 60_000);
    await eventually(() => {
      const old = cursor(`backfill:${SUPPORT}/${folder}`);
      return old.uidvalidity === now && old.done;
    }, `${folder} is read again`, 60_000);
    await deliver(folder);
    await everyMailOnce();
  };

  test('while the gateway watches it', async () => {
    const before = await uidvalidity('INBOX');
    server.doveadm('mailbox', 'update', '-u', SUPPORT, '--uid-validity', String(before + 1000), 'INBOX');
    await deliver('INBOX');
    await readAgain('INBOX', before);
  });

  test('because the server has lost its index while both were down', async () => {
    const before = await uidvalidity('Sent');
    await gateway.stop();
    await deliver('Sent');
    await server.stop();
    for (const name of ['dovecot-uidlist', 'dovecot.index', 'dovecot.index.log', 'dovecot.index.cache']) {
      rmSync(`${server.folder}/mail/${SUPPORT}/Maildir/.Sent/${name}`, { force: true });
    }
    await server.start();
    await gateway.start();
    await readAgain('Sent', before);
  });

  test('because somebody has made it anew', async () => {
    const before = await uidvalidity('Team');
    await person(async (client) => {
      await client.delete('Team');
      await client.create('Team');
      await client.append('Team', mail(last += 1));
      for (let number = 90; number > 60; number--) await client.append('Team', mail(number));
    });
    await readAgain('Team', before);
  });
});
