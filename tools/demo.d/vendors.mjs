// What the vendors' servers do when they call a webhook: bodies in their formats, signatures computed their way.
// Written from the vendors' documentation (see the packs for sections), not from Tandem's code.
import { createHmac, randomUUID } from 'node:crypto';

const PUBLIC_URL = 'https://gw.example.test';

function hex(algorithm, key, text) {
  return createHmac(algorithm, key).update(text).digest('hex');
}

function json(hook, body, headers) {
  return { hook, body: Buffer.from(body), headers: { 'Content-Type': 'application/json', ...headers } };
}

const seconds = (at) => Math.floor(at.getTime() / 1000);

// Meta writes every character outside ASCII as \uXXXX and signs the bytes it sends.
function metaBytes(value) {
  return JSON.stringify(value).replace(/[\u0080-\uffff]/g, (c) => '\\u' + c.charCodeAt(0).toString(16).padStart(4, '0'));
}

function meta(hook, value, secret) {
  const body = metaBytes(value);
  return json(hook, body, { 'X-Hub-Signature-256': 'sha256=' + hex('sha256', secret, body) });
}

// Twilio: URL + every parameter in order of its name, HMAC-SHA1, Base64.
export function twilio(secret, fields, hook = 'sms') {
  const all = { AccountSid: 'AC5f0c2d', ApiVersion: '2010-04-01', ...fields };
  const url = `${PUBLIC_URL}/hooks/${hook}`;
  const text = url + Object.keys(all).sort().map((name) => name + all[name]).join('');
  const signature = createHmac('sha1', secret).update(text).digest('base64');
  return {
    hook,
    body: Buffer.from(new URLSearchParams(all).toString()),
    headers: { 'Content-Type': 'application/x-www-form-urlencoded', 'X-Twilio-Signature': signature },
  };
}

export function telegram(secret, update) {
  return json('telegram', JSON.stringify(update), { 'X-Telegram-Bot-Api-Secret-Token': secret });
}

export function viber(secret, event) {
  const body = typeof event === 'string' ? event : JSON.stringify(event);
  return json('viber', body, { 'X-Viber-Content-Signature': hex('sha256', secret, body) });
}

// Jivo signs nothing: the secret is a word in the address that the operator gave it.
export function jivo(secret, event) {
  return json(`jivo?${new URLSearchParams({ token: secret })}`, JSON.stringify(event));
}

export function whatsapp(secret, value, field = 'messages') {
  const metadata = { display_phone_number: '74950000101', phone_number_id: '106540352242922' };
  const change = { field, value: { messaging_product: 'whatsapp', metadata, ...value } };
  return meta('whatsapp', { object: 'whatsapp_business_account', entry: [{ id: '102290129340398', changes: [change] }] }, secret);
}

export function messenger(secret, items, { object = 'page', hook = 'messenger', page = '209144115' } = {}) {
  const entry = { id: page, time: Date.now(), messaging: items };
  return meta(hook, { object, entry: [entry] }, secret);
}

// A text message of a WhatsApp user, with the contact block that comes with it.
export function whatsappMessage(secret, { from, name, at, id = 'wamid.' + randomUUID(), ...content }) {
  const message = { from, id, timestamp: String(seconds(at)), ...content };
  return whatsapp(secret, { contacts: [{ profile: { name }, wa_id: from }], messages: [message] });
}

export function whatsappStatus(secret, { id, to, status, at }) {
  return whatsapp(secret, { statuses: [{ id, status, timestamp: String(seconds(at)), recipient_id: to }] });
}
