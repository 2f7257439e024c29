// Messages per second to and from a message centre (the shared simulator), by Tandem and by Kannel, one after the other:
//   node tests/bench/smpp_bench.mjs [--messages N] [--window N] [--callers N] [--out FILE]
// Out: the callers ask over HTTP for one message after the other; the rate is that of the submits the centre accepted.
// In: the centre hands in messages, `callers` unanswered at once; the rate is that of its acknowledgements, and `stored`
// is that of the messages that arrived where they are meant to (Tandem's timeline, Kannel's HTTP callback).
// Tandem makes every message durable before it answers; Kannel is set up without a spool.
import { writeFileSync } from 'node:fs';
import http from 'node:http';
import { parseArgs } from 'node:util';

import { Gateway, eventually, temporaryFolder } from '../support/gateway.mjs';
import { Kannel } from '../support/kannel.mjs';
import { Smsc } from '../support/smsc.mjs';
import { memory } from './measure.mjs';

const { values } = parseArgs({
  options: { messages: { type: 'string', default: '20000' }, window: { type: 'string', default: '100' }, callers: { type: 'string', default: '50' }, out: { type: 'string' } },
});
const [messages, window, callers] = [values.messages, values.window, values.callers].map(Number);
const TOKEN = 'bench-token-0123456789abcdef';
const LIMIT = 600_000;

const agent = new http.Agent({ keepAlive: true, maxSockets: callers });

function call(url, { method = 'GET', headers = {}, body } = {}) {
  return new Promise((resolve, reject) => {
    const request = http.request(url, { method, agent, headers: body ? { ...headers, 'Content-Length': Buffer.byteLength(body) } : headers }, (answer) => {
      let text = '';
      answer.on('data', (bytes) => { text += bytes; });
      answer.on('end', () => resolve({ status: answer.statusCode, text }));
      answer.on('error', reject);
    });
    request.on('error', reject);
    request.end(body);
  });
}

// `one(number)` for every number of the run, `callers` at once.
async function each(one) {
  let next = 0;
  await Promise.all(Array.from({ length: callers }, async () => {
    while (next < messages) await one(next++);
  }));
}

async function timed(work) {
  const start = process.hrtime.bigint();
  await work();
  return Math.round(messages / (Number(process.hrtime.bigint() - start) / 1e9));
}

const number = (i) => `7916${String(1_000_000 + i)}`;

const smsc = () => new Smsc('--dlr-delay-ms', '-1', '--max-messages', '1000').start();

async function out(centre, send) {
  const asked = {};
  const rate = await timed(async () => {
    asked.rate = await timed(() => each(send));
    await eventually(async () => (await centre.count('accepted')) >= messages, 'every message accepted', LIMIT);
  });
  return { rate, asked: asked.rate, submits: await centre.count('submits') };
}

async function into(centre, arrived) {
  const acknowledged = {};
  const stored = await timed(async () => {
    acknowledged.rate = await timed(() => each(async (i) => {
      const { text } = await call(`${centre.url}/mo`, { method: 'POST', body: JSON.stringify({ from: number(i), text: `Message ${i}` }) });
      if (!text.includes('"statuses":[0]')) throw new Error(`not acknowledged: ${text}`);
    }));
    await eventually(async () => (await arrived()) >= messages, 'every message where it belongs', LIMIT);
  });
  return { rate: acknowledged.rate, stored };
}

async function tandem() {
  const centre = await smsc();
  const gateway = await new Gateway(temporaryFolder('tandem-bench-'), `
gateway: { listen: 127.0.0.1:0, data: ./data }
identity: { region: RU }
api: { tokens: [ { name: bench, secret: "\${env:TANDEM_TOKEN}", scopes: [read, write, admin] } ] }
connectors:
  - { name: sms, type: smpp, pack: smpp, options: { host: 127.0.0.1, port: ${centre.port}, system_id: tandem, password: "\${env:SMPP_PASSWORD}", source_address: "5550", window: ${window}, receipts: false } }
`, { TANDEM_TOKEN: TOKEN, SMPP_PASSWORD: 'secret' }).start();
  const headers = { Authorization: `Bearer ${TOKEN}`, 'Content-Type': 'application/json' };
  const sent = await out(centre, async (i) => {
    const body = JSON.stringify({ to: `tel:+${number(i)}`, text: `Message ${i}`, idempotency_key: `k${i}` });
    const { status, text } = await call(`${gateway.url}/v1/messages`, { method: 'POST', headers, body });
    if (status !== 202) throw new Error(`${status} ${text}`);
  });
  const taken = () => call(`${gateway.url}/metrics`, { headers }).then(({ text }) => Number(/^tandem_pipeline_snapshots_total (\d+)/m.exec(text)?.[1] ?? 0));
  const received = await into(centre, taken);
  const peak = memory(gateway.process.pid).peak;
  await gateway.stop();
  centre.stop();
  return { out: sent, in: received, memory_peak_mib: Math.round(peak) };
}

async function kannel() {
  const centre = await smsc();
  const box = await new Kannel({ sendTo: centre.port, receiveFrom: centre.port, window, keep: false }).start();
  const sent = await out(centre, async (i) => {
    const query = new URLSearchParams({ username: 'tester', password: 'tester', from: '5550', to: `+${number(i)}`, text: `Message ${i}` });
    const { status, text } = await call(`http://127.0.0.1:${box.http}/cgi-bin/sendsms?${query}`);
    if (status !== 202) throw new Error(`${status} ${text}`);
  });
  const received = await into(centre, async () => box.count);
  const peak = box.processes.map((one) => memory(one.pid).peak).reduce((a, b) => a + b, 0);
  box.stop();
  centre.stop();
  return { out: sent, in: received, memory_peak_mib: Math.round(peak) };
}

const result = { messages, window, callers, tandem: await tandem(), kannel: await kannel() };
const text = JSON.stringify(result, null, 2);
console.log(text);
if (values.out) writeFileSync(values.out, `${text}\n`);
agent.destroy();
