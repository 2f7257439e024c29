// One report from the JSON files that the benchmarks wrote:
//   node tests/bench/report.mjs FOLDER      reads FOLDER/{gateway,smpp,mail,calls}.json, *_bench.json, store_bench.txt; prints Markdown
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { cpus, release, totalmem } from 'node:os';
import { basename, join } from 'node:path';

const folder = process.argv[2];
if (!folder) throw new Error('usage: report.mjs FOLDER');

const read = (file) => JSON.parse(readFileSync(file, 'utf8'));
const gateway = existsSync(join(folder, 'gateway.json')) ? read(join(folder, 'gateway.json')) : {};
const micro = Object.fromEntries(readdirSync(folder).filter((name) => name.endsWith('_bench.json'))
  .map((name) => [basename(name, '.json'), read(join(folder, name))]));

const thousands = (value) => (value >= 100_000 ? `${Math.round(value / 1000)} k` : value >= 1000 ? `${(value / 1000).toFixed(1)} k` : value.toFixed(0));
const ms = (value) => `${value < 10 ? value.toFixed(2) : value.toFixed(1)} ms`;
const mb = (value) => `${Math.round(value * 1.048576)} MB`;
const table = (head, rows) => [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');

// Items per second of the benchmark that stands for architecture.md's "mapping one typical webhook, parse included".
function mappingRate() {
  const found = micro.mapping_bench?.benchmarks.filter((one) => one.items_per_second && /^map\/telegram/.test(one.name));
  return found?.length ? Math.max(...found.map((one) => one.items_per_second)) : undefined;
}

// [what, achieved, target, as text, more is better]
function figures() {
  const { acks, sustained, timeline, instances } = gateway;
  const rows = [];
  const more = (what, value, target) => value !== undefined && rows.push([what, `${thousands(value)}/s`, `≥ ${thousands(target)}/s`, value / target]);
  const less = (what, value, target, text) => value !== undefined && rows.push([what, text(value), `≤ ${text(target)}`, target / value]);
  more('durable acknowledgements, 64 connections', acks?.[64].rate, 50_000);
  less('their p99', acks?.[64].p99_ms, 25, ms);
  more(`sustained end to end, ${thousands(sustained?.stored ?? 0)} events`, sustained?.rate, 20_000);
  more('mapping a Telegram message, parse included, one core', mappingRate(), 300_000);
  less(`timeline of a customer, p99 (${thousands(sustained?.stored ?? 0)} interactions; target: 10 million)`, timeline?.p99_ms, 5, ms);
  less('resident memory, 1,000 instances idle', instances?.memory.now, 60 / 1.048576, mb);
  less('start to ready, 1,000 instances', instances && instances.seconds * 1000, 1000, ms);
  return rows.map(([what, value, target, ratio]) => [what, value, target, `${ratio.toFixed(2)}${ratio < 1 ? ' (missed)' : ''}`]);
}

function comparison() {
  const rows = Object.entries(gateway.acks ?? {}).map(([connections, ours]) => {
    const theirs = gateway.nodered?.acks[connections];
    const cells = theirs ? [`${thousands(theirs.rate)}/s`, ms(theirs.p50_ms), ms(theirs.p99_ms), mb(theirs.memory.peak), (ours.rate / theirs.rate).toFixed(1)] : ['', '', '', '', ''];
    return [connections, `${thousands(ours.rate)}/s`, ms(ours.p50_ms), ms(ours.p99_ms), mb(ours.memory.peak), ...cells];
  });
  return table(['connections', 'Tandem, durable', 'p50', 'p99', 'memory', `Node-RED ${gateway.nodered?.version ?? ''}`, 'p50', 'p99', 'memory', 'ratio'], rows);
}

function others() {
  const rows = [];
  const row = (what, one) => one && rows.push([what, `${thousands(one.rate)}/s`, ms(one.p50_ms), ms(one.p99_ms)]);
  row('`GET /healthz`: the HTTP server alone', gateway.http);
  row('verified (HMAC-SHA256), decoded, ignored: no disk', gateway.ignored);
  row('durable, HMAC-SHA256 instead of a token', gateway.acksHmac);
  row('timeline of a customer, one connection', gateway.timeline);
  return table(['64 connections unless said otherwise', 'rate', 'p50', 'p99'], rows);
}

function endToEnd() {
  const { sustained, disk } = gateway;
  const threads = Object.entries(sustained.processor).filter(([, seconds]) => seconds > 0)
    .map(([name, seconds]) => `${name} ${(seconds / sustained.stored * 1e6).toFixed(1)} µs`);
  return [
    `- ${thousands(sustained.acks.rate)}/s acknowledged while sending (p99 ${ms(sustained.acks.p99_ms)}), all ${sustained.stored} stored and in the feed after ${sustained.seconds} s, ${sustained.quarantined} in quarantine`,
    `- resident memory ${mb(sustained.memory.idle)} idle, ${mb(sustained.memory.peak)} at its highest, ${mb(sustained.memory.now)} at the end`,
    `- processor time per event: ${threads.join(', ')}`,
    `- data folder ${disk.perEvent} bytes per event (${Object.entries(disk.sizes).filter(([, size]) => size > 1e6).map(([name, size]) => `${name} ${Math.round(size / 1e6)} MB`).join(', ')})`,
  ].join('\n');
}

function microTable(name) {
  const rows = micro[name].benchmarks.filter((one) => one.run_type !== 'aggregate').map((one) => {
    const scale = { ns: 1, us: 1e3, ms: 1e6, s: 1e9 }[one.time_unit];
    const time = one.real_time * scale;
    const text = time < 10_000 ? `${time.toFixed(0)} ns` : time < 1e7 ? `${(time / 1e3).toFixed(1)} µs` : ms(time / 1e6);
    return [`${one.name}${one.label ? `: \`${one.label.replaceAll('|', '\\|')}\`` : ''}`, text, one.items_per_second ? `${thousands(one.items_per_second)}/s` : ''];
  });
  return `### ${name}\n\n${table(['benchmark', 'time', 'items'], rows)}`;
}

function shortMessages({ messages, window, callers, tandem, kannel }) {
  const rows = [
    ['out: accepted by the centre', tandem.out.rate, kannel.out.rate],
    ['out: taken from the callers', tandem.out.asked, kannel.out.asked],
    ['in: acknowledged to the centre', tandem.in.rate, kannel.in.rate],
    ['in: where they belong', tandem.in.stored, kannel.in.stored],
  ].map(([what, ours, theirs]) => [what, `${thousands(ours)}/s`, `${thousands(theirs)}/s`, (ours / theirs).toFixed(2)]);
  rows.push(['resident memory at its highest', mb(tandem.memory_peak_mib), mb(kannel.memory_peak_mib), '']);
  return table([`${messages} messages, window ${window}, ${callers} callers`, 'Tandem, durable', 'Kannel, no spool', 'ratio'], rows);
}

function letters({ mails, backfill, idle, load_before, load_after }) {
  const { tandem, durable, mbsync, fetch, ratio, megabytes, memory_peak_mib } = backfill;
  return [
    table([`${mails} mails, ${megabytes} MB, median of ${backfill.runs.length}`, 'mails', 'of mbsync'], [
      ['Tandem: on the timeline', `${thousands(tandem)}/s`, ratio.toFixed(2)],
      ['Tandem: in the journal', `${thousands(durable)}/s`, (durable / mbsync).toFixed(2)],
      ['mbsync: in a Maildir', `${thousands(mbsync)}/s`, ''],
      ['one FETCH, thrown away', `${thousands(fetch)}/s`, (fetch / mbsync).toFixed(1)],
    ]),
    `Resident memory at its highest ${mb(memory_peak_mib)}. ${idle.mailboxes} mailboxes in IDLE: ${idle.kilobytes_each.toFixed(0)} KiB each, ${mb(idle.total_mib)} in all; from delivery to the timeline ${ms(idle.delivery_ms.median)}. Load before ${load_before}, after ${load_after}.`,
  ].join('\n\n');
}

const commit = execFileSync('git', ['-C', folder, 'rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim();
const parts = [
  '# Benchmarks',
  `${gateway.when ?? new Date().toISOString()}, commit ${commit}; ${cpus().length} × ${cpus()[0].model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GiB, Linux ${release()}, Node ${process.version}. Load driver, gateway and database share these processors.`,
];
const reached = figures();
if (reached.length) parts.push('## Figures and targets', table(['figure', 'measured', 'target', 'measured / target'], reached));
if (gateway.acks) parts.push('## One webhook: Tandem and Node-RED', comparison());
if (gateway.http) parts.push('## Parts of the way', others());
if (gateway.sustained) parts.push('## Sustained', endToEnd());
const smpp = join(folder, 'smpp.json');
if (existsSync(smpp)) parts.push('## Short messages over SMPP: Tandem and Kannel', shortMessages(read(smpp)));
function switchboard(one) {
  const { visible_ms: visible, memory_mib: memory } = one;
  return [
    table([`${one.monitors} monitors, ${one.rate} calls a second for ${one.seconds} s`, ''], [
      ['calls of the switch; stored; of them not closed, or with a doubtful beginning or end', `${one.calls}; ${one.calls_stored}; ${one.not_closed}, ${one.uncertain}`],
      ['copies of events sent; taken', `${one.copies_sent}; ${one.copies_taken}`],
      ['a new call can be read after: median, p95, p99, longest', [visible.median, visible.p95, visible.p99, visible.most].map(ms).join(', ')],
      ['processors, in all; for 1,000 monitors', `${one.cpu_cores}; ${one.cpu_cores_per_1000_monitors}`],
      ['memory with idle monitors; for 1,000 of them; at its highest', [memory.with_monitors, memory.per_1000_monitors, memory.peak].map(mb).join('; ')],
    ]),
    `Memory every five seconds, MiB: ${memory.every_5_s.join(' ')}.`,
  ].join('\n\n');
}

const mail = join(folder, 'mail.json');
if (existsSync(mail)) parts.push('## Mail: Tandem and mbsync', letters(read(mail)));
const calls = join(folder, 'calls.json');
if (existsSync(calls)) parts.push('## Calls of a large switch', switchboard(read(calls)));
if (Object.keys(micro).length) parts.push('## One core', ...Object.keys(micro).map(microTable));
const store = join(folder, 'store_bench.txt');
if (existsSync(store)) parts.push('### store_bench', '```\n' + readFileSync(store, 'utf8').trimEnd() + '\n```');
console.log(parts.join('\n\n'));
