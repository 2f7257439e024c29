// Kill test of sending. Clients ask for numbered messages until the gateway has accepted them; a vendor over HTTP counts what
// it is given, refuses some, breaks off after others and reports deliveries; a message centre (SMPP, from the shared
// fixtures) takes every second one. The gateway is killed with SIGKILL at random moments. In the end a judge checks that no
// accepted message was lost and that they have twice only what we ourselves had marked as unknown_outcome and an operator
// then sent again.
//   node sending.mjs [--rounds N] [--connections N] [--seed N]
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { Gateway, eventually } from '../support/gateway.mjs';
import { Smsc, simulatorThere } from '../support/smsc.mjs';
import { ACME_PACK, Vendor, report } from '../support/vendor.mjs';
import { generator } from './random.mjs';

const { values: options } = parseArgs({
  options: { rounds: { type: 'string', default: '24' }, connections: { type: 'string', default: '6' }, seed: { type: 'string' } },
});
const rounds = Number(options.rounds);
const seed = Number(options.seed ?? (Date.now() % 1_000_000));
const random = generator(seed);

const TOKEN = 'crash-token-0123456789';
const KEY = 'acme-key';
const vendor = await new Vendor().start();
const smsc = simulatorThere() ? await new Smsc('--resp-delay-ms', '20').start() : null;
if (!smsc) console.log('without the shared fixtures there is no message centre: HTTP only');
const text = (number) => `message ${number}`;
const numberOf = (message) => Number(message.text.slice('message '.length));

vendor.behave = () => {
  const dice = random();
  if (dice < 0.04) return { status: 503 };
  if (dice < 0.07) return { status: 429, headers: { 'Retry-After': '1' } };
  if (dice < 0.12) return { take: true, cut: true };
  if (dice < 0.20) return { wait: new Promise((resolve) => setTimeout(resolve, random() * 200)) };
  return {};
};

const configuration = `
gateway: { listen: 127.0.0.1:0, data: ./data, public_url: "https://gw.example.test", packs: ./packs }
identity: { region: US }
api: { tokens: [ { name: judge, secret: "\${env:TANDEM_TOKEN}", scopes: [read, write, admin] } ] }
connectors:
  - { name: out, pack: acme, options: { send_window: 8 }, settings: { api_url: "${vendor.url}", key: "\${env:ACME_KEY}" } }
${smsc ? `
  - name: operator
    type: smpp
    pack: smpp
    options: { host: 127.0.0.1, port: ${smsc.port}, system_id: tandem, password: "\${env:SMPP_PASSWORD}", source_address: "5550", account: acme,
               reconnect_first: 50ms, reconnect_limit: 200ms, response_timeout: 5s }` : ''}
`;

// Resolves to {status, body}; status 0 when the connection broke.
function call(agent, base, method, path, body, headers = {}) {
  return new Promise((resolve) => {
    const bytes = body === undefined ? undefined : JSON.stringify(body);
    const request = http.request(base + path, {
      method, agent, timeout: 10_000,
      headers: { Authorization: `Bearer ${TOKEN}`, ...(bytes ? { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(bytes) } : {}), ...headers },
    }, (answer) => {
      const chunks = [];
      answer.on('data', (chunk) => chunks.push(chunk));
      answer.on('end', () => resolve({ status: answer.complete ? answer.statusCode : 0, body: Buffer.concat(chunks).toString() }));
      answer.on('error', () => resolve({ status: 0 }));
    });
    request.on('timeout', () => request.destroy());
    request.on('error', () => resolve({ status: 0 }));
    request.end(bytes);
  });
}

const via = (number) => (smsc && number % 2 === 0 ? 'operator' : 'out');
const accepted = new Map();  // number -> id
const asked = new Set();
const unsure = [];
let next = 1;
let reported = 0;

async function ask(gateway, stop) {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  while (!stop.now) {
    const number = unsure.pop() ?? next++;
    asked.add(number);
    const message = { to: '+1202555' + String(100 + (number % 100)).padStart(4, '0'), via: via(number), text: text(number), idempotency_key: `n${number}` };
    const { status, body } = await call(agent, gateway.url, 'POST', '/v1/messages', { ...message, to: `tel:${message.to}` });
    if (status === 202) accepted.set(number, JSON.parse(body).id);
    else unsure.push(number);
    if (status !== 202 && status !== 0 && status !== 503) throw new Error(`message ${number} was answered ${status}: ${body}`);
    if (status === 0) break;
  }
  agent.destroy();
}

// The vendor reports what it has taken, in its own time, until the gateway has acknowledged it.
async function reports(gateway, stop) {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  while (!stop.now && reported < vendor.taken.length) {
    const body = report(vendor.taken[reported].id);
    const { status } = await call(agent, gateway.url, 'POST', '/hooks/out', body, { 'X-Acme-Key': KEY });
    if (status === 200) reported++;
    else if (status === 0) break;
  }
  agent.destroy();
}

