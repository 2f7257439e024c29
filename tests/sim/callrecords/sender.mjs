// Sends lines as the switches do: Communication Manager connects to the collector; an IP Office connects, or listens and hands
// out what it kept (avaya.md 4.1, 5.1). Bytes go out as they are; nothing comes back.
import { once } from 'node:events';
import net from 'node:net';

export class Sender {
  // `kept`: so many lines wait while nobody is connected; then the oldest is dropped. `prefix` goes before the first line of a
  // connection (NULs were seen there).
  constructor({ kept = 500, prefix = '' } = {}) { Object.assign(this, { kept, prefix, waiting: [], dropped: 0, sent: 0, socket: null }); }

  async connect(port, host = '127.0.0.1') {
    const socket = net.connect(port, host);
    socket.on('error', () => {});
    await once(socket, 'connect');
    this.#use(socket);
    return this;
  }

  async listen(port = 0) {
    this.server = net.createServer((socket) => { socket.on('error', () => {}); this.#use(socket); });
    await new Promise((resolve) => this.server.listen(port, '127.0.0.1', resolve));
    this.port = this.server.address().port;
    return this;
  }

  #use(socket) {
    this.socket?.destroy();
    this.socket = socket;
    socket.on('data', () => {});
    socket.on('close', () => { if (this.socket === socket) this.socket = null; });
    if (this.prefix) socket.write(this.prefix);
    for (const text of this.waiting.splice(0)) this.line(text);
  }

  // Whole lines, or pieces of them with `bytes`.
  line(text) {
    if (!this.socket) {
      this.waiting.push(text);
      if (this.waiting.length > this.kept) { this.waiting.shift(); this.dropped++; }
      return;
    }
    this.sent++;
    this.socket.write(text, 'latin1');
  }

  bytes(piece) { this.socket?.write(piece, 'latin1'); }

  // The connection breaks after `part` of the line has gone out.
  cutWithin(text, part) {
    const { socket } = this;
    this.socket = null;
    return new Promise((resolve) => { socket.once('close', resolve); socket.write(text.slice(0, part), 'latin1', () => socket.destroy()); });
  }

  async end() {
    const { socket } = this;
    if (socket) { const closed = once(socket, 'close'); socket.end(); await closed; }
    if (this.server) await new Promise((resolve) => this.server.close(resolve));
  }
}
