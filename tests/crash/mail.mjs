// Kill test of mailboxes. People deliver, flag and move numbered mails at a real Dovecot: customers' letters, answers, mails
// among colleagues, many of them in several folders and mailboxes at once. Meanwhile the gateway is killed with SIGKILL at
// random moments and started again, now and then the server too. In the end a judge checks that every mail is exactly one
// interaction with its copies, and that no folder shows that somebody read it.
//   node mail.mjs [--seconds N] [--seed N]
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { Dovecot } from '../support/dovecot.mjs';
import { Gateway } from '../support/gateway.mjs';
import { everythingApplied, interactionId, metric, query, timeline } from '../support/history.mjs';
import { letter, numberOf, text } from '../support/letters.mjs';
import { mailConfig } from '../support/mail_config.mjs';
import { People } from '../support/people.mjs';
import { generator } from './random.mjs';

const { values: options } = parseArgs({ options: { seconds: { type: 'string', default: '8' }, seed: { type: 'string' } } });
const seconds = Number(options.seconds);
const seed = Number(options.seed ?? (Date.now() % 1_000_000));
// What people do and what dies have a sequence each: how far one has got does not change the other.
const random = generator(seed);
const fate = generator(seed + 1);

const TOKEN = 'crash-token-0123456789';
const SUPPORT = 'support@example.test';
const LEAD = 'lead@example.test';
const TEAM = 'team@example.test';  // a shared mailbox
const CUSTOMERS = 40;
const OLD = 200;
const DAY = 86_400_000;
const FLAGS = ['\\Seen', '\\Answered', '\\Flagged', '$Forwarded', 'todo'];

const configuration = (dovecot) => mailConfig(dovecot, [SUPPORT, LEAD, TEAM],
  { options: ['backfill_rate: 0', 'reconnect_first: 20ms', 'reconnect_limit: 200ms'] });

const customer = (number) => `c${number % CUSTOMERS}@customer.test`;
const pick = (list) => list[Math.floor(random() * list.length)];
const some = (list, chance) => list.filter(() => random() < chance);
const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

const sent = new Map();  // number -> {direction, file: octets of its attachment, null for none}
let next = 1;

// Where a mail lies when it has been delivered, and who wrote it to whom.
function route(number) {
  const kind = random();
  if (kind < 0.5) {
    const copies = some([`${LEAD}/INBOX`, `${TEAM}/INBOX`], 0.3);
    return { direction: 'inbound', from: customer(number), to: `${SUPPORT}, ${TEAM}`, places: [`${SUPPORT}/INBOX`, ...copies] };
  }
  if (kind < 0.6) return { direction: 'inbound', from: customer(number), to: SUPPORT, places: [`${SUPPORT}/Archive`] };
  if (kind < 0.95) {
    const author = pick([SUPPORT, LEAD]);
    const copies = some([`${TEAM}/INBOX`], 0.4);
    return { direction: 'outbound', from: author, to: customer(number), cc: TEAM, places: [`${author}/Sent`, ...copies] };
  }
  return { direction: 'internal', from: LEAD, to: SUPPORT, places: [`${LEAD}/Sent`, `${SUPPORT}/INBOX`] };
}

async function deliver(people, at) {
  const number = next++;
  const { direction, places, ...who } = route(number);
  const file = random() < 0.05 ? Buffer.from(Array.from({ length: 2_000 + random() * 100_000 }, () => random() * 256)) : null;
  sent.set(number, { direction, file: file && file.length });
  for (const place of places.sort(() => random() - 0.5)) {
    const mail = letter(number, { ...who, at, owner: place.slice(0, place.indexOf('/')), file });
    await people.deliver(place, number, mail, some(FLAGS, 0.2), at);
  }
}

// A mail that somebody is still writing is none yet.
async function draft(people) {
  const number = next++;
  await people.deliver(`${SUPPORT}/INBOX`, number, letter(number, { from: SUPPORT, to: customer(number), at: Date.now(), owner: SUPPORT }), ['\\Draft'], Date.now());
}

