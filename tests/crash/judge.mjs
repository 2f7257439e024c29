// Kill test. A driver sends numbered signed events; every acknowledgement is an obligation. The gateway is killed with
// SIGKILL at random moments and started again. In the end a judge reads the feed and checks that every acknowledged event
// is in the store exactly once, with the text that was sent, and that nothing appeared that was never sent.
//   node judge.mjs [--rounds N] [--connections N] [--seed N]
import { createHash, createHmac } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import http from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { Gateway } from '../support/gateway.mjs';
import { everythingApplied, feed, interactionId, metric } from '../support/history.mjs';
import { generator } from './random.mjs';

const { values: options } = parseArgs({
  options: { rounds: { type: 'string', default: '24' }, connections: { type: 'string', default: '16' }, seed: { type: 'string' } },
});
const rounds = Number(options.rounds);
const seed = Number(options.seed ?? (Date.now() % 1_000_000));

const random = generator(seed);

const SECRET = 'crash-secret';
const TOKEN = 'crash-token-0123456789';
const CONFIG = `
gateway: { listen: 127.0.0.1:0, data: ./data, public_url: "https://gw.example.test" }
identity: { region: US }
api: { tokens: [ { name: judge, secret: "\${env:TANDEM_TOKEN}", scopes: [read, admin] } ] }
connectors:
  - { name: sms, pack: twilio, settings: { auth_token: "\${env:TWILIO_AUTH_TOKEN}" } }
`;

const sid = (number) => 'SM' + String(number).padStart(32, '0');
const text = (number) => `event ${number} ${createHash('sha256').update(String(number)).digest('hex')}`;

function signed(number) {
  const fields = {
    AccountSid: 'ACcrash', Body: text(number), From: '+1202555' + String(100 + (number % 100)).padStart(4, '0'),
    MessageSid: sid(number), NumMedia: '0', SmsStatus: 'received', To: '+12025550199',
  };
  const base = 'https://gw.example.test/hooks/sms' + Object.keys(fields).sort().map((name) => name + fields[name]).join('');
  return {
    body: new URLSearchParams(fields).toString(),
    headers: {
      'Content-Type': 'application/x-www-form-urlencoded',
      'X-Twilio-Signature': createHmac('sha1', SECRET).update(base).digest('base64'),
    },
  };
}

// Resolves to the status, or 0 when the connection broke: then nobody knows, and the vendor sends again.
function post(agent, url, number) {
  const { body, headers } = signed(number);
  return new Promise((resolve) => {
    const request = http.request(`${url}/hooks/sms`, { method: 'POST', agent, headers: { ...headers, 'Content-Length': Buffer.byteLength(body) }, timeout: 10_000 }, (answer) => {
      answer.resume();
      answer.on('end', () => resolve(answer.complete ? answer.statusCode : 0));
      answer.on('error', () => resolve(0));
    });
    request.on('timeout', () => request.destroy());
    request.on('error', () => resolve(0));
    request.end(body);
  });
}

const sent = new Set();
const acknowledged = new Set();
const unsure = [];
let next = 1;
let refused = 0;

// One connection: new numbers, and now and then one whose fate is unknown (a vendor's retry) or an old one (a repeat).
async function drive(gateway, stop) {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  while (!stop.now) {
    let number;
    if (unsure.length > 0 && random() < 0.5) number = unsure.pop();
    else if (acknowledged.size > 0 && random() < 0.02) number = 1 + Math.floor(random() * (next - 1));
    else number = next++;
    sent.add(number);
    const status = await post(agent, gateway.url, number);
    if (status === 200) acknowledged.add(number);
    else if (!acknowledged.has(number)) unsure.push(number);
    if (status !== 200 && status !== 0) {
      if (status !== 503) throw new Error(`event ${number} was answered ${status}`);
      refused++;
    }
    if (status === 0) break;
  }
  agent.destroy();
}

async function round(gateway, number) {
  await gateway.start();
  const stop = { now: false };
  const drivers = Array.from({ length: Number(options.connections) }, () => drive(gateway, stop));
  const lifetime = 50 + random() * (number % 5 === 0 ? 1500 : 500);
  await new Promise((resolve) => setTimeout(resolve, lifetime));
  gateway.process.kill('SIGKILL');
  stop.now = true;
  await Promise.all(drivers);
  await gateway.ended;
}

const eventId = (number) => interactionId('sms:ACcrash', sid(number));

async function judge(gateway) {
  await gateway.start();
  await everythingApplied(gateway, TOKEN);
  const entries = await feed(gateway, TOKEN, await metric(gateway, TOKEN, 'tandem_feed_position'));
  const byId = new Map([...sent].map((number) => [eventId(number), number]));
  const seen = new Map();
  const problems = [];
  let previous = 0;
  for (const entry of entries) {
    if (entry.id <= previous) problems.push(`feed position ${entry.id} after ${previous}`);
    previous = entry.id;
    const number = byId.get(entry.data.subject);
    if (number === undefined) problems.push(`never sent: ${entry.data.subject}`);
    else if (seen.has(number)) problems.push(`event ${number} changed the store twice (${entry.kind})`);
    seen.set(number, entry);
  }
  for (const number of acknowledged) {
    if (!seen.has(number)) problems.push(`event ${number} was acknowledged and is not in the store`);
  }
  const sample = [...acknowledged].filter((_, index) => index % Math.ceil(acknowledged.size / 2000) === 0);
  for (const number of sample) {
    const interaction = await gateway.json(`/v1/interactions/${eventId(number)}`, TOKEN);
    if (!JSON.stringify(interaction).includes(text(number))) problems.push(`event ${number} has another text`);
  }
  if ((await metric(gateway, TOKEN, 'tandem_store_quarantined')) !== 0) problems.push('something is in quarantine');
  const end = await gateway.stop();
  if (end.code !== 0) problems.push(`a clean stop ended with ${JSON.stringify(end)}: ${gateway.log.slice(-2000)}`);
  return { stored: seen.size, problems };
}

// Kept when the verdict is bad, without a gateway on it.
const folder = mkdtempSync(join(tmpdir(), 'tandem-crash-'));
process.on('exit', (code) => {
  gateway.process?.kill('SIGKILL');
  if (code === 0) rmSync(folder, { recursive: true, force: true });
  else console.log(`data and configuration: ${folder}`);
});
const gateway = new Gateway(folder, CONFIG, { TANDEM_TOKEN: TOKEN, TWILIO_AUTH_TOKEN: SECRET });
for (let number = 1; number <= rounds; number++) await round(gateway, number);
const { stored, problems } = await judge(gateway);
console.log(`seed ${seed}: ${rounds} kills, ${sent.size} events sent, ${acknowledged.size} acknowledged, ${refused} refused with 503, ${stored} stored`);
for (const problem of problems.slice(0, 20)) console.log(`LOST OR DOUBLED: ${problem}`);
if (acknowledged.size < rounds) { console.log('too few events were acknowledged for a verdict'); process.exit(1); }
process.exit(problems.length === 0 ? 0 : 1);
