// What can happen to one call. Each function does it in the switch, writes it into the story and publishes the events, by
// the rules of 2.8.
import * as events from './events.mjs';

export const station = (ext) => ({ ext });
// `who` is the person behind a trunk: what a dynamic id hides.
const join = (call, key, device, state, who = device) => call.parties.set(key, { device, state, who });
const arrivalCause = (sw) => (sw.quirk('distributedCause') ? 'distributed' : 'newCall');

// A call from outside. `ani` is a number, null for not known; `restricted` for a withheld one. It arrives at a VDN, or
// rings at a station at once (direct inward dialling). `uui` is hexadecimal, or made of the call's UCID.
export function inbound(sw, { ani = null, restricted = false, vdn, station: direct, group = sw.layout.trunks[0].group, uui, digits, lookahead }) {
  const trunk = sw.seize(group);
  if (!trunk) return null;
  const calling = restricted ? { restricted: true } : ani === null ? null : { number: ani };
  const call = sw.newCall({ calling, called: station(vdn ?? direct), vdn, trunk, digits, lookahead, direction: 'inbound' });
  call.uui = typeof uui === 'function' ? uui(call.ucid) : uui;
  call.story.uui = call.uui ?? null;
  call.outside = trunk.name;
  join(call, trunk.name, { trunk: trunk.name }, 'connected', calling);
  call.story.step(sw.now, 'offered', { to: vdn ?? direct });
  if (!vdn) { alert(sw, call, direct); return call; }
  sw.passes(call, vdn);
  sw.publish('DeliveredEvent', call, events.delivered(call, station(vdn), sw.form({ cause: 'newCall', bare: true })));
  return call;
}

// Waits in `skill` behind `inFront` others.
export function queue(sw, call, skill, inFront = 0) {
  (call.queuedIn ??= new Set()).add(skill);
  call.last = call.vdn ? station(call.vdn) : null;
  call.story.queued(sw.now, skill);
  sw.publish('QueuedEvent', call, events.queued(call, skill, sw.form({ inFront })), { also: [skill] });
}

// Rings at a station. An agent that is reached through a split takes the call out of every queue, without a word (2.8).
export function alert(sw, call, ext, { split, cause } = {}) {
  const agent = sw.agents.get(ext);
  if (call.queuedIn?.size) {
    split ??= agent?.skills.find((skill) => call.queuedIn.has(skill)) ?? [...call.queuedIn][0];
    call.queuedIn.clear();
  }
  if (split) { call.split = split; call.last = station(split); }
  if (agent) agent.call = call;
  join(call, ext, station(ext), 'alerting');
  call.story.begin(sw.now, ext, { agent: agent?.id, consult: Boolean(call.consultedBy) });
  if (split) call.story.passed(sw.now, split);
  cause ??= call.consultedBy ? 'consultation' : call.story.direction === 'inbound' ? arrivalCause(sw) : 'newCall';
  sw.publish('DeliveredEvent', call, events.delivered(call, station(ext), sw.form({ cause })));
}

export function answer(sw, call, ext) {
  call.parties.get(ext).state = 'connected';
  answeredBoth(sw, call);
  const cause = call.consultedBy ? 'consultation' : call.story.direction === 'inbound' ? arrivalCause(sw) : 'newCall';
  sw.publish('EstablishedEvent', call, events.established(call, station(ext), sw.form({ cause })));
  busy(sw, ext);
}

// Who called is connected in the same moment as who answers.
function answeredBoth(sw, call) {
  for (const key of call.parties.keys()) {
    const leg = call.story.leg(key);
    const mine = call.parties.get(key).state === 'connected' && (leg?.consult ?? false) === Boolean(call.consultedBy);
    if (leg?.answeredAt === null && mine) call.story.answered(sw.now, key);
  }
}

export function hold(sw, call, ext) {
  call.parties.get(ext).state = 'hold';
  call.story.held(sw.now, ext);
  sw.publish('HeldEvent', call, events.held(call, station(ext), sw.form({ cause: 'keyOperation' })));
  if (!sw.quirk('spuriousClear')) return;
  const other = sw.layout.recorders[0] ?? '9901';  // somebody else is said to release what only went on hold
  sw.publish('ConnectionClearedEvent', call, events.connectionClearedBy(call, station(ext), station(other), sw.form({ cause: 'normal' })), { only: [ext] });
}

