// What clients sent, kept for the test that asks: violations of the protocol, counts, and how hard the server was pressed.
const KEPT = 10_000;

export class Report {
  constructor(clock) {
    Object.assign(this, { clock, violations: [], counts: {}, requests: [], mostOutstanding: 0, mostInASecond: 0, tlsErrors: 0, total: 0 });
  }

  #second = 0; #inSecond = 0;

  violation(found) { if (this.violations.length < KEPT) this.violations.push(found); }

  request(one) {
    this.total++;
    this.counts[one.name ?? '?'] = (this.counts[one.name ?? '?'] ?? 0) + 1;
    this.mostOutstanding = Math.max(this.mostOutstanding, one.outstanding);
    const second = Math.floor(this.clock.now() / 1000);
    this.#inSecond = second === this.#second ? this.#inSecond + 1 : 1;
    this.#second = second;
    this.mostInASecond = Math.max(this.mostInASecond, this.#inSecond);
    if (this.requests.length < KEPT) this.requests.push({ at: this.clock.now(), name: one.name, invokeId: one.invokeId });
  }
}
