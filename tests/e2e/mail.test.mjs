// Mail beside real servers: Dovecot's mailboxes become one history, and nothing changes in them.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { Dovecot } from '../support/dovecot.mjs';
import { Gateway, eventually, temporaryFolder } from '../support/gateway.mjs';
import { MailClient } from '../support/imap_client.mjs';
import { letter, text } from '../support/letters.mjs';
import { mailConfig } from '../support/mail_config.mjs';
import { SIGNING_KEY, report } from '../support/mailgun.mjs';

const TOKEN = 'mail-token-0123456789abcdef';
const env = { TANDEM_TOKEN: TOKEN, SIGNING_KEY };

// The name of the second sorts before that of the mailboxes: what it reports must not speak for the mail.
const config = (server) => mailConfig(server, ['support@example.test', 'lead@example.test'],
  { region: 'RU', connectors: ['{ name: clicks, pack: mailgun, settings: { signing_key: "${env:SIGNING_KEY}" } }'] });

const date = (minutes) => new Date(Date.UTC(2026, 10, 2, 9, minutes)).toUTCString().replace('GMT', '+0000');

const question = `Received: from mx.customer.test by mx.example.test; ${date(1)}
From: Irina <irina@customer.test>
To: support@example.test, lead@example.test
Date: ${date(0)}
Message-ID: <q1@customer.test>
Subject: Where is my bill?
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="=b"

--=b
Content-Type: text/plain; charset=utf-8

I have not got it.
--=b
Content-Type: text/plain; name="order.txt"
Content-Disposition: attachment; filename="order.txt"
Content-Transfer-Encoding: base64

b3JkZXIgNDQ3MQ==
--=b--
`;

const answer = `From: Support <support@example.test>
To: irina@customer.test
Bcc: audit@example.test
Date: ${date(30)}
Message-ID: <a1@example.test>
In-Reply-To: <q1@customer.test>
References: <q1@customer.test>
Subject: Re: Where is my bill?

It is on its way.

> I have not got it.
`;

const mailing = (number, to) => `From: News <news@example.test>
To: ${to}
Date: ${date(40)}
Message-ID: <n${number}@example.test>
List-Unsubscribe: <mailto:leave@example.test?subject=unsubscribe>
X-Campaign-Id: winter
Subject: Winter is coming

Buy tyres.
`;

