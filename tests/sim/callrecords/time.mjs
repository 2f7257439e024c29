// Local time of a switch. A zone is an IANA name.
const formats = new Map();

export function local(ms, zone = 'Europe/Berlin') {
  if (!formats.has(zone)) {
    formats.set(zone, new Intl.DateTimeFormat('en-GB', { timeZone: zone, hourCycle: 'h23', year: 'numeric', month: '2-digit', day: '2-digit',
      hour: '2-digit', minute: '2-digit', second: '2-digit' }));
  }
  return Object.fromEntries(formats.get(zone).formatToParts(new Date(ms)).map(({ type, value }) => [type, value]));
}

// Times in records are rounded up to the second (avaya.md 4.2).
export const seconds = (ms) => Math.ceil(ms / 1000);

export function clockText(total) {
  const pad = (value) => String(value).padStart(2, '0');
  return `${pad(Math.floor(total / 3600))}:${pad(Math.floor(total / 60) % 60)}:${pad(total % 60)}`;
}
