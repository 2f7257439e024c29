// Plays the day of day.mjs against a running gateway and prints what it made of it: node play.mjs URL
import { ANNA, day } from './day.mjs';

const url = process.argv[2];
const env = (name) => process.env[name] ?? (() => { throw new Error(`${name} is not set`); })();
const secrets = {
  twilio: env('TWILIO_AUTH_TOKEN'), telegram: env('TELEGRAM_SECRET'), meta: env('META_APP_SECRET'), viber: env('VIBER_AUTH_TOKEN'),
};
const authorization = { Authorization: `Bearer ${env('TANDEM_TOKEN')}` };

async function api(path) {
  const answer = await fetch(url + path, { headers: authorization });
  if (!answer.ok) throw new Error(`GET ${path}: ${answer.status} ${await answer.text()}`);
  return answer.json();
}

async function post({ hook, body, headers }) {
  const answer = await fetch(`${url}/hooks/${hook}`, { method: 'POST', headers, body });
  if (!answer.ok) throw new Error(`POST /hooks/${hook}: ${answer.status} ${await answer.text()}`);
}

// The acknowledgement means durable; the timeline follows within moments. Waits at most ten seconds.
async function timeline(wanted) {
  const deadline = Date.now() + 10_000;
  for (;;) {
    const customer = await api(`/v1/customers?point=${encodeURIComponent('tel:' + ANNA)}`).catch(() => undefined);
    const page = customer && (await api(`/v1/customers/${customer.id}/timeline`));
    if (page && page.items.length >= wanted) return { customer, items: page.items };
    if (Date.now() > deadline) throw new Error(`only ${page?.items.length ?? 0} of ${wanted} interactions appeared`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

const events = day(secrets);
for (const event of events) await post(event);
// Every vendor repeats now and then: the second delivery must change nothing.
for (const event of events.slice(0, 3)) await post(event);

const { customer, items } = await timeline(8);
console.log(`\n${events.length} signed webhooks of four customers were posted to ${url}/hooks/…\n`);
console.log(`One of them, customer ${customer.id}:`);
for (const point of customer.points) console.log(`  ${point.point ?? `${point.scheme}:${point.value}`}`);
console.log('\nTimeline, newest first:');
for (const item of items) {
  const arrow = item.direction === 'outbound' ? '←' : '→';
  const text = (item.text ?? item.summary ?? '').replace(/\s+/g, ' ').slice(0, 70);
  const status = item.delivery?.status ? ` [${item.delivery.status}]` : '';
  console.log(`  ${item.started_at.slice(0, 16).replace('T', ' ')}  ${(item.provider ?? item.channel).padEnd(9)} ${arrow} ${text}${status}`);
}
console.log(`\nThe agent's page: ${url}/pop?point=${encodeURIComponent('tel:' + ANNA)}&key=${env('TANDEM_POP_KEY')}`);
