// Mail, by the whole gateway at a real Dovecot on loopback with STARTTLS:
//   node tests/bench/imap_bench.mjs [--mails N] [--rounds N] [--mailboxes N] [--out FILE]
// Backfill: one mailbox of `mails` letters (letters.mjs), read in turns by Tandem into an empty data folder, by mbsync into an empty
// Maildir, and by one plain FETCH whose octets are thrown away (what the server can give). Tandem's clock runs from the start of the
// process until the last letter is on its timeline, mbsync's from start to end. The median of `rounds` counts.
// Idle: resident memory of the gateway with `mailboxes` mailboxes in IDLE, less that with one, for each; then how long a
// letter takes from its delivery to the timeline.
import { execFile } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { parseArgs, promisify } from 'node:util';

import { Dovecot } from '../support/dovecot.mjs';
import { Gateway, eventually, temporaryFolder } from '../support/gateway.mjs';
import { letter } from './letters.mjs';
import { memory, processorTime } from './measure.mjs';

const { values } = parseArgs({
  options: { mails: { type: 'string', default: '10000' }, rounds: { type: 'string', default: '3' }, mailboxes: { type: 'string', default: '1000' }, out: { type: 'string' } },
});
const [mails, rounds, mailboxes] = [values.mails, values.rounds, values.mailboxes].map(Number);
const TOKEN = 'bench-token-0123456789abcdef';
const USER = 'support@example.test';
const LIMIT = 600_000;

const config = (server, users, more) => `
gateway: { listen: 127.0.0.1:0, data: ./data }
identity: { region: RU }
api: { tokens: [ { name: bench, secret: "\${env:TANDEM_TOKEN}", scopes: [read, admin] } ] }
connectors:
  - name: mail
    type: imap
    pack: mail
    settings: { own: [ "@example.test" ] }
    options: { host: 127.0.0.1, port: ${server.port}, tls: starttls, tls_ca: ${server.certificate}, password: secret, ${more}, mailboxes: [ ${users.map((user) => `{ user: ${user} }`).join(', ')} ] }
`;

const start = (server, users, more) => new Gateway(temporaryFolder('tandem-bench-'), config(server, users, more), { TANDEM_TOKEN: TOKEN }).start();
const metric = async (gateway, name) => Number(new RegExp(`^tandem_${name} (\\d+)`, 'm').exec(await (await gateway.get('/metrics', TOKEN)).text())[1]);
const median = (list) => list.toSorted((a, b) => a - b)[Math.floor(list.length / 2)];
const seconds = (begun) => Number(process.hrtime.bigint() - begun) / 1e9;

async function tandem(server) {
  const begun = process.hrtime.bigint();
  const gateway = await start(server, [USER], 'backfill: 30d, backfill_rate: 0, backfill_daily: 0B');
  await eventually(async () => (await metric(gateway, 'journal_last_position')) >= mails, 'every letter in the journal', LIMIT);
  const durable = seconds(begun);
  await eventually(async () => (await metric(gateway, 'pipeline_snapshots_total')) >= mails, 'every letter on a timeline', LIMIT);
  const stored = seconds(begun);
  const interactions = await metric(gateway, 'store_interactions');
  const quarantined = await metric(gateway, 'pipeline_quarantined_total');
  if (interactions !== mails || quarantined !== 0) throw new Error(`${interactions} interactions of ${mails} letters, ${quarantined} in quarantine`);
  const { pid } = gateway.process;
  const result = { rate: mails / stored, durable: mails / durable, memory_peak_mib: Math.round(memory(pid).peak), processor: processorTime(pid) };
  await gateway.stop();
  rmSync(gateway.folder, { recursive: true });
  return result;
}

async function mbsync(server) {
  const folder = temporaryFolder('tandem-mbsync-');
  mkdirSync(join(folder, 'mail'));
  writeFileSync(join(folder, 'mbsyncrc'), `
IMAPStore far
Host localhost
Port ${server.port}
User ${USER}
Pass secret
SSLType STARTTLS
CertificateFile ${server.certificate}

MaildirStore near
Path ${folder}/mail/
Inbox ${folder}/mail/INBOX

Channel all
Far :far:INBOX
Near :near:INBOX
Sync Pull New
SyncState ${folder}/
`, { mode: 0o600 });
  const begun = process.hrtime.bigint();
  await promisify(execFile)('mbsync', ['-q', '-c', join(folder, 'mbsyncrc'), 'all']);
  const took = seconds(begun);
  const written = readdirSync(join(folder, 'mail/INBOX/new')).length + readdirSync(join(folder, 'mail/INBOX/cur')).length;
  if (written !== mails) throw new Error(`mbsync wrote ${written} of ${mails}`);
  rmSync(folder, { recursive: true });
  return mails / took;
}

