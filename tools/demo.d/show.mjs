// Prints what the gateway made of the day.
const WAYS = { called: ['voice'], wrote: ['messenger', 'sms'], mailed: ['email'] };

export function show({ webhooks, ringing, ucid, customer, items }, url, key) {
  const points = customer.points.map(({ point }) => point);
  console.log(`\n${webhooks} webhooks of four customers were posted to ${url}/hooks/…, and two mails were laid into a mailbox.\n`);
  console.log(`One of them, customer ${customer.id}:`);
  for (const point of points) console.log(`  ${point}`);
  console.log('\nTimeline, newest first:');
  for (const item of items) console.log(`  ${line(item)}`);
  const ways = Object.keys(WAYS).filter((way) => items.some((item) => item.direction === 'inbound' && WAYS[way].includes(item.channel)));
  console.log(`\nWho ${ways.join(', ')} is one customer. The telephone number joined the messengers by itself; that the mail address is`);
  console.log("hers was suggested by Jivo's card of the caller, and an agent accepted it on the page.");
  console.log(`\nHer telephone rang at ${ringing.started_at.slice(11, 19)}, and while it rang it was known that she wrote by WhatsApp; now she talks to`);
  console.log('the second agent, to whom the first one transferred her.');
  const phone = points.find((point) => point.startsWith('tel:'));
  console.log(`\nThe agent's page: ${url}/pop?point=${encodeURIComponent(phone)}&ucid=${ucid}&key=${key}`);
}

function line(item) {
  const arrow = item.direction === 'outbound' ? '←' : '→';
  const said = item.text ?? [item.channel === 'voice' && 'call', item.summary].filter(Boolean).join(', ');
  const status = item.delivery?.status ? ` [${item.delivery.status}]` : '';
  const text = said.replace(/\s+/g, ' ').slice(0, 70);
  return `${item.started_at.slice(0, 16).replace('T', ' ')}  ${(item.provider ?? item.channel).padEnd(9)} ${arrow} ${text}${status}`;
}
