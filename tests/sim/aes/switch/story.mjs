// The ground truth of one customer's call, written down by the switch as things happen, whoever hears of them. All times
// are milliseconds of the simulator's clock; a consultation call belongs to the story of the call on hold.
export class Story {
  #calls = new Set();  // those under way

  constructor(number, at, known) {
    Object.assign(this, {
      number, startedAt: at, ucids: [], callIds: [], queues: [], legs: [], transfers: [], conferences: [], steps: [],
      queuedAt: null, alertedAt: null, answeredAt: null, customerLeftAt: null, endedAt: null, endReason: null, endCause: null, ...known,
    });
  }

  step(at, type, detail = {}) { this.steps.push({ at, type, ...detail }); }

  joinedBy(call) {
    if (!this.ucids.includes(call.ucid)) this.ucids.push(call.ucid);
    this.callIds.push(call.id);
    this.#calls.add(call);
  }

  leftBy(call) { this.#calls.delete(call); }
  get calls() { return [...this.#calls]; }

  // The last leg of that station (or trunk) that is still open.
  leg(key) { return this.legs.findLast((leg) => (leg.trunk ?? leg.station) === key && leg.endedAt === null); }

  queued(at, number) {
    this.queuedAt ??= at;
    this.queues.push({ number, enteredAt: at, leftAt: null });
    this.step(at, 'queued', { number });
  }

  // Through a split to an agent without waiting: no Queued was sent for it.
  passed(at, number) {
    if (this.queues.every((queue) => queue.number !== number)) this.queues.push({ number, enteredAt: null, leftAt: at });
  }

  leaveQueues(at) { for (const queue of this.queues) queue.leftAt ??= at; }

  // A leg begins. `consult`: the customer is not on it yet. `trunk`: where the station is a number outside.
  begin(at, station, { agent, role = 'agent', consult = false, alerted = true, trunk }) {
    const leg = { station, ...(trunk && { trunk }), agent: agent ?? null, role, alertedAt: alerted ? at : null, answeredAt: null, customerFrom: null, endedAt: null,
      holdMs: 0, heldSince: null, consult, outcome: null };
    this.legs.push(leg);
    if (role === 'agent' && alerted && !consult) { this.alertedAt ??= at; this.leaveQueues(at); }
    this.step(at, alerted ? 'alerted' : 'joined', { station, role });
    return leg;
  }

  answered(at, station) {
    const leg = this.leg(station);
    leg.answeredAt = at;
    if (!leg.consult) { leg.customerFrom = at; this.answeredAt ??= at; }
    this.step(at, 'answered', { station });
  }

  held(at, station) { const leg = this.leg(station); if (leg) leg.heldSince = at; this.step(at, 'held', { station }); }

  retrieved(at, station) { this.#endHold(at, this.leg(station)); this.step(at, 'retrieved', { station }); }

  #endHold(at, leg) {
    if (!leg || leg.heldSince === null) return;
    leg.holdMs += at - leg.heldSince;
    leg.heldSince = null;
  }

  // The customer is now (also) with this station: the consultation became the customer's leg.
  reaches(at, station) {
    const leg = this.leg(station);
    if (!leg || !leg.consult) return;
    leg.consult = false;
    if (leg.answeredAt !== null) leg.customerFrom = at;
  }

  unhold(at, station) { this.#endHold(at, this.leg(station)); }

  finish(at, station, outcome) {
    const leg = this.leg(station);
    if (!leg) return;
    this.#endHold(at, leg);
    leg.endedAt = at;
    leg.outcome = outcome ?? (leg.answeredAt !== null ? 'answered' : leg.alertedAt !== null ? 'missed' : null);  // who calls misses nothing
    this.step(at, 'left', { station, outcome: leg.outcome });
  }

  end(at, reason, cause) {
    for (const leg of this.legs) if (leg.endedAt === null) this.finish(at, leg.station);
    this.leaveQueues(at);
    this.endedAt = at;
    this.endReason = reason;
    this.endCause = cause;
    this.step(at, 'ended', { reason });
  }
}
