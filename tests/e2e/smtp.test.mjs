// The gateway sends by a real Postfix, takes copies of all mails from it, and reads the Sent folder at a real Dovecot; a proxy
// and a server that lose connections show what it makes of doubt.
import assert from 'node:assert/strict';
import net, { createServer } from 'node:net';
import readline from 'node:readline';
import { after, before, describe, test } from 'node:test';

import { Dovecot } from '../support/dovecot.mjs';
import { Gateway, eventually, temporaryFolder } from '../support/gateway.mjs';
import { LosingProxy } from '../support/losing_proxy.mjs';
import { SIGNING_KEY, report } from '../support/mailgun.mjs';
import { freePort } from '../support/ports.mjs';
import { Postfix } from '../support/postfix.mjs';

const TOKEN = 'smtp-token-0123456789abcdef';
const env = { TANDEM_TOKEN: TOKEN, SIGNING_KEY };

const config = (server, sink, mailboxes) => `
gateway: { listen: 127.0.0.1:0, data: ./data }
identity: { region: RU }
api: { tokens: [ { name: test, secret: "\${env:TANDEM_TOKEN}", scopes: [read, write, admin] } ] }
connectors:
  - name: mail
    type: smtp
    pack: mail
    options:
      submission: { from: support@example.test, from_name: Acme, host: 127.0.0.1, port: ${server}, tls: none, send_timeout: 20s }
${sink ? `      journal: { listen: "127.0.0.1:${sink}", recipients: [journal@gw.test], peers: [127.0.0.1] }` : ''}
    settings: { own: [ "@example.test" ] }
  - { name: reports, pack: mailgun, settings: { signing_key: "\${env:SIGNING_KEY}" } }
${mailboxes ? `  - name: boxes
    type: imap
    pack: mail
    settings: { own: [ "@example.test" ] }
    options:
      host: 127.0.0.1
      port: ${mailboxes.port}
      tls: starttls
      tls_ca: ${mailboxes.certificate}
      password: secret
      mailboxes: [ { user: support@example.test } ]
      poll: 1s` : ''}
`;

async function post(gateway, message) {
  const answer = await fetch(`${gateway.url}/v1/messages`, {
    method: 'POST', headers: { Authorization: `Bearer ${TOKEN}`, 'Content-Type': 'application/json' }, body: JSON.stringify(message),
  });
  const body = await answer.json();
  assert.equal(answer.status, 202, JSON.stringify(body));
  return body.id;
}

const message = (gateway, id) => gateway.json(`/v1/messages/${id}`, TOKEN);
const states = (told) => told.history.map((event) => event.state);
const becomes = (gateway, id, state) => eventually(async () => (await message(gateway, id)).state === state, state, 30_000)
  .catch(async (error) => { throw new Error(`${error.message}: ${JSON.stringify(await message(gateway, id))}`); });

const LETTER_WITH_A_FILE = `From: Irina <irina@customer.test>
To: support@example.test
Message-ID: <file1@customer.test>
Date: ${new Date().toUTCString().replace('GMT', '+0000')}
Subject: The order
Content-Type: multipart/mixed; boundary=b

--b

See the file.
--b
Content-Type: text/csv; name=order.csv
Content-Disposition: attachment; filename=order.csv
Content-Transfer-Encoding: base64

${Buffer.from('4471;sent\n').toString('base64')}
--b--
`;

// Gives a mail to the gateway's listener as a mail server does.
async function handOver(port, { from, to, mail }) {
  const socket = net.connect(port, '127.0.0.1');
  const lines = readline.createInterface({ input: socket })[Symbol.asyncIterator]();
  const heard = async (code) => {
    for (;;) {
      const { value, done } = await lines.next();
      assert.ok(!done, `the listener left before ${code}`);
      if (value[3] === '-') continue;
      assert.ok(value.startsWith(code), value);
      return;
    }
  };
  await heard('220');
  for (const [line, code] of [['EHLO mx.test', '250'], [`MAIL FROM:<${from}>`, '250'], [`RCPT TO:<${to}>`, '250'], ['DATA', '354'],
    [`${mail.replaceAll('\n', '\r\n')}.`, '250'], ['QUIT', '221']]) {
    socket.write(`${line}\r\n`);
    await heard(code);
  }
}