export function retrieve(sw, call, ext) {
  call.parties.get(ext).state = 'connected';
  call.story.retrieved(sw.now, ext);
  sw.publish('RetrievedEvent', call, events.retrieved(call, station(ext), sw.form({ cause: 'keyOperation' })));
}

// Nobody answers: the call goes from `ext` to another station, a VDN or back into a queue.
export function divert(sw, call, ext, destination, cause = 'callForwardNoAnswer') {
  call.parties.delete(ext);
  call.story.finish(sw.now, ext, 'missed');
  idle(sw, ext, call);
  const build = events.diverted(call, station(ext), destination && station(destination), sw.form({ cause }));
  call.last = station(ext);
  sw.publish('DivertedEvent', call, build, { also: [ext] });
}

// A station calls out: over a trunk, to a station inside, or (with `held`) to consult somebody.
export function originate(sw, ext, { number, to, group = sw.layout.trunks.at(-1).group, held, uui }) {
  const trunk = number === undefined ? null : sw.seize(group);
  if (number !== undefined && !trunk) return null;
  const call = sw.newCall({
    calling: station(ext), called: number === undefined ? station(to) : { number }, trunk, uui: uui ?? held?.uui, story: held?.story,
    direction: number === undefined ? 'internal' : 'outbound',
  });
  const agent = sw.agents.get(ext);
  if (held) Object.assign(call, { consultedBy: ext, original: originalOf(held), originalReason: 1 });
  join(call, ext, station(ext), 'initiated');
  sw.publish('ServiceInitiatedEvent', call, events.serviceInitiated(call, station(ext), sw.form({ cause: 'newCall' })));
  call.parties.get(ext).state = 'connected';
  if (!held) {
    call.story.begin(sw.now, ext, { agent: agent?.id, alerted: false });
    call.story.step(sw.now, 'offered', { from: ext });
  }
  sw.publish('OriginatedEvent', call, events.originated(call, station(ext), sw.form({ withUcid: sw.quirk('ucidInOriginated'), agent: agent?.id })));
  if (!held) busy(sw, ext);
  return call;
}

export const originalOf = (call) => call.original ?? {
  calling: call.calling, called: call.called, trunk: call.trunk, uui: call.uui, ucid: call.ucid,
};

// The far end of an outgoing call is reached and rings. An outgoing call is Originated and then also Delivered (2.8, H).
export function reachNetwork(sw, call) {
  const device = { trunk: call.trunk.name };
  call.outside = call.trunk.name;
  join(call, call.trunk.name, device, 'alerting', call.called);
  if (!call.consultedBy) {
    call.story.alertedAt ??= sw.now;
    call.story.trunk = `${call.trunk.group}/${call.trunk.member}`;
  }
  if (call.consultedBy) call.story.begin(sw.now, call.called.number, { role: 'external', consult: true, trunk: call.outside });
  sw.publish('NetworkReachedEvent', call, events.networkReached(call, device, sw.form()));
  sw.publish('DeliveredEvent', call, events.delivered(call, device, sw.form({ cause: 'networkSignal', alerting: null, none: 'notSpecified' })));
}

export function answerOutside(sw, call) {
  call.parties.get(call.outside).state = 'connected';
  answeredBoth(sw, call);
  const answering = sw.chance.happens(0.5) ? null : call.called;
  sw.publish('EstablishedEvent', call, events.established(call, { trunk: call.outside }, sw.form({ cause: 'normal', answering })));
}

// The called side cannot be had: `cause` busy, trunksBusy, destNotObtainable …
export function fail(sw, call, ext, cause = 'busy') {
  const device = call.trunk ? { trunk: call.trunk.name } : station(ext);
  if (!call.trunk) {
    call.story.begin(sw.now, ext, { agent: sw.agents.get(ext)?.id, alerted: false, consult: Boolean(call.consultedBy) });
    call.story.finish(sw.now, ext, 'busy');
  }
  call.failed = cause;
  sw.publish('FailedEvent', call, events.failed(call, device, sw.form({ cause })), { also: call.trunk ? [] : [ext] });
}

const recorder = (sw, key) => sw.layout.recorders.includes(key);

