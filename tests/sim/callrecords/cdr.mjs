// Records of Communication Manager (avaya.md 5) of the stories of the AES simulator (../aes/switch/story.mjs).
import { local, seconds } from './time.mjs';

// [item, width] in their order; what is not said is right-adjusted. `tail` ends every line; `date` says that a date record
// comes first and at midnight.
export const LAYOUTS = {
  customized_97: {
    items: [['date', 6], ['space', 1], ['time', 4], ['space', 1], ['sec-dur', 5], ['space', 1], ['calling-num', 15], ['space', 1], ['dialed-num', 23], ['space', 1],
      ['auth-code', 13], ['space', 1], ['in-trk-code', 4], ['in-crt-id', 3], ['space', 1], ['code-dial', 4], ['space', 1], ['code-used', 4], ['out-crt-id', 3],
      ['space', 1], ['cond-code', 1], ['space', 1]],
    tail: '\r\n',
  },
  customized_recommended: {
    items: [['date', 6], ['space', 1], ['time', 4], ['space', 1], ['sec-dur', 5], ['space', 1], ['calling-num', 15], ['space', 1], ['dialed-num', 23], ['space', 1],
      ['auth-code', 13], ['space', 1], ['in-trk-code', 4], ['in-crt-id', 3], ['space', 1], ['code-dial', 4], ['space', 1],
      ['code-used', 4], ['out-crt-id', 3], ['space', 1], ['cond-code', 1],
      ['space', 1], ['vdn', 5], ['space', 1], ['ucid', 20]],
    tail: '\r\n',
  },
  teleseer: {
    items: [['space', 3], ['time', 4], ['duration', 4], ['cond-code', 1], ['code-dial', 3], ['code-used', 3], ['dialed-num', 15], ['calling-num', 5], ['acct-code', 15],
      ['frl', 1], ['ixc', 1], ['in-crt-id', 3], ['out-crt-id', 3], ['feat-flag', 1], ['auth-code', 7], ['space', 7]],
    tail: '\r\n\0\0\0', date: (day) => `${day.month}${day.day}`,
  },
};

const code = (group) => `7${group}`;
const trunkOf = (story) => story.trunk?.split('/').map(Number) ?? [];
const tens = (id) => (id === undefined ? '' : String(id).padStart(3, '0').replace(/^(.)(.)(.)$/, '$2$3$1'));  // tens, units, hundreds (5.2)

function values(story, { from, to, condition, dialed, durationS }, { zone, circuits }) {
  const end = local(to, zone);
  const [group, member] = trunkOf(story);
  const outgoing = story.direction === 'outbound';
  const total = durationS ?? seconds(to - from);
  const tenths = Math.floor(total / 6);
  const circuit = circuits === 'swapped' ? tens(member) : member === undefined ? '' : String(member).padStart(3, '0');
  return {
    date: `${end.month}${end.day}${end.year.slice(2)}`, time: `${end.hour}${end.minute}`, 'sec-dur': Math.min(total, 9999),
    duration: `${Math.floor(tenths / 600)}${String(Math.floor(tenths / 10) % 60).padStart(2, '0')}${tenths % 10}`,
    'calling-num': story.direction === 'inbound' ? story.ani ?? '' : story.caller, 'dialed-num': outgoing ? story.ani : dialed,
    'in-trk-code': outgoing || !group ? '' : code(group), 'in-crt-id': outgoing ? '' : circuit, 'code-used': outgoing ? code(group) : '',
    'out-crt-id': outgoing ? circuit : '', 'cond-code': condition, vdn: story.vdn ?? '', ucid: story.id, 'feat-flag': '0',
  };
}

export function line(layout, fields) {
  return layout.items.map(([item, width]) => {
    const text = item === 'space' ? '' : String(fields[item] ?? '');
    return text.length > width ? text.slice(-width) : text.padStart(width);
  }).join('') + layout.tail;
}

const CONDITION = { inbound: '9', outbound: '7', internal: '0' };

// The records of one call: [{at, fields}], `at` when it is written. `split`: one for each leg (incoming trunk call
// splitting). `ring`: also abandoned and busy calls, which are not recorded otherwise (condition codes G, H, I).
export function recordsOf(story, { zone = 'Europe/Berlin', circuits, split = false, ring = true, internal = true } = {}) {
  if (story.endedAt === null || (story.direction === 'internal' && !internal)) return [];
  const answered = story.legs.filter((leg) => leg.customerFrom !== null && leg.role === 'agent');
  const caller = { ...story, caller: story.legs[0]?.station ?? '' };
  const make = (part) => ({ at: part.to, fields: values(caller, part, { zone, circuits }) });
  const to = story.customerLeftAt ?? story.endedAt;
  if (story.answeredAt === null) {
    if (!ring || story.direction !== 'inbound') return [];
    const alerted = story.alertedAt ?? story.startedAt;
    return [make({ from: alerted, to, condition: story.endReason === 'failed' ? 'I' : 'H', dialed: story.dnis, durationS: story.endReason === 'failed' ? 0 : undefined })];
  }
  const condition = story.conferences.length > 0 && story.direction === 'inbound' ? 'C' : CONDITION[story.direction];
  const dialed = story.direction === 'internal' ? story.legs.at(-1).station : answered[0]?.station ?? story.dnis;
  if (!split || answered.length < 2 || story.direction !== 'inbound') return [make({ from: story.answeredAt, to, condition, dialed })];
  return answered.map((leg) => make({ from: leg.customerFrom, to: Math.min(leg.endedAt, to), condition, dialed: leg.station }));
}

// The lines of many calls in the order in which they are written, with date records where the layout has them.
export function lines(stories, name = 'customized_recommended', options = {}) {
  const layout = LAYOUTS[name];
  const swapped = name === 'teleseer' && options.modifiedCircuits !== true ? 'swapped' : undefined;
  const records = stories.flatMap((story) => recordsOf(story, { circuits: swapped, ...options })).sort((x, y) => x.at - y.at);
  let day;
  return records.flatMap(({ at, fields }) => {
    const now = local(at, options.zone);
    const dated = layout.date && day !== layout.date(now) ? [{ at, text: layout.date(now) + layout.tail }] : [];
    day = layout.date?.(now);
    return [...dated, { at, text: line(layout, fields) }];
  });
}