describe('at Postfix', () => {
  let server;
  let proxy;
  let gateway;
  let sink;
  before(async () => {
    sink = await freePort();
    server = await new Postfix().start({ copiesTo: 'journal@gw.test', gateway: sink });
    proxy = await new LosingProxy().start(server.port);
    gateway = await new Gateway(temporaryFolder(), config(proxy.port, sink), env).start();
  });
  after(async () => {
    const end = await gateway?.stop();
    proxy?.stop();
    await server?.stop();
    if (gateway) assert.deepEqual(end, { code: 0, signal: null }, gateway.log);
  });

  test('a mail goes out with the id of its message, and a copy comes back', async () => {
    const id = await post(gateway, { to: 'mailto:ann@customer.test', subject: 'Ваш заказ', text: 'В пути', idempotency_key: 'k1' });
    await becomes(gateway, id, 'sent');
    const [mail] = await eventually(() => { const all = server.mails('ann@customer.test'); return all.length > 0 && all; }, 'the mail', 30_000);
    assert.match(mail, new RegExp(`^Message-ID: <${id}@example.test>$`, 'm'));
    assert.match(mail, new RegExp(`^Subject: =\\?UTF-8\\?B\\?${Buffer.from('Ваш заказ').toString('base64')}\\?=$`, 'm'));
    await eventually(async () => (await gateway.json('/v1/connectors', TOKEN)).items[0].counters.mails >= 1, 'the copy', 30_000)
      .catch((error) => { throw new Error(`${error.message}: ${server.log()}`); });
  });

  test('what a relay reports of our mail is part of it, and who leaves gets no more of the kind', async () => {
    const news = { to: 'mailto:leaver@customer.test', via: 'mail', text: 'News', purpose: 'marketing' };
    const id = await post(gateway, { ...news, idempotency_key: 'n1' });
    await becomes(gateway, id, 'sent');
    const seen = (event, fields) => report(`${gateway.url}/hooks/reports`, { messageId: `${id}@example.test`, event, recipient: 'leaver@customer.test', ...fields });
    await seen('clicked', { url: 'https://example.test/a' });
    await seen('unsubscribed');
    const events = async () => {
      const { id: customer } = await gateway.json('/v1/customers?point=mailto:leaver@customer.test', TOKEN);
      const { items } = await gateway.json(`/v1/customers/${customer}/timeline`, TOKEN);
      const documents = await Promise.all(items.map(async (item) => (await gateway.json(`/v1/interactions/${item.id}`, TOKEN)).document));
      return documents.map((document) => [document.messages?.[0].body, (document.events ?? []).map((event) => event.type).sort()]);
    };
    const wanted = [['News', ['consent.withdrawn', 'link.clicked']]];
    await eventually(async () => JSON.stringify(await events()) === JSON.stringify(wanted), 'both in one', 30_000)
      .catch(async (error) => { throw new Error(`${error.message}: ${JSON.stringify(await events())}`); });

    const refused = await fetch(`${gateway.url}/v1/messages`, {
      method: 'POST', headers: { Authorization: `Bearer ${TOKEN}`, 'Content-Type': 'application/json' }, body: JSON.stringify({ ...news, idempotency_key: 'n2' }),
    });
    assert.equal(refused.status, 409);
    assert.match(JSON.stringify(await refused.json()), /opted-out/);
  });

  test('a file of a mail that only the journal has is kept', async () => {
    await handOver(sink, { from: 'irina@customer.test', to: 'journal@gw.test', mail: LETTER_WITH_A_FILE });
    const file = await eventually(async () => {
      const found = await gateway.get('/v1/customers?point=mailto:irina@customer.test', TOKEN);
      if (found.status !== 200) return false;
      const { items } = await gateway.json(`/v1/customers/${(await found.json()).id}/timeline`, TOKEN);
      const [one] = items[0]?.attachments ?? [];
      return one?.media?.state === 'stored' && one;
    }, 'the file', 30_000);
    assert.equal(file.filename ?? file.name, 'order.csv');
    const bytes = await gateway.get(file.media.href, TOKEN);
    assert.equal(await bytes.text(), '4471;sent\n');
  });

  test('refusals are told, and reports name the message', async () => {
    const refused = await post(gateway, { to: 'mailto:reject@customer.test', text: 'x', idempotency_key: 'k2' });
    await becomes(gateway, refused, 'failed');
    assert.equal((await message(gateway, refused)).history.at(-1).code, '5.1.1');
    const bounced = await post(gateway, { to: 'mailto:bounce@customer.test', text: 'x', idempotency_key: 'k3' });
    await becomes(gateway, bounced, 'sent');
    await eventually(() => server.mails('support@example.test').some((mail) => mail.includes(`Original-Envelope-Id: ${bounced}`)), 'the report', 30_000);
  });

  test('the journal tells what became of a mail whose answer was lost', async () => {
    proxy.lose(1);
    const id = await post(gateway, { to: 'mailto:eve@customer.test', text: 'once', idempotency_key: 'k4' });
    await becomes(gateway, id, 'sent');
    assert.equal(proxy.swallowed, 1);
    assert.deepEqual(states(await message(gateway, id)), ['queued', 'sending', 'unknown_outcome', 'sent']);
    assert.equal(server.mails('eve@customer.test').length, 1);
  });
});