// A party hangs up. The last one is not reported: the call is cleared instead (2.8).
export function drop(sw, call, key, cause = 'normalClearing') {
  const party = call.parties.get(key);
  if (!party) return;
  const people = [...call.parties.keys()].filter((one) => one !== key && !recorder(sw, one));
  const left = people.length > 1 || (recorder(sw, key) && people.length > 0);
  if (call.parties.size > 1) leave(sw, call, key, cause);
  if (left) return;
  for (const one of [...call.parties.keys()].filter((one) => recorder(sw, one))) if (call.parties.size > 1) leave(sw, call, one, cause);
  clear(sw, call, cause, key);
}

function leave(sw, call, key, cause) {
  const { device, who } = call.parties.get(key);
  const { story } = call;
  call.parties.delete(key);
  if (key === call.outside && !call.consultedBy) story.customerLeftAt = sw.now;
  finishLeg(sw, call, key);
  sw.publish('ConnectionClearedEvent', call, events.connectionClearedBy(call, device, who, sw.form({ cause })), { also: [key] });
}

function finishLeg(sw, call, ext) {
  const leg = call.story.leg(ext);
  const elsewhere = call.story.calls.some((other) => other !== call && other.parties.has(ext));
  if (leg && !elsewhere) call.story.finish(sw.now, ext);
  if (!elsewhere) idle(sw, ext, call);
}

// The call is gone. Whoever is left over hears of it (or not) on its own monitor; call monitors get CallCleared.
export function clear(sw, call, cause = 'normalClearing', by) {
  const silent = sw.quirk('lastPartySilent');
  for (const [key, { device }] of [...call.parties]) {
    call.parties.delete(key);
    finishLeg(sw, call, key);
    if (!device.ext && !call.consultedBy) call.story.customerLeftAt ??= sw.now;
    if (device.ext && !silent) {
      sw.publish('ConnectionClearedEvent', call, events.connectionClearedBy(call, device, device, sw.form({ cause })), { only: [key] });
    }
  }
  for (const trunk of [call.trunk, ...(call.trunks ?? [])]) sw.release(trunk);
  sw.forget(call);
  followersHear(sw, call, events.callCleared(call, sw.form({ cause })));
  endStory(sw, call, cause, by);
}

export function followersHear(sw, call, build) {
  sw.events++;
  for (const monitor of call.followers) monitor.take('CallClearedEvent', build, undefined);
}

function endStory(sw, call, cause, by) {
  const { story } = call;
  if (story.calls.length > 0) return;
  const reason = call.failed ? 'failed' : story.answeredAt !== null ? 'answered' : story.direction === 'inbound' ? 'abandoned' : 'unanswered';
  story.endedBy = by ?? null;
  story.end(sw.now, reason, call.failed ?? cause);
  sw.ended++;
  sw.emit('ended', story);
}

// --- agents -------------------------------------------------------------------------------------------------------------

export function setAgent(sw, ext, state, { reason = 0, pending } = {}) {
  const agent = sw.agents.get(ext);
  Object.assign(agent, { state, reason });
  const word = { ready: 'Ready', notReady: 'NotReady', busy: 'Busy', acw: 'WorkingAfterCall', on: 'LoggedOn', off: 'LoggedOff' }[state];
  const privateData = word === 'Busy' || word === 'LoggedOn' ? [] : [['reasonCode', reason]];
  sw.publishAgent(`Agent${word}Event`, agent, events.agent(word, { station: ext, id: agent.id, skill: agent.skills[0], pending, password: state === 'on' ? sw.layout.agentPassword : undefined, privateData, place: sw.form().place }));
}

function busy(sw, ext) {
  const agent = sw.agents.get(ext);
  if (agent && agent.state !== 'busy') setAgent(sw, ext, 'busy');
}

// After a call the agent works on it (if it was answered) and is ready again `sw.layout.wrap` later.
export function idle(sw, ext, call) {
  const agent = sw.agents.get(ext);
  if (!agent) return;
  agent.call = null;
  if (agent.state !== 'busy') return;
  const wrap = sw.layout.wrap ?? 0;
  if (!wrap) { setAgent(sw, ext, 'ready'); return; }
  const leg = call.story.legs.findLast((one) => one.station === ext);
  setAgent(sw, ext, 'acw', { pending: 'ready' });
  sw.clock.after(wrap, () => {
    if (agent.state !== 'acw') return;
    if (leg) leg.wrapMs = sw.now - leg.endedAt;
    setAgent(sw, ext, 'ready');
  });
}
