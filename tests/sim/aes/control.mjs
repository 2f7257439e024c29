// Commands of a running simulator: JSON lines on standard input, {"id": 1, "do": "…", …}, each answered by one line
// {"id": 1, "ok": …} or {"id": 1, "error": "…"}. A command of the switch names calls by `as` and `call`.
import { Generator } from './switch/generator.mjs';

// Commands of the switch: their arguments after the call, in the order of the functions of calls.mjs and moves.mjs.
const ON_CALL = {
  queue: (m) => [m.skill, m.inFront], alert: (m) => [m.station, { split: m.split }], answer: (m) => [m.station], hold: (m) => [m.station],
  retrieve: (m) => [m.station], divert: (m) => [m.station, m.to, m.cause], reachNetwork: () => [], answerOutside: () => [],
  fail: (m) => [m.station, m.cause], drop: (m) => [m.party, m.cause], clear: (m) => [m.cause], consult: (m) => [m.station, { to: m.to, number: m.number }],
  stepIn: (m) => [m.station, m.by, m.cause], transferSingle: (m) => [m.station, m.to],
};
const GIVES_CALL = new Set(['consult', 'transferSingle']);

export class Control {
  constructor(aes) { Object.assign(this, { aes, calls: new Map(), generator: null }); }

  // The answer to one command. Throws Error with what is wrong.
  async run(message) {
    const { aes } = this;
    switch (message.do) {
      case 'inbound': return this.#name(message, aes.calls.inbound(message));
      case 'originate': return this.#name(message, aes.calls.originate(message.station, message));
      case 'transfer': case 'conference': return this.#merge(message);
      case 'agent': return void aes.calls.setAgent(message.station, message.state, message);
      case 'scenario': return this.scenario(message.steps);
      case 'random': return this.#random(message);
      case 'halt': this.generator?.halt(); return null;
      case 'drained': await this.generator?.drained; return { calls: aes.sw.stories.length };
      case 'truth': return message.id_of ? aes.sw.stories.find((one) => one.id === message.id_of) ?? null : aes.truth(message.from);
      case 'violations': return aes.report.violations;
      case 'requests': return aes.report.requests;
      case 'stats': return this.stats();
      case 'monitors': return [...aes.monitors.all.values()].map(({ xref, ext, type, delivered, kept }) => ({ xref, ext, type, delivered, kept }));
      case 'sessions': return [...aes.sessions.all.values()].map((one) => ({ id: one.id, connected: Boolean(one.link), duration: one.duration, monitors: one.monitors.size }));
      case 'faults': aes.faults.set(message.set ?? {}); return aes.faults.settings;
      case 'plan': return void aes.faults.plan(message);
      case 'options': return void Object.assign(aes.options, message.set);
      case 'cut': return void aes.cut(message);
      case 'accept': return void aes.accept();
      case 'failover': return void aes.failOver();
      case 'terminate': return void aes.terminate(message.reason);
      case 'tlink': return void aes.setTlink(message.up);
      case 'garbage': return void aes.garbage(message.which);
      default: return this.#onCall(message);
    }
  }

  stats() {
    const { report, faults, sw, links } = this.aes;
    return {
      now: sw.now, requests: report.total, counts: report.counts, violations: report.violations.length, most_outstanding: report.mostOutstanding,
      most_in_a_second: report.mostInASecond, events: sw.events, lost: faults.lost, delivered: this.aes.delivered, calls: sw.calls.size,
      stories: sw.stories.length, ended: sw.ended, links: links.size, monitors: this.aes.monitors.all.size,
    };
  }

  // Steps [{at, do, …}] in milliseconds from now; resolves after the last one.
  async scenario(steps) {
    const start = this.aes.clock.now();
    for (const step of [...steps].sort((x, y) => (x.at ?? 0) - (y.at ?? 0))) {
      await new Promise((resolve) => this.aes.clock.after(start + (step.at ?? 0) - this.aes.clock.now(), resolve));
      await this.run(step);
    }
    return { calls: Object.fromEntries([...this.calls].map(([name, call]) => [name, call.story.id])) };
  }

  #random(message) {
    if (this.generator?.running) throw new Error('random calls are under way already');
    this.generator = new Generator(this.aes, message);
    this.generator.start();
    return { seed: this.aes.options.seed };
  }

  #call(name) {
    const call = this.calls.get(name);
    if (!call) throw new Error(`there is no call ${JSON.stringify(name)}`);
    return call;
  }

  #name(message, call) {
    if (!call) throw new Error('no trunk is free');
    if (message.as) this.calls.set(message.as, call);
    return { call_id: call.id, ucid: call.ucid, story: call.story.id };
  }

  #merge(message) {
    const kept = this.aes.calls[message.do](this.#call(message.call), this.#call(message.with), message.station);
    return this.#name({ as: message.as ?? message.call }, kept);
  }

  #onCall(message) {
    const args = ON_CALL[message.do];
    if (!args) throw new Error(`there is no command ${JSON.stringify(message.do)}`);
    const call = this.#call(message.call);
    const rest = args(message);
    if (message.do === 'drop' && (rest[0] === undefined || rest[0] === 'customer')) rest[0] = call.outside;
    const result = this.aes.calls[message.do](call, ...rest);
    return GIVES_CALL.has(message.do) ? this.#name({ as: message.as ?? message.call }, result) : null;
  }
}
