// Courses a call may take, as generator functions: each yields the milliseconds until its next step. `g` (generator.mjs)
// gives chance, free stations and durations. A step looks whether the call is still there, for the other side may have left.
import * as calls from './calls.mjs';
import * as moves from './moves.mjs';

// Every line into the switch is taken: nobody gets through.
export class NoTrunk extends Error {}

const hex = (text) => Buffer.from(text).toString('hex').toUpperCase();
const digits = (ucid, from, to, width) => Number(ucid.slice(from, to)).toString(16).toUpperCase().padStart(width, '0');

// Text, octets, or packed as 3.2 has it: the UCID as element FA, the application's data as C8.
function userInformation(chance) {
  const text = hex(`CUST=${chance.between(1000, 99999)}`);
  const kind = chance.weighted({ text: 6, octets: 1, packed: 3 });
  if (kind === 'text') return text;
  if (kind === 'octets') return '00FF10802233';
  return (ucid) => `00FA08${digits(ucid, 0, 5, 4)}${digits(ucid, 5, 10, 4)}${digits(ucid, 10, 20, 8)}C8${(text.length / 2).toString(16).toUpperCase().padStart(2, '0')}${text}`;
}

function arrive(g, more = {}) {
  const { chance } = g;
  const vdn = chance.of(g.sw.layout.vdns);
  const kind = chance.unit();
  const call = calls.inbound(g.sw, {
    vdn, ani: kind < 0.08 ? null : g.customer(), restricted: kind >= 0.08 && kind < 0.16,
    uui: chance.happens(0.4) ? userInformation(chance) : undefined,
    digits: chance.happens(0.3) ? `${chance.between(1000, 9999)}#` : undefined,
    lookahead: chance.happens(0.05) ? g.sw.layout.vdns[0] : undefined, ...more,
  });
  if (!call) throw new NoTrunk();
  return call;
}

// Through a VDN and one or two queues to a free agent that rings. Gives the station, or undefined when none became free.
function* toAgent(g, call, s) {
  const { sw, chance } = g;
  const skills = chance.shuffle([...sw.layout.skills]);
  yield g.ms('announce');
  const queued = chance.happens(0.8);
  if (queued) {
    calls.queue(sw, call, skills[0], chance.between(0, 9));
    if (skills[1] && chance.happens(0.15)) { yield g.ms('announce'); calls.queue(sw, call, skills[1], chance.between(0, 3)); }
    yield g.ms('queue');
  }
  for (let tries = 0; tries < 200; tries++) {
    const ext = s.take((agent) => agent && agent.skills.includes(skills[0]));
    if (ext) { calls.alert(sw, call, ext, { split: skills[0] }); return ext; }
    yield g.ms('retry');
  }
  return undefined;
}

function* toAnswer(g, call, s) {
  const ext = yield* toAgent(g, call, s);
  if (!ext) return undefined;
  yield g.ms('ring');
  calls.answer(g.sw, call, ext);
  if (g.chance.happens(g.recorded)) {
    const recorder = g.sw.layout.recorders[0];
    if (recorder) { yield g.ms('moment'); moves.stepIn(g.sw, call, recorder, ext, g.chance.happens(0.8) ? 'silentParticipation' : 'activeParticipation'); }
  }
  yield g.ms('talk');
  return ext;
}

// One of the two hangs up; whoever is still there, if the other has left already.
function anyEnd(g, call, ext) {
  const sides = [call.outside, ext].filter((key) => call.parties.has(key));
  if (sides.length > 0) calls.drop(g.sw, call, g.chance.of(sides));
}

function* holds(g, call, ext) {
  for (let i = g.chance.between(1, 2); i > 0; i--) {
    calls.hold(g.sw, call, ext);
    yield g.ms('hold');
    calls.retrieve(g.sw, call, ext);
    yield g.ms('talk');
  }
}

