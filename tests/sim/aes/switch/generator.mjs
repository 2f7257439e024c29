// Random calls: begins `rate` calls a second, `count` in all, never more than `concurrent` at once, each by one of the scripts.
import { NoTrunk, SCRIPTS } from './scripts.mjs';

export const WEIGHTS = { answered: 30, abandonedInQueue: 8, abandonedRinging: 6, noAnswer: 8, consultTransfer: 12, blindTransfer: 6,
  singleStepTransfer: 5, conference: 6, consultGivenUp: 5, direct: 6, outbound: 8, internal: 4 };

// Milliseconds of the steps, before `scale`.
export const TIMES = { announce: [500, 3000], queue: [1000, 20000], ring: [1000, 8000], talk: [5000, 60000], hold: [2000, 15000], consult: [2000, 15000],
  moment: [100, 600], retry: [1000, 1000] };

export class Generator {
  #reserved = new Set();
  #begun = 0;
  #active = 0;
  #skipped = 0;
  #customers = 0;
  #done;

  constructor(aes, { rate = 5, count = 100, concurrent = 1000, scale = 0.01, weights = WEIGHTS, recorded = 0.25, ani = 49_301_000_000 } = {}) {
    Object.assign(this, { sw: aes.sw, clock: aes.clock, chance: aes.chance.stream('generator'), rate, count, concurrent, scale, weights, recorded, ani });
    this.started = {};
    this.refused = 0;
    this.drained = new Promise((resolve) => { this.#done = resolve; });
    this.stations = [...this.sw.devices].filter(([ext, kind]) => kind === 'station' && !this.sw.layout.recorders.includes(ext)).map(([ext]) => ext);
  }

  get running() { return this.#active > 0 || this.#begun < this.count; }

  ms(what) {
    const [from, to] = TIMES[what];
    return Math.round(this.chance.between(from, to) * this.scale);
  }

  // A number of its own for each call, so that what is stored can be found by it.
  customer() { return String(this.ani + ++this.#customers); }

  start() {
    this.startedAt = this.clock.now();
    this.#tick();
  }

  halt() { this.count = this.#begun; this.#finished(); }

  #tick() {
    const due = Math.min(this.count, Math.floor((this.clock.now() - this.startedAt) * this.rate / 1000) + 1 - this.#skipped);
    while (this.#begun < due) {
      if (this.#active >= this.concurrent) { this.#skipped += due - this.#begun; break; }
      this.#begin();
    }
    if (this.#begun >= this.count) { this.#finished(); return; }
    const next = this.startedAt + Math.ceil((this.#begun + this.#skipped) * 1000 / this.rate);
    this.clock.after(Math.max(1, next - this.clock.now()), () => this.#tick());
  }

  #begin() {
    this.#begun++;
    this.#active++;
    const name = this.chance.weighted(this.weights);
    this.started[name] = (this.started[name] ?? 0) + 1;
    const mine = new Set();
    const steps = SCRIPTS[name](this, { take: (wanted) => this.#take(mine, wanted), free: (ext) => this.#free(mine, ext) });
    this.#advance(steps, mine);
  }

  #advance(steps, mine) {
    const { done, value } = this.#step(steps);
    if (!done) { this.clock.after(value, () => this.#advance(steps, mine)); return; }
    for (const ext of mine) this.#reserved.delete(ext);
    this.#active--;
    this.#finished();
  }

  #step(steps) {
    try { return steps.next(); } catch (error) {
      if (!(error instanceof NoTrunk)) throw error;
      this.refused++;
      return { done: true };
    }
  }

  #finished() { if (!this.running) this.#done(); }

  // A station that nobody uses and `wanted(agent)` accepts. An agent has to be ready.
  #take(mine, wanted) {
    const start = this.chance.between(0, this.stations.length - 1);
    for (let i = 0; i < this.stations.length; i++) {
      const ext = this.stations[(start + i) % this.stations.length];
      const agent = this.sw.agents.get(ext);
      if (this.#reserved.has(ext) || (agent && agent.state !== 'ready') || !wanted(agent)) continue;
      this.#reserved.add(ext);
      mine.add(ext);
      return ext;
    }
    return undefined;
  }

  #free(mine, ext) { if (mine.delete(ext)) this.#reserved.delete(ext); }
}
