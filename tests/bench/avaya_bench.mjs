// Calls of a large switch: 5,000 monitors and 200 calls a second, the AES simulator in a process of its own.
//   node tests/bench/avaya_bench.mjs [--monitors N] [--rate N] [--seconds N] [--scale X] [--seed N] [--out FILE]
// Reported: how many calls are stored, and how many of them are not closed or have a doubtful beginning or end (none may);
// events of the switch, copies sent and taken (the gateway counts a few of the session besides); how long after it began a
// new call can be read over the API (`visible`, of one call a quarter of a second); processor time; memory before and with
// the monitors, and every five seconds.
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

import { AesProgram } from '../sim/aes/program.mjs';
import { sized } from '../sim/aes/switch/layout.mjs';
import { ENV, TOKEN, interactionId } from '../support/aes_gateway.mjs';
import { Gateway, eventually, temporaryFolder } from '../support/gateway.mjs';
import { query } from '../support/history.mjs';
import { difference, memory, processorTime } from './measure.mjs';

const { values } = parseArgs({
  options: { monitors: { type: 'string', default: '5000' }, rate: { type: 'string', default: '200' }, seconds: { type: 'string', default: '60' },
    scale: { type: 'string', default: '0.3' }, seed: { type: 'string', default: '1' }, out: { type: 'string' } },
});
const [monitors, rate, seconds, scale] = [values.monitors, values.rate, values.seconds, values.scale].map(Number);
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

const size = { agents: monitors - 40, vdns: 20, skills: 20, trunks: 3 * monitors };
const layout = sized(size);
const aes = await new AesProgram().start({ seed: values.seed, size });
const range = (list) => `["${list[0]}-${list.at(-1)}"]`;

const gateway = new Gateway(temporaryFolder('tandem-bench-'), `
gateway: { listen: 127.0.0.1:0, data: ./data }
identity: { region: DE }
api: { tokens: [ { name: bench, secret: "\${env:TANDEM_TOKEN}", scopes: [read, write, admin] } ] }
connectors:
  - name: avaya
    type: avaya_dmcc
    pack: avaya_dmcc
    options:
      hosts: [127.0.0.1]
      port: ${aes.port}
      tls: false
      user: tandem
      password: "\${env:AES_PASSWORD}"
      request_rate: 2000
      outstanding: 64
      max_calls: 100000
      switches:
        - { name: CM1, vdns: ${range(layout.vdns)}, splits: ${range(layout.skills)}, stations: ${range(layout.agents.map((one) => one.station))} }
`, ENV);

async function metric(name) {
  const text = await (await gateway.get('/metrics', TOKEN)).text();
  return text.split('\n').filter((row) => row.startsWith(name)).reduce((sum, row) => sum + Number(row.slice(row.lastIndexOf(' ') + 1)), 0);
}

// How long until the newest call of the switch is there to be read.
async function visible() {
  const { stories } = await aes.do('stats');
  const [story] = (await aes.do('truth', { from: Math.max(0, stories - 1) })).slice(-1);
  if (!story) return undefined;
  const id = interactionId('ucid', story.id);
  await eventually(async () => (await gateway.get(`/v1/interactions/${id}`, TOKEN)).ok, 'the newest call is there', 60_000);
  return Date.now() - story.startedAt;
}

const percentile = (sorted, part) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))];

await gateway.start();
const { pid } = gateway.process;
const empty = memory(pid).now;
const begun = Date.now();
await eventually(async () => (await aes.do('sessions')).some((one) => one.monitors >= monitors), `${monitors} monitors`, 300_000);
const setUp = (Date.now() - begun) / 1000;
await pause(3000);
const watching = memory(pid).now;
const before = processorTime(pid);
const started = Date.now();
await aes.do('random', { rate, count: rate * seconds, concurrent: monitors * 2, scale });
const lags = [];
const samples = [];
while (Date.now() - started < seconds * 1000) {
  lags.push(await visible());
  if (samples.length < (Date.now() - started) / 5000) samples.push(Math.round(memory(pid).now));
  await pause(250);
}
await aes.do('drained');
const took = (Date.now() - started) / 1000;
const cpu = difference(processorTime(pid), before);
const applied = async () => (await metric('tandem_journal_last_position')) === (await metric('tandem_pipeline_position'));
const drainedAt = Date.now();
await pause(6000);
await eventually(applied, 'everything is applied', 600_000);
const stats = await aes.do('stats');
const count = (condition) => query(gateway, `SELECT count(*) AS n FROM interaction WHERE version > 0 AND ${condition}`)[0].n;
const total = Object.values(cpu).reduce((sum, one) => sum + one, 0);
const sorted = lags.filter((one) => one !== undefined).sort((x, y) => x - y);
const rounded = (value, digits) => Number(value.toFixed(digits));
const result = {
  monitors, rate, seconds, scale,
  monitors_up_s: rounded(setUp, 1),
  took_s: rounded(took, 1),
  calls: stats.stories,
  calls_stored: count('1'),
  not_closed: count("json_extract(document, '$.state') != 'closed'"),
  uncertain: count("json_extract(document, '$.attributes.start_uncertain') OR json_extract(document, '$.attributes.end_uncertain')"),
  events: stats.events,
  copies_sent: stats.delivered,
  copies_taken: await metric('tandem_events_total'),
  snapshots: await metric('tandem_pipeline_snapshots_total'),
  quarantined: await metric('tandem_store_quarantined'),
  visible_ms: { median: percentile(sorted, 0.5), p95: percentile(sorted, 0.95), p99: percentile(sorted, 0.99), most: sorted.at(-1), samples: sorted.length },
  drained_s: rounded((Date.now() - drainedAt) / 1000, 1),
  cpu_s: cpu,
  cpu_cores: rounded(total / took, 2),
  cpu_cores_per_1000_monitors: rounded(total / took / monitors * 1000, 3),
  memory_mib: {
    empty: Math.round(empty), with_monitors: Math.round(watching), per_1000_monitors: rounded((watching - empty) / monitors * 1000, 1),
    every_5_s: samples, peak: Math.round(memory(pid).peak),
  },
  protocol_violations: stats.violations,
};
const text = JSON.stringify(result, null, 2);
console.log(text);
if (values.out) writeFileSync(values.out, `${text}\n`);
await gateway.stop();
await aes.stop();
