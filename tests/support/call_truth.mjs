// Holds a record of a call (connectors/avaya_dmcc/README.md) against the truth of the AES simulator (tests/sim/aes/switch/story.mjs).
const at = (text) => (text === undefined || text === null ? null : Date.parse(text));

class Differences {
  constructor(tolerance) { Object.assign(this, { tolerance, found: [] }); }

  same(what, stored, truth) {
    const [s, t] = [stored ?? null, truth ?? null];
    if (JSON.stringify(s) !== JSON.stringify(t)) this.found.push(`${what}: stored ${JSON.stringify(s)}, true ${JSON.stringify(t)}`);
  }

  time(what, stored, truth) {
    const [s, t] = [at(stored), truth ?? null];
    if ((s === null) !== (t === null)) this.found.push(`${what}: stored ${stored ?? null}, true ${t && new Date(t).toISOString()}`);
    else if (s !== null && Math.abs(s - t) > this.tolerance) this.found.push(`${what}: ${Math.round(s - t)} ms off`);
  }

  span(what, stored, truth) {
    if (Math.abs((stored ?? 0) - (truth ?? 0)) > this.tolerance) this.found.push(`${what}: stored ${stored ?? 0} ms, true ${truth ?? 0} ms`);
  }
}

// When the customer's call was over: others may have talked on.
export const endOf = (story) => story.customerLeftAt ?? story.endedAt;

function compareLegs(d, record, story, lax) {
  const order = (x, y) => (x.alerted ?? 0) - (y.alerted ?? 0);
  const stored = record.legs ?? [];
  const shape = (leg) => `${leg.station} ${leg.role} ${leg.outcome ?? ''}`.trim();
  const truth = story.legs.map((leg) => ({ ...leg, outcome: outcomeOf(story, leg) }));
  d.same('legs', stored.map(shape).sort(order), truth.map(shape).sort(order));
  if (stored.length !== truth.length) return;
  const left = [...stored];
  for (const leg of truth) {
    const index = left.findIndex((one) => shape(one) === shape(leg));
    if (index < 0) continue;
    const [one] = left.splice(index, 1);
    const name = `leg ${leg.station}`;
    if (leg.role === 'agent' && !(lax && one.agent === undefined)) d.same(`${name} agent`, one.agent, leg.agent);
    for (const [key, mine] of [['alerted_at', 'alertedAt'], ['answered_at', 'answeredAt'], ['customer_from', 'customerFrom'], ['ended_at', 'endedAt']]) {
      if (leg.role !== 'agent' && key !== 'ended_at') continue;
      d.time(`${name} ${key}`, one[key], leg[mine]);
    }
    d.span(`${name} hold`, one.hold_ms, leg.holdMs);
    if (leg.customerFrom !== null) d.span(`${name} talk`, one.talk_ms, leg.endedAt - leg.customerFrom - leg.holdMs);
  }
}

// The words of the record's README for what the switch calls answered.
function outcomeOf(story, leg) {
  if (leg.role === 'recorder' || leg.role === 'observer') return undefined;
  if (leg.outcome !== 'answered') return leg.outcome;
  if (leg.consult) return 'consulted';
  const station = leg.station;
  return story.conferences.some((one) => one.added === station) ? 'conferenced' : 'answered';
}

// Every difference as a line of text; none when the record tells the truth. `lax`: who was logged in at a station may be unknown,
// as after a restart, when that is asked for anew.
export function compare(record, story, { tolerance = 1000, lax = false } = {}) {
  const d = new Differences(tolerance);
  d.same('id', record.id, story.id);
  d.same('ucids', [...(record.ucids ?? [])].sort(), [...story.ucids].sort());
  d.same('direction', record.direction, story.direction);
  if (story.direction === 'inbound') d.same('ani', record.ani, story.ani);
  d.same('dnis', record.dnis, story.dnis);
  d.same('ani_restricted', record.ani_restricted ?? false, story.restricted);
  d.same('entry_vdn', record.entry_vdn, story.vdn);
  d.same('trunk', record.trunk, story.trunk);
  d.same('collected_digits', record.collected_digits, story.legs.length > 0 ? story.digits : undefined);
  if (story.legs.length > 0) d.same('uui', record.uui?.hex?.toUpperCase(), story.uui);
  d.same('queues', (record.queues ?? []).map((one) => one.number), story.queues.map((one) => one.number));
  for (const [index, queue] of story.queues.entries()) {
    d.time(`queue ${queue.number} entered`, record.queues?.[index]?.entered_at, queue.enteredAt);
    d.time(`queue ${queue.number} left`, record.queues?.[index]?.left_at, queue.leftAt);
  }
  for (const [key, mine] of [['started_at', 'startedAt'], ['queued_at', 'queuedAt'], ['alerted_at', 'alertedAt'], ['answered_at', 'answeredAt']]) d.time(key, record[key], story[mine]);
  d.time('ended_at', record.ended_at, endOf(story));
  d.same('transfers', (record.transfers ?? []).map(({ kind, from, to }) => `${kind} ${from} ${to}`), story.transfers.map(({ kind, from, to }) => `${kind} ${from} ${to}`));
  d.same('conferences', (record.conferences ?? []).map(({ by, added }) => `${by} ${added}`), story.conferences.map(({ by, added }) => `${by} ${added}`));
  compareLegs(d, record, story, lax);
  return d.found;
}

// What a record says of itself: that something could not be known.
export const marked = (record) => Boolean(record.gaps?.length || record.start_uncertain || record.end_uncertain || record.gave_way ||
  record.legs?.some((leg) => leg.start_uncertain || leg.end_uncertain));

// What a marked record says that is not so: something may be missing from it, nothing may be made up.
export function invented(record, story, tolerance = 1000) {
  const found = [];
  const only = (what, stored, allowed) => { if (stored !== undefined && !allowed.includes(stored)) found.push(`${what}: stored ${JSON.stringify(stored)}, true ${JSON.stringify(allowed)}`); };
  // A consultation whose customer was never seen is a call between two stations; the customer's own call never is.
  const customers = record.direction !== 'internal' || (record.ucids ?? []).includes(story.id);
  if (customers) only('direction', record.direction, [story.direction]);
  if (story.direction === 'inbound' && customers) only('ani', record.ani, [story.ani]);
  only('trunk', record.trunk, [story.trunk]);
  only('entry_vdn', record.entry_vdn, [story.vdn]);
  only('collected_digits', record.collected_digits, [story.digits]);
  only('uui', record.uui?.hex?.toUpperCase(), [story.uui]);
  if (record.ani_restricted && !story.restricted) found.push('ani_restricted: the number was not withheld');
  for (const ucid of record.ucids ?? []) only('ucid', ucid, story.ucids);
  const stations = story.legs.map((leg) => leg.station);
  for (const leg of record.legs ?? []) {
    if (!/^T\d+#/.test(leg.station)) only('leg', leg.station, stations);
    if (leg.agent) only(`agent of ${leg.station}`, leg.agent, story.legs.filter((one) => one.station === leg.station).map((one) => one.agent));
  }
  for (const { from, to } of record.transfers ?? []) only('transfer', `${from} ${to}`, story.transfers.map((one) => `${one.from} ${one.to}`));
  for (const { number } of record.queues ?? []) only('queue', number, story.queues.map((one) => one.number));
  if (at(record.started_at) < story.startedAt - tolerance) found.push(`started_at: before the call began (${record.started_at})`);
  return found;
}