async function tidyUp(people) {
  const [place, folder] = pick([...people.folders].filter(([name, { mails }]) => !name.endsWith('Archive') && mails.size > 0));
  const uid = pick([...folder.mails.keys()]);
  const { number, flags } = folder.mails.get(uid);
  if (flags.includes('\\Draft')) return;
  const user = place.slice(0, place.indexOf('/'));
  const targets = [...people.folders.keys()].filter((name) => name.startsWith(`${user}/`) && !name.endsWith('INBOX') && !name.endsWith('Sent'));
  const target = targets.length > 0 && pick(targets);
  if (target && target !== place && !people.seenIn.get(number).has(target) && random() < 0.6) await people.move(place, uid, target);
  else await people.flag(place, uid, some(FLAGS, 0.3));
}

async function act(people, stop) {
  for (let cases = 0; !stop.now;) {
    const dice = random();
    if (dice < 0.78) await deliver(people, Date.now());
    else if (dice < 0.80) await draft(people);
    else if (dice < 0.81 && cases < 5) await people.create(`${LEAD}/Case ${cases += 1}`);
    else await tidyUp(people);
    await pause(random() * 20);
  }
}

async function round(gateway, dovecot) {
  // It may be killed before it is ready, too.
  gateway.start().catch(() => {});
  const lifetime = 30 + fate() * (fate() < 0.2 ? 2_500 : 700);
  const outage = fate() < 0.2;
  if (outage) {
    const before = fate() * lifetime;
    await pause(before);
    await dovecot.kill();
    await dovecot.start();
  }
  await pause(outage ? fate() * lifetime : lifetime);
  gateway.process.kill('SIGKILL');
  await gateway.ended;
  return outage;
}

// Everything that lies in the folders has been read: what was delivered last is there, and the imports are over. How long
// that takes depends on the machine: what counts is that it goes on.
async function everythingRead(gateway) {
  const silence = 60_000;
  let known = '';
  for (let moved = Date.now(); Date.now() - moved < silence;) {
    const journalled = await metric(gateway, TOKEN, 'tandem_journal_last_position');
    const applied = await metric(gateway, TOKEN, 'tandem_pipeline_position');
    if (`${journalled} ${applied}` !== known) { known = `${journalled} ${applied}`; moved = Date.now(); }
    const [{ n: unfinished }] = query(gateway, `SELECT count(*) AS n FROM cursor WHERE stream LIKE 'backfill:%' AND json_extract(value, '$.done') IS NOT 1`);
    if ((await metric(gateway, TOKEN, 'tandem_store_interactions')) >= sent.size && unfinished === 0) break;
    await pause(50);
  }
  await everythingApplied(gateway, TOKEN);
  return metric(gateway, TOKEN, 'tandem_journal_last_position');
}

async function judge(gateway, people) {
  await gateway.start();
  for (const place of people.folders.keys()) {
    const number = next++;
    sent.set(number, { direction: 'inbound', file: null });
    await people.deliver(place, number, letter(number, { from: customer(number), to: SUPPORT, at: Date.now(), owner: SUPPORT }), [], Date.now());
  }
  const journalled = await everythingRead(gateway);
  const problems = [...stored(gateway, people), ...(await shown(gateway)), ...(await people.differences())];
  if ((await metric(gateway, TOKEN, 'tandem_store_quarantined')) !== 0) problems.push('something is in quarantine');
  const end = await gateway.stop();
  if (end.code !== 0) problems.push(`a clean stop ended with ${JSON.stringify(end)}: ${gateway.log.slice(-2000)}`);
  return { problems, journalled };
}

