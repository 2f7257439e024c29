// The whole gateway under load, and Node-RED with the same webhook, in one run on one machine. Prints what it measures
// and writes it as JSON for report.mjs.
//   node tests/bench/gateway_bench.mjs [--events N] [--burst N] [--only NAME,...] [--out FILE]
// $TANDEM is the binary, $WEBHOOK_LOAD the load driver; data folders are made below $TMPDIR.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';

import { Gateway, temporaryFolder } from '../support/gateway.mjs';
import { bodyFile, difference, files, load, memory, processorTime } from './measure.mjs';
import { NodeRed, SECRET, installed } from './nodered.mjs';

const { values: options } = parseArgs({
  options: {
    events: { type: 'string', default: '500000' },
    burst: { type: 'string', default: '200000' },
    only: { type: 'string', default: 'instances,http,bursts,sustained,nodered' },
    out: { type: 'string' },
  },
});
const EVENTS = Number(options.events);
const BURST = Number(options.burst);
const TOKEN = 'bench-token-0123456789abcdef';
const BOT = 'bench_bot';
const CONFIG = `
gateway: { listen: 127.0.0.1:0, data: ./data }
api: { metrics: open, tokens: [ { name: bench, secret: "\${env:BENCH_TOKEN}", scopes: [read] } ] }
connectors:
  - { name: telegram, pack: telegram, settings: { bot: ${BOT}, secret_token: "\${env:BENCH_SECRET}" } }
  - { name: viber, pack: viber, settings: { auth_token: "\${env:BENCH_SECRET}" } }
`;
const JSON_TYPE = 'Content-Type: application/json';
const TELEGRAM = {
  target: '/hooks/telegram', body: bodyFile('telegram'),
  header: [JSON_TYPE, `X-Telegram-Bot-Api-Secret-Token: ${SECRET}`, 'Accept-Encoding: gzip, deflate', 'Connection: keep-alive'],
};
const viber = (body) => ({ target: '/hooks/viber', body: bodyFile(body), header: [JSON_TYPE], sign: `viber:${SECRET}` });

const CONFIG_OF_MANY = CONFIG + Array.from({ length: 998 }, (_, i) =>
  `  - { name: account${i}, pack: telegram, settings: { bot: bot${i}, secret_token: "\${env:BENCH_SECRET}" } }\n`).join('');

const results = { when: new Date().toISOString(), events: EVENTS, burst: BURST };

function show(what, values) {
  console.log(`${what.padEnd(34)} ${JSON.stringify(values)}`);
  return values;
}

const started = [];
process.on('exit', () => started.forEach((one) => one.process?.kill('SIGKILL')));
process.setMaxListeners(50);  // each temporary folder removes itself at the exit

async function gateway(config = CONFIG) {
  started.push(new Gateway(temporaryFolder('tandem-bench-'), config, { BENCH_TOKEN: TOKEN, BENCH_SECRET: SECRET }));
  return started.at(-1).start();
}

async function metric(running, name) {
  const text = await (await running.get('/metrics', TOKEN)).text();
  return Number(new RegExp(`^${name} (\\S+)`, 'm').exec(text)[1]);
}

// One connection at a time needs no long run for a steady figure.
const few = (connections) => (connections === 1 ? Math.ceil(BURST / 10) : BURST);

// A fresh gateway for each: what came before must not matter. Mapping and storing go on behind the answers.
async function burst(name, connections, request) {
  const running = await gateway();
  const before = processorTime(running.process.pid);
  const report = await load(running.url, { connections, requests: few(connections), ...request });
  report.processor = difference(processorTime(running.process.pid), before);
  report.memory = memory(running.process.pid);
  await running.stop();
  return show(`${name}, ${connections} connections`, report);
}

async function instances() {
  const begin = performance.now();
  const running = await gateway(CONFIG_OF_MANY);
  const seconds = Number(((performance.now() - begin) / 1000).toFixed(3));
  results.instances = show('1,000 instances, idle', { seconds, memory: memory(running.process.pid) });
  await running.stop();
}

