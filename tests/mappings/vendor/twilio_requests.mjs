// Prints requests as Twilio would sign them, one JSON object per line: {name, url, method, headers, body, auth_token,
// valid}. Signatures are made, and `valid` is decided, by Twilio's own library; nothing here knows the algorithm.
// Usage: node twilio_requests.mjs [count] [seed]
import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';

const twilio = createRequire(import.meta.url)('twilio');
const { getExpectedTwilioSignature, validateRequest, validateRequestWithBody } = createRequire(import.meta.url)(
  'twilio/lib/webhooks/webhooks.js');

const count = Number(process.argv[2] ?? 200);
let state = Number(process.argv[3] ?? 1) >>> 0;

// mulberry32: the same seed gives the same requests on every machine.
function random() {
  state = (state + 0x6d2b79f5) >>> 0;
  let t = Math.imul(state ^ (state >>> 15), state | 1);
  t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
}
const pick = (list) => list[Math.floor(random() * list.length)];

const token = 'a1b2c3d4e5f60718293a4b5c6d7e8f90';
const texts = ['Hello', '', 'Привет, как дела?', 'a + b & c = d', '😀👍🏽', '100% "sure"', "O'Brien", 'line\nbreak', '\u00a0', '~!*()', '&amp;', 'é'];
const bases = ['https://gw.example.test/hooks/sms', 'https://gw.example.test:8443/hooks/sms', 'http://gw.example.test/hooks/sms',
  'https://gw.example.test:443/hooks/sms', 'http://gw.example.test:80/hooks/sms', 'https://gw.example.test/Hooks/sms/'];
const queries = ['', '', '?a=1', '?b=2&a=1', "?name=O'Brien", '?x=%D0%9F+%20&y=', '?empty'];

function message() {
  const params = {
    MessageSid: 'SM' + Array.from({ length: 32 }, () => pick([...'0123456789abcdef'])).join(''),
    AccountSid: 'AC00000000000000000000000000000001',
    From: pick(['+79161234567', 'whatsapp:+14155550100', 'ALERTS', '50000']),
    To: '+12025550123',
    Body: pick(texts) + pick(texts),
    NumMedia: '0',
    SmsStatus: 'received',
  };
  if (random() < 0.3) params.ProfileName = pick(texts);
  if (random() < 0.2) params.lower = pick(texts);
  if (random() < 0.2) params.Many = ['b', 'a', 'b', pick(texts)];
  return params;
}

function encoded(params) {
  const out = new URLSearchParams();
  const names = Object.keys(params);
  if (random() < 0.5) names.reverse();
  for (const name of names) for (const value of [].concat(params[name])) out.append(name, value);
  return out.toString();
}

// The library takes what a body parser makes of the request: a repeated name becomes a list.
function parsed(body) {
  const out = {};
  for (const [name, value] of new URLSearchParams(body)) {
    out[name] = name in out ? [].concat(out[name], value) : value;
  }
  return out;
}

function damage(request) {
  const way = pick(['signature', 'body', 'url', 'case', 'token']);
  if (way === 'signature') request.headers['X-Twilio-Signature'] = request.headers['X-Twilio-Signature'].replace(/^./, (c) => (c === 'A' ? 'B' : 'A'));
  if (way === 'body') request.body = request.method === 'GET' ? request.body : request.body + '&Injected=1';
  if (way === 'url') request.url += request.url.includes('?') ? '&z=1' : '?z=1';
  if (way === 'case') request.url = request.url.replace('hooks', 'HOOKS');
  if (way === 'token') request.auth_token = token.replace('a1', 'a2');
  request.name += ', damaged: ' + way;
}

function judged(request) {
  const signature = request.headers['X-Twilio-Signature'];
  const { auth_token, url } = request;
  request.valid = request.json
    ? validateRequestWithBody(auth_token, signature, url, request.body)
    : validateRequest(auth_token, signature, url, parsed(request.body));
  delete request.json;
  return request;
}

function form() {
  const url = pick(bases) + pick(queries);
  const body = encoded(message());
  return { name: 'form', method: 'POST', url, body, auth_token: token,
    headers: { 'Content-Type': 'application/x-www-form-urlencoded; charset=UTF-8',
      'X-Twilio-Signature': getExpectedTwilioSignature(token, url, parsed(body)) } };
}

function get() {
  const url = pick(bases) + '?' + encoded(message());
  return { name: 'get', method: 'GET', url, body: '', auth_token: token,
    headers: { 'X-Twilio-Signature': getExpectedTwilioSignature(token, url, {}) } };
}

function json() {
  const body = JSON.stringify({ text: pick(texts), n: Math.floor(random() * 1000) });
  const digest = createHash('sha256').update(body).digest('hex');
  const url = pick(bases) + pick(['?bodySHA256=', '?a=1&bodySHA256=']) + digest;
  return { name: 'json', json: true, method: 'POST', url, body, auth_token: token,
    headers: { 'Content-Type': 'application/json',
      'X-Twilio-Signature': getExpectedTwilioSignature(token, url, {}) } };
}

if (typeof twilio !== 'function') throw new Error('the twilio library did not load');
for (let i = 0; i < count; ++i) {
  const request = pick([form, form, form, get, json])();
  request.name += ' ' + i;
  if (random() < 0.4) damage(request);
  process.stdout.write(JSON.stringify(judged(request)) + '\n');
}
