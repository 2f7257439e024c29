// A seeded source of chance (mulberry32). `stream` gives an independent one, so that what one part draws does not change
// what another part gets.
export class Chance {
  #state;

  constructor(seed) { this.seed = seed >>> 0; this.#state = this.seed; }

  unit() {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  }

  // An integer of [from, to].
  between(from, to) { return from + Math.floor(this.unit() * (to - from + 1)); }

  of(list) { return list[Math.floor(this.unit() * list.length)]; }

  happens(probability) { return probability > 0 && this.unit() < probability; }

  // One of `weights` ({key: weight}).
  weighted(weights) {
    const entries = Object.entries(weights);
    let left = this.unit() * entries.reduce((sum, [, weight]) => sum + weight, 0);
    for (const [key, weight] of entries) if ((left -= weight) < 0) return key;
    return entries[entries.length - 1][0];
  }

  shuffle(list) {
    for (let i = list.length - 1; i > 0; i--) {
      const j = this.between(0, i);
      [list[i], list[j]] = [list[j], list[i]];
    }
    return list;
  }

  stream(name) {
    let hash = this.seed ^ 0x811c9dc5;
    for (const character of name) hash = Math.imul(hash ^ character.charCodeAt(0), 0x01000193);
    return new Chance(hash);
  }
}