async function round(gateway) {
  await gateway.start();
  const stop = { now: false };
  const clients = Array.from({ length: Number(options.connections) }, () => ask(gateway, stop));
  clients.push(reports(gateway, stop));
  await new Promise((resolve) => setTimeout(resolve, 50 + random() * 600));
  gateway.process.kill('SIGKILL');
  stop.now = true;
  await Promise.all(clients);
  await gateway.ended;
}

const list = async (gateway, state) => (await gateway.json(`/v1/messages?limit=200&state=${state}`, TOKEN)).items;

async function everythingSettled(gateway) {
  await eventually(async () => (await list(gateway, 'queued')).length === 0 && (await list(gateway, 'sending')).length === 0,
    'the outbox is empty', 180_000);
}

async function judge(gateway) {
  await gateway.start();
  const agent = new http.Agent({ keepAlive: true, maxSockets: 4 });
  while (unsure.length > 0) await ask(gateway, { get now() { return unsure.length === 0; } });
  vendor.behave = () => ({});
  await everythingSettled(gateway);

  const problems = [];
  const count = async () => {
    const counts = new Map();
    const all = smsc ? [...vendor.taken, ...(await smsc.get('/messages?limit=20000'))] : vendor.taken;
    for (const message of all) counts.set(numberOf(message), (counts.get(numberOf(message)) ?? 0) + 1);
    return counts;
  };
  const view = async (number) => JSON.parse((await call(agent, gateway.url, 'GET', `/v1/messages/${accepted.get(number)}`)).body);

  const before = await count();
  for (const number of before.keys()) if (!asked.has(number)) problems.push(`message ${number} was sent and never asked for`);
  const unknown = [];
  for (const number of accepted.keys()) {
    const { state, history } = await view(number);
    const times = before.get(number) ?? 0;
    if (times > 1) problems.push(`message ${number} was sent ${times} times: ${JSON.stringify(history)}`);
    if (state === 'unknown_outcome') unknown.push(number);
    else if (state !== 'sent') problems.push(`message ${number} is ${state}: ${JSON.stringify(history)}`);
    else if (times === 0) problems.push(`message ${number} is sent and the vendor does not have it`);
  }

  // An operator decides to send what is uncertain once more.
  const doubtful = unknown.filter((number) => before.has(number)).length;
  for (const number of unknown) {
    const { status } = await call(agent, gateway.url, 'POST', `/v1/messages/${accepted.get(number)}/resend`);
    if (status !== 202) problems.push(`message ${number} could not be sent again: ${status}`);
  }
  await everythingSettled(gateway);
  while (reported < vendor.taken.length) await reports(gateway, { now: false });
  const after = await count();
  for (const [number, times] of after) {
    const most = unknown.includes(number) ? 2 : 1;
    if (times > most) problems.push(`message ${number} was sent ${times} times`);
  }
  for (const number of accepted.keys()) {
    if (!after.has(number)) problems.push(`message ${number} never reached the vendor`);
  }
  for (const number of accepted.keys()) {
    if (via(number) !== 'out') continue;  // the message centre reports once, whoever listens
    await eventually(async () => (await view(number)).interaction.delivery.status === 'delivered', `message ${number} is delivered`)
      .catch((error) => problems.push(error.message));
    if (problems.length > 20) break;
  }
  agent.destroy();
  const end = await gateway.stop();
  if (end.code !== 0) problems.push(`a clean stop ended with ${JSON.stringify(end)}: ${gateway.log.slice(-2000)}`);
  return { problems, unknown: unknown.length, doubtful };
}

const folder = mkdtempSync(join(tmpdir(), 'tandem-crash-'));
process.on('exit', (code) => {
  gateway.process?.kill('SIGKILL');
  smsc?.stop();
  if (code === 0) rmSync(folder, { recursive: true, force: true });
  else console.log(`data and configuration: ${folder}`);
});
mkdirSync(join(folder, 'packs'));
writeFileSync(join(folder, 'packs', 'acme.yaml'), ACME_PACK);
const gateway = new Gateway(folder, configuration, { TANDEM_TOKEN: TOKEN, ACME_KEY: KEY, SMPP_PASSWORD: 'secret' });
for (let number = 1; number <= rounds; number++) await round(gateway);
const { problems, unknown, doubtful } = await judge(gateway);
console.log(`seed ${seed}: ${rounds} kills, ${accepted.size} messages accepted, ${vendor.requests} requests at the vendor, ` +
  `${smsc ? (await smsc.get('/messages?limit=20000')).length : 0} at the message centre, ` +
  `${unknown} marked unknown_outcome, ${doubtful} of them had arrived`);
for (const problem of problems.slice(0, 20)) console.log(`LOST OR DOUBLED: ${problem}`);
if (accepted.size < rounds) { console.log('too few messages were accepted for a verdict'); process.exit(1); }
process.exit(problems.length === 0 ? 0 : 1);
