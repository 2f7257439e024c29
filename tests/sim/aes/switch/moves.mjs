// What moves a customer from one call or station to another: consultation, transfers, conferences, recorders that step in
// (avaya.md 2.8, 3.4).
import { alert, followersHear, hold, idle, originalOf, originate, reachNetwork, station } from './calls.mjs';
import * as events from './events.mjs';

// The customer waits on hold while `ext` calls `to` (a station, or a number outside).
export function consult(sw, call, ext, { to, number }) {
  hold(sw, call, ext);
  const second = originate(sw, ext, { to, number, held: call });
  if (!second) return null;
  if (number !== undefined) reachNetwork(sw, second);
  else if (!sw.layout.vdns.includes(to)) alert(sw, second, to);
  return second;
}

const items = (first, second, kept, without) => [first, second].flatMap((call) => [...call.parties].filter(([key]) => key !== without)
  .map(([key, { device }]) => ({ key, device, now: kept.id, was: call.id })));

// Two calls become one: `held` (primary) and `active` (secondary). The active call's id and UCID are kept, as a rule.
function merge(sw, held, active, without) {
  const kept = sw.quirk('primarySurvives') ? held : active;
  const gone = kept === held ? active : held;
  const list = sw.chance.shuffle(items(held, active, kept, without));
  const facts = {
    primary: held.id, second: active.id, list, kept, gone, ucids: { now: kept.ucid, was: gone.ucid }, uui: kept.uui ?? gone.uui, vdn: held.vdn,
    trunk: held.trunk, original: held.trunk ? originalOf(held) : undefined,
  };
  return facts;
}

// What `merge` announced takes place; the events have gone out to everybody who was on either call.
function settle(sw, { kept, gone }, without) {
  for (const [key, party] of gone.parties) if (key !== without && !kept.parties.has(key)) kept.parties.set(key, party);
  if (without) kept.parties.delete(without);
  for (const party of kept.parties.values()) if (party.state === 'hold') party.state = 'connected';
  const first = gone.consultedBy ? kept : gone;
  kept.outside = first.outside ?? kept.outside;
  Object.assign(kept, { consultedBy: undefined, vdn: first.vdn ?? kept.vdn, split: first.split ?? kept.split, uui: kept.uui ?? gone.uui });
  kept.original ??= gone.original ?? (gone === first ? originalOf(gone) : undefined);
  sw.forget(gone);
  releaseWith(kept, gone);
}

// The ended call's trunk stays seized until the call that is left is over.
function releaseWith(kept, gone) {
  kept.trunks = [...(kept.trunks ?? []), ...(gone.trunks ?? []), gone.trunk].filter(Boolean);
  kept.trunk ??= gone.trunk;
}

function announce(sw, name, build, { kept, gone }) {
  for (const monitor of gone.followers) kept.followers.add(monitor);
  sw.publish(name, kept, build, { also: [...gone.parties.keys()] });
}

const customerReaches = (sw, story, list) => { for (const { key } of list) story.reaches(sw.now, key); };

// `ext` leaves and ties what it had on hold to whom it consulted (also while that one still rings: `blind`).
export function transfer(sw, held, active, ext) {
  const { story } = held;
  const to = [...active.parties].find(([key]) => key !== ext);
  const blind = to[1].state === 'alerting';
  const facts = merge(sw, held, active, ext);
  const target = to[1].device;
  story.transfers.push({ at: sw.now, kind: blind ? 'blind' : 'consult', from: ext, to: target.ext ?? active.called.number });
  story.step(sw.now, 'transferred', { from: ext, to: target.ext ?? active.called.number });
  story.finish(sw.now, ext, 'transferred');
  customerReaches(sw, story, facts.list);
  const build = events.transfered({ ...facts, by: station(ext), to: target.trunk ? active.called : target, cause: 'transfer' }, sw.form({ bareLinkage: sw.quirk('noLinkageList') }));
  announce(sw, 'TransferedEvent', build, facts);
  goneIsCleared(sw, facts);
  settle(sw, facts, ext);
  idle(sw, ext, held);
  return facts.kept;
}

function goneIsCleared(sw, { gone }) {
  if (!sw.quirk('clearedAfterTransfer')) return;
  followersHear(sw, gone, events.callCleared(gone, sw.form({ cause: 'transfer' })));
}

// All three stay together.
export function conference(sw, held, active, ext) {
  const { story } = held;
  const [, to] = [...active.parties].find(([key]) => key !== ext);
  const facts = merge(sw, held, active);
  facts.list = facts.list.filter((one, index) => facts.list.findIndex((other) => other.key === one.key) === index);
  const added = to.device.trunk ? active.called : to.device;
  story.conferences.push({ at: sw.now, by: ext, added: added.ext ?? added.number });
  story.step(sw.now, 'conferenced', { by: ext, added: added.ext ?? added.number });
  story.unhold(sw.now, ext);
  customerReaches(sw, story, facts.list);
  const build = events.conferenced({ ...facts, by: station(ext), to: added, cause: 'conference' }, sw.form({ bareLinkage: sw.quirk('noLinkageList') }));
  announce(sw, 'ConferencedEvent', build, facts);
  goneIsCleared(sw, facts);
  settle(sw, facts);
  return facts.kept;
}

// A recorder or a supervisor steps in: one old call, no linkage, and nobody leaves.
export function stepIn(sw, call, ext, by, cause = 'silentParticipation') {
  const list = [...[...call.parties].map(([key, { device }]) => ({ key, device, now: call.id, was: call.id })), { key: ext, device: station(ext), now: call.id }];
  call.parties.set(ext, { device: station(ext), state: 'connected', who: station(ext) });
  const role = sw.layout.recorders.includes(ext) ? 'recorder' : 'observer';
  call.story.begin(sw.now, ext, { role, alerted: false });
  call.story.leg(ext).answeredAt = sw.now;
  const build = events.conferenced({ primary: call.id, by: station(by), to: station(ext), list, cause, uui: call.uui }, sw.form());
  sw.publish('ConferencedEvent', call, build);
}

// Single step: `ext` hands the call to `to` and is out at once. The call gets a new id and UCID, which a monitor learns
// from the Delivered that follows (3.4).
export function transferSingle(sw, call, ext, to) {
  const { story } = call;
  const second = sw.newCall({ calling: call.calling, called: call.called, story, uui: call.uui, vdn: call.vdn, split: undefined, trunk: call.trunk,
    original: originalOf(call), originalReason: 3 });
  second.outside = call.outside;
  story.transfers.push({ at: sw.now, kind: 'single_step', from: ext, to });
  story.step(sw.now, 'transferred', { from: ext, to });
  story.finish(sw.now, ext, 'transferred');
  const list = [...[...call.parties].filter(([key]) => key !== ext), [to, { device: station(to) }]].map(([key, { device }]) => ({
    key, device, now: second.id, was: key === to ? undefined : call.id }));
  const build = events.transfered({ primary: call.id, second: 0, by: station(ext), to: station(to), list, cause: 'singleStepTransfer', uui: call.uui }, sw.form());
  for (const [key, party] of call.parties) if (key !== ext) second.parties.set(key, party);
  second.followers = call.followers;
  sw.publish('TransferedEvent', call, build, { also: [to] });
  sw.forget(call);
  idle(sw, ext, call);
  second.last = station(ext);
  alert(sw, second, to, { cause: 'singleStepTransfer' });
  return second;
}
