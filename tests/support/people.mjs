// People at their mail programs: they deliver, flag and move mails at a real Dovecot, whatever happens to it, and know
// afterwards what every folder must look like.
import { MailClient } from './imap_client.mjs';
import { messageId } from './letters.mjs';

const OUTAGE = /the server is gone|the server is silent|BYE|UNAVAILABLE|SERVERBUG/;

export class People {
  #dovecot;
  #clients = new Map();

  constructor(dovecot) {
    this.#dovecot = dovecot;
    this.folders = new Map();  // "user/folder" -> {uidvalidity, recent, mails: Map of uid to {number, flags, at}}
    this.seenIn = new Map();   // number -> Set of "user/folder" where the mail has ever been
    this.repeats = 0;          // what had to be done again because the server went away
  }

  async create(place) {
    const [user, folder] = split(place);
    await this.#surely(user, async (client, again) => {
      if (again && (await client.command(`LIST "" "${folder}"`)).length > 1) return;
      await client.create(folder);
    });
    this.#folder(place);
  }

  async deliver(place, number, mail, flags, at) {
    const [user, folder] = split(place);
    const { uidvalidity, uid } = await this.#surely(user, async (client, again) => {
      const [found] = again ? await client.find(folder, messageId(number)) : [];
      return found ? { uid: found } : client.append(folder, mail, { flags, at });
    });
    this.#arrived(place, uid, { number, flags, at: Math.floor(at / 1000) * 1000 }, uidvalidity);
  }

  async flag(place, uid, flags) {
    await this.#visit(place, (client) => client.store(uid, flags));
    this.folders.get(place).mails.get(uid).flags = flags;
  }

  // Into another folder of the same mailbox. Killed half-way the server may leave it in both.
  async move(place, uid, target) {
    const mail = this.folders.get(place).mails.get(uid);
    const folder = split(target)[1];
    const { moved, stayed } = await this.#visit(place, async (client, again) => {
      const [there] = again ? await client.find(folder, messageId(mail.number)) : [];
      const [here] = again ? await client.find(split(place)[1], messageId(mail.number)) : [];
      if (there) return { moved: { uid: there }, stayed: here !== undefined };
      if (again) await client.select(split(place)[1]);
      return { moved: await client.move(uid, folder), stayed: false };
    });
    if (!stayed) this.folders.get(place).mails.delete(uid);
    this.#arrived(target, moved.uid, { ...mail }, moved.uidvalidity);
  }

  // What is not as these people left it, in words.
  async differences() {
    const out = [];
    for (const [place, expected] of this.folders) {
      const [user, folder] = split(place);
      const now = await this.#surely(user, (client) => client.state(folder));
      if (expected.uidvalidity && now.uidvalidity !== expected.uidvalidity) out.push(`${place}: UIDVALIDITY ${now.uidvalidity} instead of ${expected.uidvalidity}`);
      if (now.recent !== expected.recent) out.push(`${place}: ${now.recent} \\Recent instead of ${expected.recent}`);
      for (const uid of now.mails.keys()) if (!expected.mails.has(uid)) out.push(`${place}: nobody put mail ${uid} there`);
      for (const [uid, { number, flags, at }] of expected.mails) {
        const found = now.mails.get(uid);
        const shown = found && `${found.flags.filter((flag) => flag !== '\\Recent').join(' ')} of ${new Date(found.at).toISOString()}`;
        const wanted = `${[...flags].sort().join(' ')} of ${new Date(at).toISOString()}`;
        if (shown !== wanted) out.push(`${place}: mail ${number} (${uid}) is "${shown}" instead of "${wanted}"`);
      }
    }
    return out;
  }

  close() { for (const client of this.#clients.values()) client.close(); }

  // A person opens the folder: from then on nothing in it is \Recent.
  async #visit(place, act) {
    const [user, folder] = split(place);
    const result = await this.#surely(user, async (client, again) => {
      await client.select(folder);
      const done = await act(client, again);
      await client.command('UNSELECT');
      return done;
    });
    this.folders.get(place).recent = 0;
    return result;
  }

  #folder(place) {
    if (!this.folders.has(place)) this.folders.set(place, { uidvalidity: 0, recent: 0, mails: new Map() });
    return this.folders.get(place);
  }

  #arrived(place, uid, mail, uidvalidity) {
    const folder = this.#folder(place);
    folder.uidvalidity ||= uidvalidity ?? 0;
    folder.recent++;
    if (folder.mails.has(uid)) throw new Error(`${place}: the server has given the number ${uid} twice`);
    folder.mails.set(uid, mail);
    if (!this.seenIn.has(mail.number)) this.seenIn.set(mail.number, new Set());
    this.seenIn.get(mail.number).add(place);
  }

  // Until it is done. `again`: the server went away last time, and nobody knows how far it had got.
  async #surely(user, act) {
    for (let again = false; ; again = true, this.repeats++) {
      try {
        return await act(await this.#client(user), again);
      } catch (error) {
        if (!OUTAGE.test(error.message)) throw error;
        this.#clients.get(user)?.close();
        this.#clients.delete(user);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    }
  }

  async #client(user) {
    if (!this.#clients.has(user)) this.#clients.set(user, await new MailClient().open(this.#dovecot.port, user));
    return this.#clients.get(user);
  }
}

function split(place) {
  const slash = place.indexOf('/');
  return [place.slice(0, slash), place.slice(slash + 1)];
}
