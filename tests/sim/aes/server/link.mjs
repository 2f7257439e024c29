// One connection of a client: frames in, answers and events out, and what can go wrong on the way (faults.mjs).
import { checkHeader, checkRequest } from '../protocol/checks.mjs';
import { frame, FrameReader } from '../protocol/frame.mjs';
import { parse, serialize } from '../protocol/xml.mjs';

const EVENT = '9999';

export class Link {
  #reader = new FrameReader();
  #pending = new Set();
  #later = [];

  // `handle(request, link)` gives the answer as a document; `faults` decides what becomes of it.
  constructor(socket, { id, handle, faults, report, style, closed }) {
    Object.assign(this, { socket, id, handle, faults, report, style, session: null, sent: 0, received: 0, open: true });
    this.out = faults.outgoing(this);
    socket.on('data', (bytes) => this.#take(bytes));
    socket.on('error', () => {});  // a client that is killed resets; `close` follows
    socket.on('close', () => { this.open = false; this.out.stop(); closed(this); });
    socket.setNoDelay(true);
  }

  #take(bytes) {
    let frames;
    try { frames = this.#reader.take(bytes); } catch (error) {
      this.report.violation({ rule: 'frame', path: 'header', detail: error.message });
      this.close();
      return;
    }
    for (const one of frames) this.#frame(one);
  }

  #frame(one) {
    this.received++;
    const found = checkHeader(one, this.#pending);
    let request;
    try { request = parse(one.payload.toString('utf8')); } catch (error) {
      found.push({ rule: 'xml', path: 'document', detail: error.message });
    }
    if (request) found.push(...checkRequest(request));
    this.#pending.add(one.invokeId);
    this.report.request({ name: request?.name, invokeId: one.invokeId, outstanding: this.#pending.size, bytes: one.payload.length });
    for (const each of found) this.report.violation({ ...each, invokeId: one.invokeId });
    if (!request) { this.#pending.delete(one.invokeId); return; }
    this.faults.answering(request, (instead) => {
      if (instead !== null) this.#answer(one.invokeId, instead ?? this.handle(request, this));
      else this.#pending.delete(one.invokeId);
    });
  }

  #answer(invokeId, document) {
    this.#pending.delete(invokeId);
    if (!this.open) return;
    this.#send(invokeId, document);
    for (const one of this.#later.splice(0)) this.#send(EVENT, one);
  }

  // An event that follows the answer that is being made.
  later(document) { this.#later.push(document); }

  unasked(document) { this.#send(EVENT, document); }

  // An event of a monitor; false if it got lost on purpose.
  event(session, xref, make) {
    if (this.faults.loses()) return false;
    this.out.event(xref, frame(EVENT, serialize(make(), this.style())));
    return true;
  }

  raw(bytes) { this.out.frame(bytes); }
  #send(invokeId, document) { this.out.frame(frame(invokeId, serialize(document, this.style()))); }

  // What is written in one turn leaves in one segment, as events of a busy switch do.
  write(bytes) {
    if (!this.open) return;
    this.sent += bytes.length;
    if (!this.socket.writableCorked) {
      this.socket.cork();
      process.nextTick(() => this.socket.uncork());
    }
    this.socket.write(bytes);
  }

  // Breaks the connection off at once.
  close() { this.out.stop(); this.socket.uncork(); this.socket.destroy(); }
}