describe('at Dovecot', () => {
  let server;
  let gateway;

  before(async () => {
    server = await new Dovecot().start();
    gateway = await new Gateway(temporaryFolder(), config(server), env).start();
  });
  after(async () => {
    const end = await gateway?.stop();
    await server?.stop();
    if (gateway) assert.deepEqual(end, { code: 0, signal: null }, gateway.log);
  });

  const timeline = async (point, wanted) => eventually(async () => {
    const found = await gateway.get(`/v1/customers?point=${encodeURIComponent(point)}`, TOKEN);
    if (found.status !== 200) return false;
    const { id } = await found.json();
    const page = await gateway.json(`/v1/customers/${id}/timeline`, TOKEN);
    return page.items.length >= wanted && page.items;
  }, `${wanted} of ${point}`, 30_000).catch((error) => { throw new Error(`${error.message}: ${gateway.log}\n${server.log()}`); });

  // As another mail client does: what it has sent it lays into Sent.
  const send = async (mail, flags) => {
    const client = await new MailClient().open(server.port, 'support@example.test');
    await client.append('Sent', mail, { flags });
    client.close();
  };

  test('a letter and its answer from another mail client are one conversation, each mail once', async () => {
    server.deliver('support@example.test', 'INBOX', question);
    server.deliver('lead@example.test', 'INBOX', question);
    await timeline('mailto:irina@customer.test', 1);
    await send(answer, ['\\Seen']);
    const [out, first] = await timeline('mailto:irina@customer.test', 2);

    assert.equal(first.direction, 'inbound');
    assert.equal(first.text, 'I have not got it.');
    assert.equal(out.direction, 'outbound');
    assert.equal(out.text, 'It is on its way.');
    assert.equal(out.thread, first.thread);
    // The second copy may still be on its way: a mail that comes after it says when it is there.
    server.deliver('lead@example.test', 'INBOX', question.replace('q1@', 'q2@').replace('bill?', 'parcel?'));
    const items = await timeline('mailto:irina@customer.test', 3);
    assert.equal(items.length, 3);
    assert.ok(items.some((item) => item.thread !== first.thread));
  });

  test('live mail, and an answer from another mail client, are on the timeline at once', async () => {
    const client = await new MailClient().open(server.port, 'support@example.test');
    const latencies = [];
    for (let number = 1; number <= 10; number++) {
      const outbound = number % 2 === 0;
      const people = outbound ? { from: 'support@example.test', to: 'live@customer.test' } : { from: 'live@customer.test', to: 'support@example.test' };
      const given = Date.now();
      await client.append(outbound ? 'Sent' : 'INBOX', letter(number, { ...people, at: given, owner: 'support@example.test' }));
      const items = await timeline('mailto:live@customer.test', number);
      latencies.push(Date.now() - given);
      assert.equal(items.find((item) => item.text === text(number))?.direction, outbound ? 'outbound' : 'inbound');
    }
    client.close();
    latencies.sort((a, b) => a - b);
    console.log(`from the mail server to the timeline: ${latencies[0]} ms at best, ${latencies[5]} in the middle, ${latencies[9]} at worst`);
    // Bound generously for a busy machine; without IDLE and NOTIFY it would be what `poll` says, a minute.
    assert.ok(latencies[5] < 5_000, `${latencies[5]} ms`);
  });

  test('a file of a mail is kept', async () => {
    const file = await eventually(async () => {
      const items = await timeline('mailto:irina@customer.test', 1);
      const [found] = items.at(-1).attachments ?? [];
      return found?.media?.state === 'stored' && found;
    }, 'the file', 30_000);
    const bytes = await gateway.get(file.media.href, TOKEN);
    assert.equal(await bytes.text(), 'order 4471');
  });

  const links = (item) => (item.events ?? []).filter((event) => event.type === 'link.clicked').map((event) => event.data.url).sort();

  for (const [order, to] of [['before', 'boris@customer.test'], ['after', 'anna@customer.test']]) {
    test(`clicks that are reported ${order} the mailing itself are part of it`, async () => {
      const seen = (event, fields) => report(`${gateway.url}/hooks/clicks`, {
        messageId: `n${order}@example.test`, event, recipient: to, at: Date.parse(date(41)), ...fields,
      });
      const clicks = async () => {
        await seen('clicked', { url: 'https://example.test/a' });
        await seen('clicked', { url: 'https://example.test/b' });
        await seen('opened');
      };
      if (order === 'before') {
        await clicks();
        assert.deepEqual((await timeline(`mailto:${to}`, 1)).map((item) => item.text ?? null), [null]);
      }
      await send(mailing(order, to), ['\\Seen']);
      if (order === 'after') {
        await timeline(`mailto:${to}`, 1);
        await clicks();
      }
      const whole = await eventually(async () => {
        const items = await timeline(`mailto:${to}`, 1);
        const documents = await Promise.all(items.map(async (item) => (await gateway.json(`/v1/interactions/${item.id}`, TOKEN)).document));
        return documents.find((document) => document.campaign && links(document).length === 2) && items[0].delivery && documents;
      }, 'the mailing with its clicks', 30_000);
      assert.deepEqual(whole.map((document) => [document.namespace, document.initiated_by, document.messages.length]), [['mail', 'campaign', 1]]);
      assert.deepEqual(links(whole[0]), ['https://example.test/a', 'https://example.test/b']);
    });
  }

  test('no flag has changed', () => {
    for (const [user, folder, ...flags] of [['support@example.test', 'INBOX', ''], ['lead@example.test', 'INBOX', ''], ['support@example.test', 'Sent', '', 'S']])
      assert.deepEqual(new Set(server.flags(user, folder)), new Set(flags), `${user} ${folder}`);
  });

  test('what came while the server was down is there, and nothing twice', async () => {
    const before = (await timeline('mailto:irina@customer.test', 3)).length;
    await server.stop();
    server.deliver('support@example.test', 'INBOX', question.replaceAll('q1@', 'q3@').replace('bill?', 'answer?'));
    await server.start();
    assert.equal((await timeline('mailto:irina@customer.test', before + 1)).length, before + 1);
  });
});
