// Plays the day of day.mjs against a running gateway and a mail server, and waits until all of it is on the customer's timeline.
import { eventually } from '../../tests/support/gateway.mjs';
import { acceptSuggestion } from './agent.mjs';
import { ring, transferred } from './call.mjs';
import { ANNA, ANNA_MAIL, ANNA_ITEMS, day, letters } from './day.mjs';
import { append } from './mail_client.mjs';

// `secrets` by the names of the environment; `box`: {server, user, password} of the contact centre's mailbox; `aes`: its telephone.
export async function play(url, secrets, { box, aes }) {
  const api = async (path) => {
    const answer = await fetch(url + path, { headers: { Authorization: `Bearer ${secrets.TANDEM_TOKEN}` } });
    if (!answer.ok) throw new Error(`GET ${path}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  };
  const customerOf = (point) => api(`/v1/customers?point=${encodeURIComponent(point)}`).catch(() => undefined);
  // An acknowledgement means durable; the timeline follows within moments.
  const timeline = (point, wanted) => eventually(async () => {
    const customer = await customerOf(point);
    const page = customer && (await api(`/v1/customers/${customer.id}/timeline`));
    return page?.items.length >= wanted && { customer, items: page.items };
  }, `${wanted} interactions of ${point}`);

  const { letter, answer } = letters();
  box.server.deliver(box.user, 'INBOX', letter);
  const events = day(secrets);
  for (const event of events) await post(url, event);
  // Every vendor repeats now and then: the second delivery must change nothing.
  for (const event of events.slice(0, 3)) await post(url, event);

  await timeline(ANNA_MAIL, 1);
  await append({ port: box.server.port, ...box }, 'Sent', answer);
  await timeline(ANNA_MAIL, 2);
  await eventually(async () => (await customerOf(ANNA))?.suggestions.some(({ other }) => other === ANNA_MAIL), 'the suggestion');
  await acceptSuggestion(url, secrets.TANDEM_POP_KEY, ANNA, ANNA_MAIL);
  await timeline(ANNA, ANNA_ITEMS);

  const inState = (state) => eventually(async () => (await timeline(ANNA, ANNA_ITEMS + 1)).items.find((item) => item.provider === 'avaya' && item.state === state), state);
  const call = await ring(aes, ANNA);
  const ringing = await inState('offered');
  transferred(aes, call);
  await inState('active');
  return { webhooks: events.length, ringing, ucid: call.story.id, ...(await timeline(ANNA, ANNA_ITEMS + 1)) };
}

async function post(url, { hook, body, headers }) {
  const answer = await fetch(`${url}/hooks/${hook}`, { method: 'POST', headers, body });
  if (!answer.ok) throw new Error(`POST /hooks/${hook}: ${answer.status} ${await answer.text()}`);
}