// The station (or outside number) that is asked for advice, ringing.
function consultation(g, call, ext, s) {
  if (g.chance.happens(0.15)) return { second: moves.consult(g.sw, call, ext, { number: g.customer() }), outside: true };
  const target = s.take(() => true);
  return target ? { second: moves.consult(g.sw, call, ext, { to: target }), target } : {};
}

const answered = (g, { second, target }) => (target ? calls.answer(g.sw, second, target) : calls.answerOutside(g.sw, second));

export const SCRIPTS = {
  * answered(g, s) {
    const call = arrive(g);
    const ext = yield* toAnswer(g, call, s);
    if (!ext) { calls.drop(g.sw, call, call.outside); return; }
    if (g.chance.happens(0.3)) yield* holds(g, call, ext);
    anyEnd(g, call, ext);
  },

  * abandonedInQueue(g) {
    const call = arrive(g);
    yield g.ms('announce');
    if (g.chance.happens(0.8)) { calls.queue(g.sw, call, g.chance.of(g.sw.layout.skills), g.chance.between(0, 9)); yield g.ms('queue'); }
    calls.drop(g.sw, call, call.outside);
  },

  * abandonedRinging(g, s) {
    const call = arrive(g);
    yield* toAgent(g, call, s);
    yield g.ms('ring');
    calls.drop(g.sw, call, call.outside);
  },

  // The agent does not answer: to somebody else, at once or through the queue again.
  * noAnswer(g, s) {
    const call = arrive(g);
    const first = yield* toAgent(g, call, s);
    if (!first) { calls.drop(g.sw, call, call.outside); return; }
    yield g.ms('ring');
    const second = s.take((agent) => agent);
    calls.divert(g.sw, call, first, second, 'callForwardNoAnswer');
    s.free(first);
    if (!second) { yield g.ms('moment'); calls.drop(g.sw, call, call.outside); return; }
    if (g.chance.happens(0.4)) { calls.queue(g.sw, call, g.sw.layout.skills[0], 0); yield g.ms('queue'); }
    calls.alert(g.sw, call, second);
    yield g.ms('ring');
    calls.answer(g.sw, call, second);
    yield g.ms('talk');
    anyEnd(g, call, second);
  },

  * consultTransfer(g, s) {
    const call = arrive(g);
    const ext = yield* toAnswer(g, call, s);
    if (!ext) { calls.drop(g.sw, call, call.outside); return; }
    const other = consultation(g, call, ext, s);
    if (!other.second) { yield g.ms('moment'); if (!other.target && call.parties.get(ext).state === 'hold') calls.retrieve(g.sw, call, ext); anyEnd(g, call, ext); return; }
    yield g.ms('ring');
    answered(g, other);
    yield g.ms('consult');
    const kept = moves.transfer(g.sw, call, other.second, ext);
    s.free(ext);
    yield g.ms('talk');
    anyEnd(g, kept, other.target ?? kept.outside);
  },

  // Handed over while the other still rings.
  * blindTransfer(g, s) {
    const call = arrive(g);
    const ext = yield* toAnswer(g, call, s);
    const target = ext && s.take(() => true);
    if (!target) { calls.drop(g.sw, call, call.outside); return; }
    const second = moves.consult(g.sw, call, ext, { to: target });
    yield g.ms('moment');
    const kept = moves.transfer(g.sw, call, second, ext);
    s.free(ext);
    yield g.ms('ring');
    if (g.chance.happens(0.2)) { calls.drop(g.sw, kept, kept.outside); return; }
    calls.answer(g.sw, kept, target);
    yield g.ms('talk');
    anyEnd(g, kept, target);
  },

  * singleStepTransfer(g, s) {
    const call = arrive(g);
    const ext = yield* toAnswer(g, call, s);
    const target = ext && s.take(() => true);
    if (!target) { calls.drop(g.sw, call, call.outside); return; }
    const kept = moves.transferSingle(g.sw, call, ext, target);
    s.free(ext);
    yield g.ms('ring');
    calls.answer(g.sw, kept, target);
    yield g.ms('talk');
    anyEnd(g, kept, target);
  },

  * conference(g, s) {
    const call = arrive(g);
    const ext = yield* toAnswer(g, call, s);
    if (!ext) { calls.drop(g.sw, call, call.outside); return; }
    const target = s.take(() => true);
    if (!target) { anyEnd(g, call, ext); return; }
    const second = moves.consult(g.sw, call, ext, { to: target });
    yield g.ms('ring');
    calls.answer(g.sw, second, target);
    yield g.ms('consult');
    const kept = moves.conference(g.sw, call, second, ext);
    yield g.ms('talk');
    const first = g.chance.of([ext, target, kept.outside]);
    calls.drop(g.sw, kept, first);
    if (first !== kept.outside) s.free(first);
    yield g.ms('talk');
    anyEnd(g, kept, first === ext ? target : ext);
  },

  // Advice is asked for and nothing comes of it: busy, no answer, or the customer goes on with the first agent.
  * consultGivenUp(g, s) {
    const call = arrive(g);
    const ext = yield* toAnswer(g, call, s);
    if (!ext) { calls.drop(g.sw, call, call.outside); return; }
    const how = g.chance.of(['busy', 'noAnswer', 'answered']);
    const target = s.take(() => true);
    if (!target) { anyEnd(g, call, ext); return; }
    if (how === 'busy') {
      calls.hold(g.sw, call, ext);
      const second = calls.originate(g.sw, ext, { to: target, held: call });
      calls.fail(g.sw, second, target, 'busy');
      yield g.ms('moment');
      calls.drop(g.sw, second, ext);
    } else {
      const second = moves.consult(g.sw, call, ext, { to: target });
      yield g.ms('ring');
      if (how === 'answered') { calls.answer(g.sw, second, target); yield g.ms('consult'); }
      calls.drop(g.sw, second, ext);
    }
    s.free(target);
    yield g.ms('moment');
    calls.retrieve(g.sw, call, ext);
    yield g.ms('talk');
    anyEnd(g, call, ext);
  },

  * direct(g, s) {
    const ext = s.take(() => true);
    if (!ext) return;
    const call = arrive(g, { vdn: undefined, station: ext, digits: undefined, lookahead: undefined });
    yield g.ms('ring');
    if (g.chance.happens(0.25)) { calls.drop(g.sw, call, call.outside); return; }
    calls.answer(g.sw, call, ext);
    yield g.ms('talk');
    anyEnd(g, call, ext);
  },

  * outbound(g, s) {
    const ext = s.take(() => true);
    const call = ext && calls.originate(g.sw, ext, { number: g.customer() });
    if (!call) return;
    yield g.ms('moment');
    const how = g.chance.weighted({ answered: 6, busy: 2, unanswered: 2 });
    if (how === 'busy') { calls.fail(g.sw, call, ext, g.chance.of(['busy', 'trunksBusy', 'destNotObtainable'])); yield g.ms('moment'); calls.drop(g.sw, call, ext); return; }
    calls.reachNetwork(g.sw, call);
    yield g.ms('ring');
    if (how === 'unanswered') { calls.drop(g.sw, call, ext); return; }
    calls.answerOutside(g.sw, call);
    yield g.ms('talk');
    if (g.chance.happens(0.2)) yield* holds(g, call, ext);
    anyEnd(g, call, ext);
  },

  * internal(g, s) {
    const [ext, other] = [s.take(() => true), s.take(() => true)];
    if (!ext || !other) return;
    const call = calls.originate(g.sw, ext, { to: other });
    yield g.ms('moment');
    if (g.chance.happens(0.25)) { calls.fail(g.sw, call, other, 'busy'); yield g.ms('moment'); calls.drop(g.sw, call, ext); return; }
    calls.alert(g.sw, call, other);
    yield g.ms('ring');
    calls.answer(g.sw, call, other);
    yield g.ms('talk');
    calls.drop(g.sw, call, g.chance.of([ext, other]));
  },
};