// What Postfix has put before a mail that it delivered.
const asSent = (delivered) => delivered.replace(/^(Return-Path|X-Original-To|Delivered-To):.*\n/gm, '');

describe('when answers are lost, at Postfix and Dovecot', () => {
  let server;
  let boxes;
  let proxy;
  let gateway;
  before(async () => {
    [server, boxes] = await Promise.all([new Postfix().start(), new Dovecot().start()]);
    proxy = await new LosingProxy().start(server.port);
    gateway = await new Gateway(temporaryFolder(), config(proxy.port, 0, boxes), env).start();
  });
  after(async () => {
    const end = await gateway?.stop();
    proxy?.stop();
    await server?.stop();
    await boxes?.stop();
    if (gateway) assert.deepEqual(end, { code: 0, signal: null }, gateway.log);
  });

  const delivered = async (address) => (await eventually(() => { const all = server.mails(address); return all.length > 0 && all; }, `a mail to ${address}`, 30_000))[0];
  const timeline = async (point, wanted) => eventually(async () => {
    const found = await gateway.get(`/v1/customers?point=${encodeURIComponent(point)}`, TOKEN);
    if (found.status !== 200) return false;
    const { items } = await gateway.json(`/v1/customers/${(await found.json()).id}/timeline`, TOKEN);
    return items.length >= wanted && items;
  }, `${wanted} of ${point}`, 30_000);

  test('the Sent folder tells that an answer went out', async () => {
    const asked = new Date(Date.now() - 60_000).toUTCString().replace('GMT', '+0000');
    boxes.deliver('support@example.test', 'INBOX', `Received: from mx.customer.test by mx.example.test; ${asked}
From: Ann <ann@customer.test>
To: support@example.test
Date: ${asked}
Message-ID: <q1@customer.test>
Subject: Where is my bill?

I have not got it.
`);
    const [question] = await timeline('mailto:ann@customer.test', 1);
    proxy.lose(1);
    // Nobody says through which instance: the mailbox's own sends nothing, the other one does.
    const id = await post(gateway, { reply_to: question.id, text: 'On its way', idempotency_key: 'k1' });
    await becomes(gateway, id, 'unknown_outcome');
    const feed = await gateway.get('/v1/feed', TOKEN);
    boxes.deliver('support@example.test', 'Sent', asSent(await delivered('ann@customer.test')));
    await becomes(gateway, id, 'sent');
    const told = await message(gateway, id);
    assert.equal(told.via, 'mail');
    assert.deepEqual(states(told), ['queued', 'sending', 'unknown_outcome', 'sent']);
    assert.equal(told.interaction.delivery.status, 'sent');
    const items = await timeline('mailto:ann@customer.test', 2);
    assert.deepEqual(items.map((item) => item.direction), ['outbound', 'inbound']);
    assert.equal(items[0].id, id);
    assert.equal(items[0].thread, items[1].thread, JSON.stringify([items, question.thread]));
    let news = '';
    for await (const bytes of feed.body) {
      news += Buffer.from(bytes).toString();
      if (news.includes(id)) break;
    }
    assert.match(news, new RegExp(`event: interaction.changed\ndata: .*"subject":"${id}"`));
  });

  test('a report tells that a mail came back', async () => {
    proxy.lose(1);
    const id = await post(gateway, { to: 'mailto:bounce@customer.test', text: 'x', idempotency_key: 'k2' });
    await becomes(gateway, id, 'unknown_outcome');
    boxes.deliver('support@example.test', 'INBOX', asSent(await delivered('support@example.test')));
    await becomes(gateway, id, 'failed');
    const told = await message(gateway, id);
    assert.equal(told.history.at(-1).code, '5.1.1');
    assert.equal(told.interaction.delivery.status, 'failed');
  });

  test('after a kill too', async () => {
    proxy.lose(1, 'held');
    const id = await post(gateway, { to: 'mailto:kim@customer.test', text: 'once', idempotency_key: 'k3' });
    boxes.deliver('support@example.test', 'Sent', asSent(await delivered('kim@customer.test')));
    await gateway.stop('SIGKILL');
    await gateway.start();
    await becomes(gateway, id, 'sent');
    assert.ok(states(await message(gateway, id)).includes('unknown_outcome'));
    assert.equal(server.mails('kim@customer.test').length, 1);
    assert.equal((await timeline('mailto:kim@customer.test', 1)).length, 1);
  });
});