// Octets of the mailbox and letters per second, without TLS.
function plainFetch(server) {
  return new Promise((resolve, reject) => {
    const socket = connect(server.port, '127.0.0.1');
    let octets = 0;
    let tail = '';
    const begun = process.hrtime.bigint();
    socket.write(`a LOGIN ${USER} secret\r\nb EXAMINE INBOX\r\nc UID FETCH 1:* (BODY.PEEK[])\r\n`);
    socket.on('error', reject);
    socket.on('data', (bytes) => {
      octets += bytes.length;
      tail = (tail + bytes.subarray(-200).toString('latin1')).slice(-200);
      if (!/\r\nc OK [^\r]*\r\n$/.test(tail)) return;
      socket.destroy();
      resolve({ rate: mails / seconds(begun), octets });
    });
  });
}

async function backfill(server) {
  for (let i = 0; i < mails; i += 1) server.deliver(USER, 'INBOX', letter(i, USER, new Date(Date.now() - (mails - i) * 60_000)));
  await plainFetch(server);  // Dovecot's index and the page cache are warm for everybody
  const runs = [];
  for (let round = 0; round < rounds; round += 1) runs.push({ tandem: await tandem(server), mbsync: await mbsync(server), fetch: await plainFetch(server) });
  return {
    megabytes: Math.round(runs[0].fetch.octets / 1e6),
    tandem: median(runs.map((run) => run.tandem.rate)), durable: median(runs.map((run) => run.tandem.durable)),
    mbsync: median(runs.map((run) => run.mbsync)), fetch: median(runs.map((run) => run.fetch.rate)),
    ratio: median(runs.map((run) => run.tandem.rate / run.mbsync)), memory_peak_mib: median(runs.map((run) => run.tandem.memory_peak_mib)), runs,
  };
}

// Resident memory once every mailbox is logged in and nothing grows any more.
async function resident(server, users) {
  const gateway = await start(server, users, 'backfill: 0s, logins: 100');
  const counter = async () => (await gateway.json('/v1/connectors', TOKEN)).items[0].counters?.['logins:good'] ?? 0;
  await eventually(async () => (await counter()) >= users.length, 'every login', LIMIT);
  let last = 0;
  await eventually(async () => {
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    const now = memory(gateway.process.pid).now;
    const settled = Math.abs(now - last) < 0.5;
    last = now;
    return settled;
  }, 'memory that stays', LIMIT);
  return { gateway, mib: last };
}

async function idle(server) {
  const users = Array.from({ length: mailboxes }, (_, i) => `user${i}@example.test`);
  const one = await resident(server, users.slice(0, 1));
  await one.gateway.stop();
  const { gateway, mib } = await resident(server, users);
  const took = [];
  for (let i = 0; i < 9; i += 1) {
    const seen = await metric(gateway, 'pipeline_snapshots_total');
    const begun = process.hrtime.bigint();
    server.deliver(users[Math.floor(i * mailboxes / 9)], 'INBOX', letter(i, users[0], new Date()));
    await eventually(async () => (await metric(gateway, 'pipeline_snapshots_total')) > seen, 'the letter', LIMIT);
    took.push(seconds(begun) * 1_000);
  }
  await gateway.stop();
  return { mailboxes, kilobytes_each: (mib - one.mib) * 1024 / (mailboxes - 1), total_mib: Math.round(mib), delivery_ms: { median: median(took), longest: Math.max(...took) } };
}

async function withServer(work) {
  const server = await new Dovecot().start();
  try {
    return await work(server);
  } finally {
    await server.stop();
  }
}

const load = () => loadavg().map((one) => one.toFixed(2)).join(' ');
const result = { mails, load_before: load(), backfill: await withServer(backfill), idle: await withServer(idle), load_after: load() };
const text = JSON.stringify(result, null, 2);
console.log(text);
if (values.out) writeFileSync(values.out, `${text}\n`);
