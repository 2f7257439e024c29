// What an agent does on the page that the console opens: says that a suggested contact point is the same person.
export async function acceptSuggestion(url, key, point, other) {
  const asked = await fetch(`${url}/pop?${new URLSearchParams({ point, key })}`, { redirect: 'manual' });
  const cookie = asked.headers.get('set-cookie')?.split(';')[0];
  if (asked.status !== 303 || !cookie) throw new Error(`GET /pop: ${asked.status}`);
  const signedIn = await fetch(new URL(asked.headers.get('location'), asked.url), { headers: { cookie } });
  const html = await signedIn.text();
  const forms = [...html.matchAll(/<form[^]*?<\/form>/g)].map(([form]) => new URLSearchParams(
    [...form.matchAll(/name="([^"]*)" value="([^"]*)"/g)].map(([, name, value]) => [name, value])));
  const form = forms.find((one) => one.get('other') === other);
  if (!form) throw new Error(`the page does not suggest ${other}`);
  const pressed = await fetch(`${url}/pop/links`, { method: 'POST', headers: { cookie }, body: form, redirect: 'manual' });
  if (pressed.status !== 303) throw new Error(`POST /pop/links: ${pressed.status} ${await pressed.text()}`);
}
