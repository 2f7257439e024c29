// Kill test of calls. The AES simulator lets random calls happen and knows the truth of each; meanwhile links are cut, AES
// fails over, the link to the switch goes down, and the gateway is killed with SIGKILL. In the end every call that nothing
// disturbed is stored exactly as it was, every other one too or with a mark that something could not be known, none twice.
//   node avaya.mjs [--calls N] [--rate N] [--scale X] [--seed N] [--calm] [--tolerance MS] [--loss P] [--verbose]
// With --loss copies of events get lost, which nobody can notice: then no more is asked than that nothing is made up and every call
// is there.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { startAes } from '../sim/aes/aes.mjs';
import { Generator } from '../sim/aes/switch/generator.mjs';
import { AesGateway, TOKEN } from '../support/aes_gateway.mjs';
import { compare, invented, marked } from '../support/call_truth.mjs';
import { eventually } from '../support/gateway.mjs';
import { generator as dice } from './random.mjs';

const { values } = parseArgs({
  options: {
    calls: { type: 'string', default: '600' }, rate: { type: 'string', default: '30' }, scale: { type: 'string', default: '0.05' }, seed: { type: 'string' },
    calm: { type: 'boolean', default: false }, tolerance: { type: 'string', default: '1000' }, verbose: { type: 'boolean', default: false },
    loss: { type: 'string', default: '0' },
  },
});
const seed = Number(values.seed ?? (Date.now() % 1_000_000));
const [calls, rate, scale] = [values.calls, values.rate, values.scale].map(Number);
const random = dice(seed);
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

const people = Array.from({ length: 60 }, (_, i) => ({ id: String(33000 + i), station: String(5000 + i), skills: i % 3 === 0 ? ['7200', '7201'] : [i % 2 ? '7200' : '7201'] }));
const aes = await startAes({
  seed, layout: { agents: people, stations: Array.from({ length: 20 }, (_, i) => String(5100 + i)), callIds: { from: 1, to: 4000 } },
  faults: { shuffle: 0.3, loss: Number(values.loss) },
});

// Times are compared more loosely where the machine keeps even this process waiting.
let tolerance = Number(values.tolerance);
const beat = { ms: 50, last: Date.now() };
setInterval(() => {
  tolerance = Math.max(tolerance, 4 * (Date.now() - beat.last - beat.ms));
  beat.last = Date.now();
}, beat.ms).unref();

// When nobody listened: [from, to], from a little before to when every monitor and snapshot was there again.
const outages = [];
const SLACK = 1500;
const WAIT = 8000;  // an end that no event told is declared some seconds later

const folder = mkdtempSync(join(tmpdir(), 'tandem-calls-'));
const gateway = new AesGateway(folder, aes, { pack: 'kept_calls', options: 'session_cleanup: 20s\nagent_poll: 1s\n' });
process.on('exit', (code) => {
  gateway.process?.kill('SIGKILL');
  if (code === 0) rmSync(folder, { recursive: true, force: true });
  else console.log(`data and configuration: ${folder}`);
});

// Everything is watched again and nothing was asked for some time: the snapshots are done.
async function settled() {
  let last = -1;
  let since = Date.now();
  await eventually(() => {
    const asked = aes.report.total - (aes.report.counts.GetAgentState ?? 0) - (aes.report.counts.ResetApplicationSessionTimer ?? 0);
    if (asked !== last || !gateway.watching) { last = asked; since = Date.now(); }
    return gateway.watching && Date.now() - since > 300;
  }, 'every monitor is there', 60_000);
}

const DISTURBANCES = {
  async cut() { aes.cut(); },
  async cutForLonger() { aes.cut({ refuse: true }); await pause(random() * 1500); aes.accept(); },
  async failOver() { aes.failOver(); },
  async terminated() { aes.terminate(); },
  async tlink() { aes.setTlink(false); await pause(random() * 800); aes.setTlink(true); },
  async kill() {
    gateway.process.kill('SIGKILL');
    await gateway.ended;
    await pause(random() * 500);
    await gateway.start();
  },
};

async function disturb() {
  const names = Object.keys(DISTURBANCES);
  const name = random() < 0.4 ? 'kill' : names[Math.floor(random() * names.length)];
  const outage = { name, from: Date.now() - SLACK };
  outages.push(outage);
  await DISTURBANCES[name]();
  await settled();
  outage.to = Date.now() + SLACK;
}

