// What goes wrong, on command or by chance: the `settings` are probabilities and milliseconds and may be changed at any time.
import { failure, exception } from './errors.mjs';

export const CALM = {
  silent: false,     // no event of a monitor goes out: the link to the switch is down
  loss: 0,           // probability that one copy of an event does not go out
  shuffle: 0,        // probability that copies for different monitors change places (each monitor keeps its order)
  delayMs: 0,        // every frame out waits up to this long
  chunk: 0,          // bytes per write; 0 writes whole frames
  chunkPauseMs: 0,   // between two writes of a chunk
  answerDelayMs: 0,  // answers take up to this long, each for itself: they overtake each other
  garbage: 0,        // probability of a frame nobody can use after an event
};

export class Faults {
  constructor({ clock, chance, settings }) {
    Object.assign(this, { clock, chance: chance.stream('faults'), settings: { ...CALM, ...settings }, planned: [], lost: 0 });
  }

  set(settings) { Object.assign(this.settings, settings); }

  // The next `count` requests of that name (or any, `*`) are answered by an error, late, twice or never.
  plan({ request = '*', count = 1, category, value, exceptionMessage, silent, delayMs }) {
    this.planned.push({ request, left: count, category, value, exceptionMessage, silent, delayMs });
  }

  // Whether this copy of an event goes nowhere.
  loses() {
    if (!this.settings.silent && !this.chance.happens(this.settings.loss)) return false;
    this.lost++;
    return true;
  }

  // Calls `answer(instead)`: undefined for the true answer, a document, or null for none.
  answering(request, answer) {
    const plan = this.planned.find((one) => one.left > 0 && (one.request === '*' || one.request === request.name));
    if (plan) plan.left--;
    const instead = !plan ? undefined : plan.silent ? null : !plan.category ? undefined
      : plan.exceptionMessage ? exception(plan.category, plan.value, plan.exceptionMessage) : failure(plan.category, plan.value);
    const delay = plan?.delayMs ?? (this.settings.answerDelayMs ? this.chance.between(0, this.settings.answerDelayMs) : 0);
    if (delay) this.clock.after(delay, () => answer(instead));
    else answer(instead);
  }

  outgoing(link) { return new Outgoing(link, this); }
}

const ODD = ['<FutureEvent xmlns="http://www.ecma-international.org/standards/ecma-323/csta/ed3"><monitorCrossRefID>101</monitorCrossRefID></FutureEvent>',
  '<?xml version="1.0"?><HeldEvent><monitorCrossRefID>102', '', '\u0000\u0001not xml',
  '<HeldEvent xmlns="http://www.ecma-international.org/standards/ecma-323/csta/ed3"><monitorCrossRefID>4000000</monitorCrossRefID></HeldEvent>'];

// The way out of one connection. Frames keep their order, except that copies of events for different monitors may change
// places within one turn of the loop.
class Outgoing {
  #held = [];
  #flushing = false;
  #queue = [];
  #writing = false;
  #stopped = false;

  constructor(link, faults) { Object.assign(this, { link, faults }); }

  event(xref, bytes) {
    const { settings, chance } = this.faults;
    if (settings.shuffle === 0 || !chance.happens(settings.shuffle)) this.frameOf(xref, bytes);
    else { this.#held.push({ xref, bytes }); this.#flushSoon(); }
    if (chance.happens(settings.garbage)) this.frame(garbageFrame(chance));
  }

  // What is held for a monitor goes before what comes later for it.
  frameOf(xref, bytes) {
    if (this.#held.some((one) => one.xref === xref)) this.#held.push({ xref, bytes });
    else this.#put(bytes);
  }

  frame(bytes) { this.#release(); this.#put(bytes); }

  #flushSoon() {
    if (this.#flushing) return;
    this.#flushing = true;
    this.faults.clock.after(0, () => { this.#flushing = false; this.#release(); });
  }

  #release() {
    const held = this.#held.splice(0);
    if (held.length === 0) return;
    const byMonitor = new Map();
    for (const { xref, bytes } of held) byMonitor.set(xref, [...(byMonitor.get(xref) ?? []), bytes]);
    const turns = this.faults.chance.shuffle(held.map((one) => one.xref));
    for (const xref of turns) this.#put(byMonitor.get(xref).shift());
  }

  #put(bytes) {
    const { settings } = this.faults;
    if (this.#stopped) return;
    if (!this.#writing && settings.delayMs === 0 && settings.chunk === 0) { this.link.write(bytes); return; }
    this.#queue.push(bytes);
    if (!this.#writing) this.#next();
  }

  #next() {
    const bytes = this.#queue.shift();
    this.#writing = bytes !== undefined && !this.#stopped;
    if (!this.#writing) return;
    const { settings, chance, clock } = this.faults;
    clock.after(settings.delayMs ? chance.between(0, settings.delayMs) : 0, () => this.#chunks(bytes, 0));
  }

  #chunks(bytes, from) {
    const { settings, chance, clock } = this.faults;
    if (this.#stopped) return;
    const to = settings.chunk ? Math.min(bytes.length, from + chance.between(1, settings.chunk)) : bytes.length;
    this.link.write(bytes.subarray(from, to));
    if (to === bytes.length) this.#next();
    else clock.after(settings.chunkPauseMs, () => this.#chunks(bytes, to));
  }

  stop() { this.#stopped = true; }
}

export function garbageFrame(chance, which = chance.between(0, ODD.length - 1)) {
  const payload = Buffer.from(ODD[which], 'utf8');
  const header = Buffer.alloc(8);
  header.writeUInt16BE(payload.length + 8, 2);
  header.write('9999', 4, 'latin1');
  return Buffer.concat([header, payload]);
}
