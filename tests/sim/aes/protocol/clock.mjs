// Time of the simulator. `wall` is the machine's; `manual` moves only when a test says so, and runs what is due in order.
export const wall = () => ({
  now: () => Date.now(),
  after(ms, run) {
    const timer = setTimeout(run, Math.max(0, ms));
    return () => clearTimeout(timer);
  },
});

export function manual(start = Date.UTC(2025, 7, 1, 9, 0, 0)) {
  let now = start;
  let order = 0;
  const due = new Map();
  return {
    now: () => now,
    after(ms, run) {
      const key = ++order;
      due.set(key, { at: now + Math.max(0, ms), key, run });
      return () => due.delete(key);
    },
    advance(ms) {
      const until = now + ms;
      for (;;) {
        const next = [...due.values()].filter((one) => one.at <= until).sort((x, y) => x.at - y.at || x.key - y.key)[0];
        if (!next) break;
        due.delete(next.key);
        now = next.at;
        next.run();
      }
      now = until;
    },
    get waiting() { return due.size; },
  };
}