const lossy = Number(values.loss) > 0;
const disturbed = (story) => lossy || outages.some(({ from, to }) => story.startedAt <= to && (story.endedAt ?? Infinity) + WAIT >= from);

async function records() {
  const found = [];
  for (const id of await gateway.subjects()) {
    const answer = await gateway.get(`/v1/interactions/${id}`, TOKEN);
    if (!answer.ok) continue;  // it was joined with another one
    const { record } = (await answer.json()).document.attributes;
    if (!record.merged_into) found.push(record);  // a record that turned out to be about another one's call says so
  }
  return found;
}

function judge(stored) {
  const problems = [];
  const byUcid = new Map();
  const count = { right: 0, marked: 0, missed: 0, twice: 0 };
  for (const record of stored) {
    for (const ucid of [record.id, ...(record.ucids ?? [])]) byUcid.set(ucid, (byUcid.get(ucid) ?? new Set()).add(record));
    if (!record.ended_at && !lossy) problems.push(`call ${record.id} is still open: ${JSON.stringify(record)}`);
  }
  const owned = new Set();
  for (const story of aes.sw.stories) {
    const mine = new Set(story.ucids.flatMap((ucid) => [...(byUcid.get(ucid) ?? [])]));
    for (const record of mine) owned.add(record);
    const hit = disturbed(story);
    if (mine.size === 0) {
      if (hit) count.missed++; else problems.push(`call ${story.id} is not stored: ${JSON.stringify(story.steps)}`);
    }
    if (mine.size > 1) count.twice++;
    if (mine.size > 1 && !lossy && !(hit && [...mine].some(marked))) problems.push(`call ${story.id} is stored ${mine.size} times: ${[...mine].map((one) => one.id)}`);
    for (const record of mine) {
      const differences = compare(record, story, { tolerance, lax: hit });
      if (differences.length === 0) { count.right++; continue; }
      const untrue = hit && (lossy || marked(record)) ? invented(record, story, tolerance) : differences;
      if (untrue.length === 0) { count.marked++; continue; }
      problems.push(`call ${story.id} (${!hit ? 'undisturbed' : marked(record) ? 'made up' : 'disturbed, not marked'}): ${untrue.join('; ')}${values.verbose ? `\n  ${JSON.stringify(record)}\n  ${JSON.stringify(story.steps)}` : ''}`);
    }
    if (!hit && [...mine].some(marked)) problems.push(`call ${story.id} is marked and nothing disturbed it${values.verbose ? `: ${JSON.stringify([...mine])}` : ''}`);
  }
  for (const record of stored) if (!owned.has(record)) problems.push(`call ${record.id} never was`);
  return { problems, count };
}

await gateway.start();
await settled();
await eventually(() => (aes.report.counts.GetAgentState ?? 0) >= people.length + 20, 'every station was asked for its agent', 60_000);
const happening = new Generator(aes, { rate, count: calls, concurrent: 400, scale });
happening.start();
while (happening.running && !values.calm) {
  await pause(1000 + random() * 3000);
  if (happening.running) await disturb();
}
await happening.drained;
await settled();
// The last parties are declared gone some seconds after the last event; nothing that is stored may be open then.
await pause(WAIT + 2000);
await eventually(() => gateway.applied(), 'everything is applied', 120_000);
const stored = await records();
const { problems, count } = judge(stored);
const quarantined = await gateway.metric('tandem_store_quarantined');
if (quarantined !== 0) problems.push(`${quarantined} in quarantine`);
for (const violation of aes.report.violations) problems.push(`the protocol: ${JSON.stringify(violation)}`);
const end = await gateway.stop();
if (end.code !== 0) problems.push(`a clean stop ended with ${JSON.stringify(end)}: ${gateway.log.slice(-2000)}`);
const kinds = outages.reduce((sum, { name }) => ({ ...sum, [name]: (sum[name] ?? 0) + 1 }), {});
console.log(`seed ${seed}: ${aes.sw.stories.length} calls, ${aes.sw.events} events, disturbances ${JSON.stringify(kinds)}; ${stored.length} stored: ` +
  `${count.right} right, ${count.marked} marked, ${count.missed} fell into an outage, ${count.twice} in several parts; times within ${tolerance} ms`);
for (const problem of values.verbose ? problems : problems.slice(0, 20)) console.log(`WRONG: ${problem}`);
if (problems.length > 20 && !values.verbose) console.log(`and ${problems.length - 20} more`);
await aes.stop();
process.exit(problems.length === 0 ? 0 : 1);
