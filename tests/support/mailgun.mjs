// What Mailgun posts about a mail that it sent ("Webhook Payloads" and "Securing Webhooks" of its documentation).
import assert from 'node:assert/strict';
import { createHmac, randomBytes } from 'node:crypto';

export const SIGNING_KEY = 'mailgun-signing-key-0123456789';

export async function report(url, { messageId, event, recipient, at = Date.now(), ...fields }) {
  const timestamp = String(Math.floor(Date.now() / 1000));
  const token = randomBytes(25).toString('hex');
  const signature = createHmac('sha256', SIGNING_KEY).update(timestamp + token).digest('hex');
  const body = JSON.stringify({
    signature: { timestamp, token, signature },
    'event-data': { event, recipient, timestamp: at / 1000, message: { headers: { 'message-id': messageId } }, ...fields },
  });
  const answer = await fetch(url, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body });
  assert.equal(answer.status, 200);
}
