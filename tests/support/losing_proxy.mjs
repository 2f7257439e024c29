// A TCP proxy before an SMTP server that can lose the answer to a mail: the server has the mail, and whoever sent it never hears so.
import { connect, createServer } from 'node:net';

export class LosingProxy {
  // `lost`: of how many mails the answer is lost, 'cut' by an end of the connection or 'held' back for ever.
  async start(port) {
    this.lost = 0;
    this.how = 'cut';
    this.swallowed = 0;
    this.sockets = new Set();
    this.server = createServer((client) => this.#carry(client, connect(port, '127.0.0.1')));
    await new Promise((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    this.port = this.server.address().port;
    return this;
  }

  lose(count, how = 'cut') {
    this.lost = count;
    this.how = how;
    this.swallowed = 0;
  }

  stop() {
    for (const socket of this.sockets) socket.destroy();
    this.server?.close();
  }

  #carry(client, server) {
    let sent = '';
    let waits = false;
    for (const [socket, other] of [[client, server], [server, client]]) {
      this.sockets.add(socket);
      socket.setEncoding('latin1');
      socket.on('error', () => {});
      socket.on('close', () => other.destroy());
    }
    client.on('data', (text) => {
      sent = (sent + text).slice(-5);
      if (this.lost > 0 && sent === '\r\n.\r\n') {
        this.lost -= 1;
        waits = true;
      }
      server.write(text, 'latin1');
    });
    server.on('data', (text) => {
      if (!waits) return client.write(text, 'latin1');
      this.swallowed += 1;
      if (this.how === 'cut') client.destroy();
      return undefined;
    });
  }
}
