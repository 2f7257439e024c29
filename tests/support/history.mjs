// What a gateway has stored, read whole: for judges that look at everything.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { join } from 'node:path';

export async function metric(gateway, token, name) {
  const text = await (await gateway.get('/metrics', token)).text();
  const line = text.split('\n').find((row) => row.startsWith(name + ' '));
  if (!line) throw new Error(`no metric ${name}`);
  return Number(line.split(' ')[1]);
}

// A backlog may be long, and how long it takes depends on the machine: what counts is that it goes on.
export async function everythingApplied(gateway, token) {
  const silence = 60_000;
  let position = -1;
  let moved = Date.now();
  for (;;) {
    const last = await metric(gateway, token, 'tandem_journal_last_position');
    const applied = await metric(gateway, token, 'tandem_pipeline_position');
    if (applied === last) return;
    if (applied !== position) { position = applied; moved = Date.now(); }
    if (Date.now() - moved > silence) throw new Error(`the pipeline stays at ${applied}, the journal ends at ${last}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

// The whole feed as [{id, kind, data}], read until that position.
export async function feed(gateway, token, upto) {
  const entries = [];
  const answer = await fetch(`${gateway.url}/v1/feed?after=0`, { headers: { Authorization: `Bearer ${token}` } });
  if (!answer.ok) throw new Error(`feed: ${answer.status}`);
  const decoder = new TextDecoder();
  let rest = '';
  let id = 0;
  let kind = '';
  for await (const chunk of answer.body) {
    rest += decoder.decode(chunk, { stream: true });
    const lines = rest.split('\n');
    rest = lines.pop();
    for (const line of lines) {
      if (line.startsWith('id:')) id = Number(line.slice(3));
      else if (line.startsWith('event:')) kind = line.slice(6).trim();
      else if (line.startsWith('data:')) entries.push({ id, kind, data: JSON.parse(line.slice(5)) });
    }
    if (id >= upto) break;
  }
  return entries;
}

// All items of the customer whom this contact point leads to, newest first; none while nobody is known there.
export async function timeline(gateway, token, point) {
  const found = await gateway.get(`/v1/customers?point=${encodeURIComponent(point)}`, token);
  if (found.status === 404) return [];
  if (!found.ok) throw new Error(`${point}: ${found.status} ${await found.text()}`);
  const { id } = await found.json();
  const items = [];
  for (let next = ''; next !== null;) {
    const page = await gateway.json(`/v1/customers/${id}/timeline?limit=200${next && `&before=${encodeURIComponent(next)}`}`, token);
    items.push(...page.items);
    next = page.next;
  }
  return items;
}

// The id that the store gives to what a source calls so (core/base/ids.hpp).
export function interactionId(space, name) {
  const root = Buffer.from('6f2f6f0e6f0a5d0a9b7e0d6a54414e44', 'hex');
  const digest = createHash('sha1').update(root).update(`${space}\x1f${name}`).digest().subarray(0, 16);
  digest[6] = (digest[6] & 0x0f) | 0x50;
  digest[8] = (digest[8] & 0x3f) | 0x80;
  return digest.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

// Rows of the store's file, which may be in use: what the API has no view of (places of copies, cursors).
export function query(gateway, sql) {
  const file = join(gateway.folder, 'data/store.db');
  const text = execFileSync('sqlite3', ['-readonly', '-json', '-cmd', '.timeout 10000', file, sql], { maxBuffer: 1 << 30 }).toString();
  return text.trim() === '' ? [] : JSON.parse(text);
}
