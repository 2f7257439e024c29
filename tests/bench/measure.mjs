// What the benchmarks of whole processes share: the load driver, and what Linux says about a process and a folder.
import { execFile } from 'node:child_process';
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const DRIVER = process.env.WEBHOOK_LOAD ?? new URL('../../build/bench/tests/bench/load/webhook_load', import.meta.url).pathname;
const TICKS_PER_SECOND = 100;

// Runs webhook_load against `url`; `options` are its options without the dashes (a list repeats one).
export async function load(url, options) {
  const args = ['--port', new URL(url).port];
  for (const [name, value] of Object.entries(options)) {
    for (const one of Array.isArray(value) ? value : [value]) args.push(`--${name}`, String(one));
  }
  const { stdout } = await promisify(execFile)(DRIVER, args);
  return JSON.parse(stdout);
}

export const bodyFile = (name) => new URL(`bodies/${name}.json`, import.meta.url).pathname;

function field(pid, name) {
  const found = new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return Number(found[1]) / 1024;
}

// Resident memory in MiB: now, and at its highest since the process began.
export const memory = (pid) => ({ now: field(pid, 'VmRSS'), peak: field(pid, 'VmHWM') });

// Seconds of processor time by name of thread; threads of one name are added.
export function processorTime(pid) {
  const seconds = {};
  for (const task of readdirSync(`/proc/${pid}/task`)) {
    const stat = readFileSync(`/proc/${pid}/task/${task}/stat`, 'utf8');
    const name = stat.slice(stat.indexOf('(') + 1, stat.lastIndexOf(')'));
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    seconds[name] = (seconds[name] ?? 0) + (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
  }
  return seconds;
}

export function difference(after, before) {
  const names = Object.keys(after);
  return Object.fromEntries(names.map((name) => [name, Number((after[name] - (before[name] ?? 0)).toFixed(2))]));
}

// Bytes of the files of a folder, by name.
export function files(folder) {
  return Object.fromEntries(readdirSync(folder).map((name) => [name, statSync(join(folder, name)).size]));
}