// Says yes to everything and nothing after the final dot, as often as it is told.
class SilentServer {
  async start(silent) {
    this.contents = [];
    this.sockets = new Set();
    this.server = createServer((socket) => {
      let content = null;
      let rest = '';
      this.sockets.add(socket);
      socket.setEncoding('utf8');
      socket.on('error', () => {});
      socket.on('data', (text) => {
        rest += text;
        for (let end = rest.indexOf('\r\n'); end >= 0; end = rest.indexOf('\r\n')) {
          const line = rest.slice(0, end);
          rest = rest.slice(end + 2);
          if (content !== null && line !== '.') { content += `${line}\r\n`; continue; }
          if (content !== null) {
            this.contents.push(content);
            content = null;
            if (this.contents.length > silent) socket.write('250 2.0.0 queued\r\n');
          } else if (line === 'DATA') {
            content = '';
            socket.write('354 go\r\n');
          } else {
            socket.write('250 ok\r\n');
          }
        }
      });
      socket.write('220 silent ESMTP\r\n');
    });
    await new Promise((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    this.port = this.server.address().port;
    return this;
  }

  stop() {
    for (const socket of this.sockets) socket.destroy();
    this.server.close();
  }
}

test('a kill behind the final dot leaves doubt, and sends nothing twice', async () => {
  const server = await new SilentServer().start(1);
  const gateway = await new Gateway(temporaryFolder(), config(server.port), env).start();
  try {
    const id = await post(gateway, { to: 'mailto:ann@customer.test', text: 'once', idempotency_key: 'k1' });
    await eventually(() => server.contents.length === 1, 'the mail');
    await gateway.stop('SIGKILL');
    await gateway.start();
    await becomes(gateway, id, 'unknown_outcome');
    const next = await post(gateway, { to: 'mailto:ann@customer.test', text: 'another', idempotency_key: 'k2' });
    await becomes(gateway, next, 'sent');
    assert.equal(server.contents.length, 2);
    assert.equal((await message(gateway, id)).state, 'unknown_outcome');
    // A person decides; the mail keeps its Message-ID, so that a double can be told.
    await fetch(`${gateway.url}/v1/messages/${id}/resend`, { method: 'POST', headers: { Authorization: `Bearer ${TOKEN}` } });
    await becomes(gateway, id, 'sent');
    assert.equal(server.contents[0], server.contents[2]);
  } finally {
    await gateway.stop();
    server.stop();
  }
});
