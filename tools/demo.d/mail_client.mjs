// What an agent's own mail client does after it has sent an answer: lays it into a folder of the mailbox by IMAP (RFC 3501,
// 6.3.11), seen and with the time of writing. In the clear: the server is on loopback.
import { once } from 'node:events';
import { connect } from 'node:net';
import { createInterface } from 'node:readline';

export async function append({ port, user, password }, folder, { text, at }) {
  const socket = connect(port, '127.0.0.1');
  socket.setTimeout(10_000, () => socket.destroy(new Error('the mail server is silent')));
  await once(socket, 'connect');
  const lines = createInterface({ input: socket })[Symbol.asyncIterator]();
  // Up to the line that answers the command; others tell of the mailbox.
  const answer = async (begin) => {
    for (;;) {
      const { value, done } = await lines.next();
      if (done) throw new Error(`the mail server hung up before ${begin}`);
      if (value.startsWith(begin)) return;
      if (/^\w+ (NO|BAD) /.test(value)) throw new Error(`the mail server says: ${value}`);
    }
  };
  const bytes = Buffer.from(text.replaceAll(/\r?\n/g, '\r\n'));
  await answer('* OK');
  socket.write(`a1 LOGIN "${user}" "${password}"\r\n`);
  await answer('a1 OK');
  socket.write(`a2 APPEND "${folder}" (\\Seen) "${imapDate(at)}" {${bytes.length}}\r\n`);
  await answer('+');
  socket.write(Buffer.concat([bytes, Buffer.from('\r\n')]));
  await answer('a2 OK');
  socket.end('a3 LOGOUT\r\n');
}

function imapDate(at) {
  const [, day, month, year, time] = at.toUTCString().split(' ');
  return `${day}-${month}-${year} ${time} +0000`;
}
