// A switch of some size: stations from 10001 (agents first), VDNs from 7100, skills from 7600.
export function sized({ agents, stations = 0, vdns = 2, skills = 2, trunks = 2000, ...rest }) {
  const numbers = (from, count) => Array.from({ length: count }, (_, i) => String(from + i));
  const split = numbers(7600, skills);
  return {
    vdns: numbers(7100, vdns), skills: split, stations: numbers(10001 + agents, stations),
    agents: numbers(10001, agents).map((station, i) => ({ id: String(330000 + i), station, skills: [...new Set([split[i % skills], split[(i * 7 + 1) % skills]])] })),
    trunks: [{ group: 21, members: trunks }, { group: 30, members: trunks }], ...rest,
  };
}
