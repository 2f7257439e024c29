// A person's mail program: a plain IMAP client of the tests, over a plain socket, which writes what Tandem never does.
// Shares nothing with the connector. Answers with literals are not for it.
import { connect } from 'node:net';

const quoted = (text) => `"${text.replace(/[\\"]/g, '\\$&')}"`;
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

// RFC 3501, date-time; milliseconds in and out.
export function toDateTime(at) {
  const [, year, month, day, time] = /^(\d{4})-(\d\d)-(\d\d)T([\d:]{8})/.exec(new Date(at).toISOString());
  return `${day}-${MONTHS[Number(month) - 1]}-${year} ${time} +0000`;
}

export function fromDateTime(text) {
  const [, day, month, year, time, zone] = /^([ \d]\d)-(\w{3})-(\d{4}) ([\d:]{8}) ([+-]\d{4})$/.exec(text);
  return Date.parse(`${year}-${String(MONTHS.indexOf(month) + 1).padStart(2, '0')}-${day.replace(' ', '0')}T${time}${zone.slice(0, 3)}:${zone.slice(3)}`);
}

export class MailClient {
  #socket;
  #rest = '';
  #lines = [];
  #waiting = null;  // the command in hand: {resolve, reject, until}
  #gone = null;
  #tag = 0;

  // Everything that it does fails once the connection is lost.
  async open(port, user) {
    this.#socket = connect(port, '127.0.0.1');
    this.#socket.setEncoding('latin1');
    this.#socket.setTimeout(30_000, () => this.#socket.destroy(new Error('the server is silent')));
    this.#socket.on('data', (text) => this.#read(text));
    this.#socket.on('error', () => {});
    this.#socket.on('close', () => this.#end(new Error('the server is gone')));
    await this.#until((line) => line.startsWith('* OK'));
    await this.command(`LOGIN ${quoted(user)} secret`);
    return this;
  }

  close() { this.#socket.destroy(); }

  // What the server said to it, line by line; rejects unless it is OK.
  async command(text) {
    const tag = `a${this.#tag += 1}`;
    this.#socket.write(`${tag} ${text}\r\n`, 'latin1');
    const lines = await this.#until((line) => line.startsWith(`${tag} `));
    if (!lines.at(-1).startsWith(`${tag} OK`)) throw new Error(`${text.slice(0, 100)}: ${lines.at(-1)}`);
    return lines;
  }

  // Gives {uidvalidity, uid}. `flags` with their backslash; `at` in milliseconds.
  async append(folder, mail, { flags = [], at = Date.now() } = {}) {
    const octets = Buffer.from(mail.replaceAll(/\r?\n/g, '\r\n'));
    const lines = await this.command(`APPEND ${quoted(folder)} (${flags.join(' ')}) "${toDateTime(at)}" {${octets.length}+}\r\n${octets.toString('latin1')}`);
    const [, uidvalidity, uid] = /\[APPENDUID (\d+) (\d+)\]/.exec(lines.at(-1));
    return { uidvalidity: Number(uidvalidity), uid: Number(uid) };
  }

  async select(folder) { return this.command(`SELECT ${quoted(folder)}`); }
  async examine(folder) { return this.command(`EXAMINE ${quoted(folder)}`); }
  async create(folder) { return this.command(`CREATE ${quoted(folder)}`); }
  async delete(folder) { return this.command(`DELETE ${quoted(folder)}`); }
  async store(uid, flags) { return this.command(`UID STORE ${uid} FLAGS.SILENT (${flags.join(' ')})`); }
  // Gives {uidvalidity, uid} of the other folder.
  async move(uid, folder) {
    const lines = await this.command(`UID MOVE ${uid} ${quoted(folder)}`);
    const [, uidvalidity, , to] = /\[COPYUID (\d+) (\d+) (\d+)\]/.exec(lines.join('\n'));
    return { uidvalidity: Number(uidvalidity), uid: Number(to) };
  }

  // UIDs in a folder that is opened by EXAMINE: nothing changes.
  async find(folder, messageId) {
    await this.examine(folder);
    const line = (await this.command(`UID SEARCH HEADER Message-ID ${quoted(messageId)}`)).find((one) => one.startsWith('* SEARCH'));
    return line.slice('* SEARCH'.length).trim().split(' ').filter(Boolean).map(Number);
  }

  // All that a person sees of a folder without its mails: {uidvalidity, recent, mails: Map of uid to {flags, at}}.
  async state(folder) {
    const opened = (await this.examine(folder)).join('\n');
    const mails = new Map();
    for (const line of await this.command('FETCH 1:* (UID FLAGS INTERNALDATE)').catch(nothingThere)) {
      const found = /^\* \d+ FETCH \(UID (\d+) FLAGS \((.*?)\) INTERNALDATE "(.*?)"\)$/.exec(line);
      if (found) mails.set(Number(found[1]), { flags: found[2].split(' ').filter(Boolean).sort(), at: fromDateTime(found[3]) });
    }
    return { uidvalidity: Number(/UIDVALIDITY (\d+)/.exec(opened)[1]), recent: Number(/^\* (\d+) RECENT/m.exec(opened)[1]), mails };
  }

  #until(last) {
    return new Promise((resolve, reject) => {
      if (this.#gone) return reject(this.#gone);
      this.#waiting = { resolve, reject, last };
    });
  }

  #read(text) {
    const lines = (this.#rest + text).split('\r\n');
    this.#rest = lines.pop();
    for (const line of lines) {
      this.#lines.push(line);
      if (!this.#waiting?.last(line)) continue;
      const { resolve } = this.#waiting;
      this.#waiting = null;
      resolve(this.#lines.splice(0));
    }
  }

  #end(error) {
    this.#gone = error;
    this.#waiting?.reject(error);
    this.#waiting = null;
  }
}

// Dovecot answers a FETCH of no mail at all with BAD.
function nothingThere(error) {
  if (/Invalid messageset/.test(error.message)) return [];
  throw error;
}