async function http() {
  results.http = await burst('GET /healthz', 64, { method: 'GET', target: '/healthz' });
  results.ignored = await burst('verified and ignored', 64, viber('viber_ignored'));
}

async function bursts() {
  results.acks = {};
  for (const connections of [1, 64, 256]) results.acks[connections] = await burst('durable', connections, TELEGRAM);
  results.acksHmac = await burst('durable, HMAC-SHA256', 64, viber('viber'));
}

async function sustained() {
  const running = await gateway();
  const pid = running.process.pid;
  const idle = memory(pid).now;
  const before = processorTime(pid);
  const begin = performance.now();
  let acks;
  const sending = load(running.url, { connections: 64, requests: EVENTS, ...TELEGRAM }).then((report) => { acks = report; });
  const samples = [];
  for (let applied = 0; !(acks && applied >= acks.good);) {
    await Promise.race([delay(500), ...(acks ? [] : [sending])]);
    applied = await metric(running, 'tandem_pipeline_position');
    samples.push({ at: Number(((performance.now() - begin) / 1000).toFixed(2)), applied, rss: Math.round(memory(pid).now) });
  }
  const seconds = (performance.now() - begin) / 1000;
  const stored = await metric(running, 'tandem_store_interactions');
  const feed = await metric(running, 'tandem_feed_position');
  results.sustained = show('sustained end to end', {
    seconds: Number(seconds.toFixed(2)), rate: Math.round(acks.good / seconds), acks, stored, feed,
    quarantined: await metric(running, 'tandem_pipeline_quarantined_total'),
    processor: difference(processorTime(pid), before), memory: { idle, ...memory(pid) }, samples,
  });
  if (stored !== acks.good || feed < acks.good) throw new Error(`${acks.good} acknowledged, ${stored} stored, ${feed} in the feed`);
  await timelines(running);
  await running.stop();
  const sizes = files(join(running.folder, 'data'));
  const bytes = Object.values(sizes).reduce((sum, size) => sum + size, 0);
  results.disk = show('data folder after the stop', { sizes, perEvent: Math.round(bytes / EVENTS) });
}

// Reads timelines of customers of the filled store: one connection, so latency without queueing.
async function timelines(running) {
  const targets = [];
  for (let customer = 0; targets.length < 2000 && customer < 10_000; ++customer) {
    const answer = await running.get(`/v1/customers?point=telegram:${BOT}:55${customer}`, TOKEN);
    if (answer.ok) targets.push(`/v1/customers/${(await answer.json()).id}/timeline`);
    else await answer.arrayBuffer();
  }
  const file = join(running.folder, 'targets');
  writeFileSync(file, targets.join('\n') + '\n');
  const header = `Authorization: Bearer ${TOKEN}`;
  const report = await load(running.url, { method: 'GET', connections: 1, requests: 10_000, targets: file, header });
  results.timeline = show('timeline of a customer', { customers: targets.length, ...report });
}

async function nodered() {
  if (!installed()) throw new Error('Node-RED is not installed: npm ci in tests/bench/nodered (tools/bench does it)');
  results.nodered = { acks: {} };
  for (const connections of [1, 64, 256]) {
    const running = new NodeRed();
    started.push(running);
    await running.start(temporaryFolder('nodered-bench-'));
    const idle = memory(running.process.pid).now;
    // A tenth of the requests: it is that much slower, and the figure is steady after a few seconds.
    const report = await load(running.url, { connections, requests: Math.ceil(BURST / 10), ...TELEGRAM });
    report.memory = { idle, ...memory(running.process.pid) };
    results.nodered.version = running.version;
    results.nodered.acks[connections] = show(`Node-RED, ${connections} connections`, report);
    await running.stop();
  }
}

process.on('SIGINT', () => process.exit(130));
process.on('SIGTERM', () => process.exit(143));
const parts = { instances, http, bursts, sustained, nodered };
for (const name of options.only.split(',')) {
  if (!parts[name]) throw new Error(`--only: no such part: ${name} (${Object.keys(parts).join(', ')})`);
  await parts[name]();
}
if (options.out) writeFileSync(options.out, JSON.stringify(results, null, 1) + '\n');
