// Records of an IP Office (avaya.md 4) of the stories of the AES simulator: one for each leg, at its end.
import { clockText, local, seconds } from './time.mjs';

const stamp = ({ year, month, day, hour, minute, second }) => `${year}/${month}/${day} ${hour}:${minute}:${second}`;

export class Smdr {
  // `columns`: 17, 30 or 35. Call ids start at 1,000,000 and do so again at a reboot.
  constructor({ zone = 'Europe/Berlin', columns = 35, firstCall = 1_000_000, names = {} } = {}) {
    Object.assign(this, { zone, columns, next: firstCall, firstCall, names });
  }

  reboot() { this.next = this.firstCall; }

  #device(station) { return [`E${station}`, this.names[station] ?? `Extn${station}`]; }

  #line(story) {
    if (!story.trunk) return ['', ''];
    const [group, member] = story.trunk.split('/');
    return [`T${9000 + Number(group)}`, `Line ${group}.${member}`];
  }

  // [{at, text}] of one call. Segments end when their leg does, so those of a consultation come out of order.
  recordsOf(story) {
    if (story.endedAt === null) return [];
    const id = this.next++;
    const legs = story.legs.filter((leg) => leg.role === 'agent' && !(story.direction !== 'inbound' && leg.alertedAt === null && story.legs.length > 1));
    const segments = legs.length ? legs : [{ station: story.dnis, answeredAt: null, customerFrom: null, endedAt: story.endedAt, holdMs: 0 }];
    const ordered = [...segments].sort((x, y) => x.endedAt - y.endedAt);
    return ordered.map((leg, index) => ({ at: leg.endedAt, text: this.#record(story, leg, { id, more: index < ordered.length - 1, first: leg === segments[0] }) }));
  }

  #record(story, leg, { id, more, first }) {
    const inbound = story.direction === 'inbound';
    const talkMs = leg.customerFrom === null ? 0 : leg.endedAt - leg.customerFrom - leg.holdMs;
    const ring = first ? (leg.answeredAt ?? leg.endedAt) - story.startedAt : (leg.answeredAt ?? leg.endedAt) - (leg.alertedAt ?? leg.endedAt);
    const [line, lineName] = this.#line(story);
    const [device, name] = this.#device(leg.station);
    const caller = inbound ? story.ani ?? '' : story.legs[0].station;
    const called = inbound ? story.vdn ?? story.dnis : story.direction === 'outbound' ? story.ani : leg.station;
    const other = story.direction === 'internal' ? this.#device(story.legs[0].station) : [line, lineName];
    const fields = [
      stamp(local(story.startedAt, this.zone)), clockText(seconds(Math.max(0, talkMs))), seconds(Math.max(0, ring)), caller, inbound ? 'I' : 'O', called,
      inbound ? story.dnis : called, '', story.direction === 'internal' ? 1 : 0, id, more ? 1 : 0, device, name, ...other, seconds(leg.holdMs), 0,
    ];
    if (this.columns >= 30) fields.push(0, 'n/a', ...Array(11).fill(''));
    if (this.columns >= 35) fields.push('192.0.2.20', `${id.toString(16)}0001`, '192.0.2.20', `${id.toString(16)}0002`, stamp(local(leg.endedAt, 'UTC')));
    return `${fields.join(',')}\r\n`;
  }

  lines(stories) { return stories.flatMap((story) => this.recordsOf(story)).sort((x, y) => x.at - y.at); }
}