// Each mail one interaction, whole, with the copies that can have been seen.
function stored(gateway, people) {
  const problems = [];
  const found = new Map();
  const copies = new Map();
  for (const { interaction, place } of query(gateway, 'SELECT DISTINCT interaction, lower(hex(place)) AS place FROM copy_name')) {
    copies.set(interaction, [...(copies.get(interaction) ?? []), place]);
  }
  for (const { row, document } of query(gateway, 'SELECT row, document FROM interaction')) {
    const { direction, messages, attachments, attributes } = JSON.parse(document);
    const number = numberOf(messages?.[0]?.body);
    const wanted = sent.get(number);
    if (!wanted) { problems.push(`never sent: ${document.slice(0, 500)}`); continue; }
    if (found.has(number)) problems.push(`mail ${number} is two interactions: ${[...people.seenIn.get(number)]}`);
    found.set(number, row);
    if (messages.length !== 1 || messages[0].body !== text(number)) problems.push(`mail ${number} has another text`);
    if (direction !== wanted.direction) problems.push(`mail ${number} is ${direction} instead of ${wanted.direction}`);
    if ((attachments?.[0]?.size_bytes ?? null) !== wanted.file) problems.push(`mail ${number} has another file`);
    if (attributes.truncated) problems.push(`mail ${number} is cut off`);
    problems.push(...wrongCopies(people, number, copies.get(row) ?? []));
  }
  for (const number of sent.keys()) {
    if (!found.has(number)) problems.push(`mail ${number} is missing; it lay in ${[...people.seenIn.get(number)]}`);
  }
  return problems;
}

// Where it lies now it was seen; where it only was for a time it may have been.
function wrongCopies(people, number, seen) {
  const idOf = (place) => interactionId('place:mail', place).replaceAll('-', '');
  const lies = [...people.seenIn.get(number)].filter((place) => [...people.folders.get(place).mails.values()].some((mail) => mail.number === number));
  const can = new Set([...people.seenIn.get(number)].map(idOf));
  return [
    ...lies.filter((place) => !seen.includes(idOf(place))).map((place) => `mail ${number}: the copy in ${place} was not read`),
    ...(seen.every((id) => can.has(id)) ? [] : [`mail ${number} has a copy from a folder that it was never in`]),
  ];
}

// Each once on its customer's timeline, and nothing else there.
async function shown(gateway) {
  const problems = [];
  for (let one = 0; one < CUSTOMERS; one++) {
    const wanted = [...sent].filter(([number, { direction }]) => number % CUSTOMERS === one && direction !== 'internal');
    const items = await timeline(gateway, TOKEN, `mailto:${customer(one)}`);
    const lines = (list) => list.sort((a, b) => a[0] - b[0]).map(([number, direction]) => `${number} ${direction}`).join('\n');
    if (lines(items.map((item) => [numberOf(item.text), item.direction])) !== lines(wanted.map(([number, { direction }]) => [number, direction]))) {
      problems.push(`the timeline of ${customer(one)} has ${items.length} items instead of ${wanted.length}, or others`);
    }
  }
  return problems;
}

// Kept when the verdict is bad, without a gateway on it.
const folder = mkdtempSync(join(tmpdir(), 'tandem-crash-'));
process.on('exit', (code) => {
  gateway.process?.kill('SIGKILL');
  if (code === 0) rmSync(folder, { recursive: true, force: true });
  else console.log(`seed ${seed}; data and configuration: ${folder}`);
});
const dovecot = await new Dovecot().start();
const gateway = new Gateway(folder, configuration(dovecot), { TANDEM_TOKEN: TOKEN });
const people = new People(dovecot);
await people.create(`${SUPPORT}/Archive`);
while (next <= OLD) await deliver(people, Date.now() - random() * 20 * DAY);

const stop = { now: false };
const acting = act(people, stop);
const end = Date.now() + seconds * 1000;
let kills = 0;
let outages = 0;
for (; Date.now() < end; kills++) outages += await round(gateway, dovecot);
stop.now = true;
await acting;
const delivered = sent.size;
const begun = Date.now();
const { problems, journalled } = await judge(gateway, people);
people.close();
await dovecot.stop();
const copies = [...people.seenIn.values()].reduce((sum, places) => sum + places.size, 0);
console.log(`seed ${seed}: ${kills} kills of the gateway, ${outages} of the server, ${delivered} mails in ${copies} places of ` +
  `${people.folders.size} folders, ${people.repeats} done again, ${journalled} times read; judged in ${((Date.now() - begun) / 1000).toFixed(1)} s`);
for (const problem of problems.slice(0, 20)) console.log(`LOST, DOUBLED OR CHANGED: ${problem}`);
if (kills < seconds / 2 || delivered < OLD + kills) { console.log('too little happened for a verdict'); process.exit(1); }
process.exit(problems.length === 0 ? 0 : 1);
