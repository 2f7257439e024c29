// Holds what a client sent against the schema. AES itself is lenient (2.3), so nothing is refused here: each violation is
// {rule, path, detail} for the test that asks.
import { REQUESTS } from './schema.mjs';

const BOOLEANS = new Set(['true', 'false', '1', '0']);

function checkText(element, type, path, found) {
  const text = element.text.trim();
  if (element.children.length) found.push({ rule: 'text', path, detail: 'has children' });
  if (Array.isArray(type) && !type.includes(text)) found.push({ rule: 'value', path, detail: text });
  if (type === 'boolean' && !BOOLEANS.has(text)) found.push({ rule: 'boolean', path, detail: text });
  if (type === 'integer' && !/^\d+$/.test(text)) found.push({ rule: 'integer', path, detail: text });
  if (type === 'device' && text !== '' && !/^[0-9*#]{1,30}:[^:]*:[^:]*:[012]$/.test(text)) found.push({ rule: 'device', path, detail: text });
}

function checkOrder(element, type, path, found) {
  let highest = -1;
  const seen = new Map();
  for (const one of element.children) {
    const place = type.children.findIndex(([name]) => name === one.name);
    if (place < 0) { found.push({ rule: 'unknown', path: `${path}/${one.name}`, detail: 'no such child' }); continue; }
    const [name, inner, option] = type.children[place];
    if (place < highest && !type.anyOrder) found.push({ rule: 'order', path: `${path}/${name}`, detail: `after ${type.children[highest][0]}` });
    highest = Math.max(highest, place);
    seen.set(name, (seen.get(name) ?? 0) + 1);
    if (seen.get(name) > 1 && option !== '*') found.push({ rule: 'twice', path: `${path}/${name}`, detail: 'once is allowed' });
    check(one, inner, inner.own ? inner.ns : type.ns, `${path}/${name}`, found);
  }
  for (const [name, , option] of type.children) {
    if ((option === '' || option === '*') && !seen.has(name)) found.push({ rule: 'missing', path: `${path}/${name}`, detail: 'has to be there' });
  }
  if (type.choice && seen.size !== 1) found.push({ rule: 'choice', path, detail: `${seen.size} of the alternatives` });
}

function check(element, type, ns, path, found) {
  if (element.unbound) found.push({ rule: 'prefix', path, detail: `prefix ${element.prefix} is bound nowhere` });
  else if (element.ns !== ns) found.push({ rule: 'namespace', path, detail: element.ns || 'none' });
  if (typeof type === 'string' || Array.isArray(type)) { checkText(element, type, path, found); return; }
  if (type.open) return;
  if (element.text.trim() !== '') found.push({ rule: 'text', path, detail: 'has text' });
  checkOrder(element, type, path, found);
}

export function checkRequest(element) {
  const type = REQUESTS[element.name];
  const found = [];
  if (!type) found.push({ rule: 'request', path: element.name, detail: 'no request of this page' });
  else check(element, type, type.ns, element.name, found);
  if (element.name === 'MonitorStart' || element.name === 'ChangeMonitorFilter') checkInverted(element, found);
  return found;
}

// A monitor whose filter lists events without invertFilter starts fine and stays silent (2.7, pitfall 5).
function checkInverted(element, found) {
  const find = (at, name) => at.name === name ? at : at.children.reduce((hit, one) => hit ?? find(one, name), undefined);
  const filter = find(element, 'requestedMonitorFilter') ?? find(element, 'requestedFilterList');
  if (filter && find(element, 'invertFilter')?.text.trim() !== 'true') found.push({ rule: 'invertFilter', path: element.name, detail: 'not true' });
}

export function checkHeader({ version, invokeId }, pending) {
  const found = [];
  if (version !== '0000') found.push({ rule: 'version', path: 'header', detail: version });
  if (!/^\d{4}$/.test(invokeId)) found.push({ rule: 'invokeId', path: 'header', detail: invokeId });
  else if (invokeId === '9999' || invokeId === '0000') found.push({ rule: 'invokeId', path: 'header', detail: `${invokeId} is no request's` });
  if (pending.has(invokeId)) found.push({ rule: 'invokeId', path: 'header', detail: `${invokeId} is pending` });
  return found;
}
