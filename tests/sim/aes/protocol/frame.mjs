// The frame of DMCC XML (avaya.md 2.1): version (2 bytes), length with the header (2 bytes, big-endian, unsigned), invoke
// id (4 ASCII digits), one XML document in UTF-8.
export const HEADER = 8;
export const LARGEST = 65535;

export function frame(invokeId, xml) {
  const payload = Buffer.isBuffer(xml) ? xml : Buffer.from(xml, 'utf8');
  if (payload.length > LARGEST - HEADER) throw new RangeError(`${payload.length} bytes do not fit into a frame`);
  const bytes = Buffer.allocUnsafe(HEADER + payload.length);
  bytes.writeUInt16BE(0, 0);
  bytes.writeUInt16BE(bytes.length, 2);
  bytes.write(invokeId, 4, 4, 'latin1');
  payload.copy(bytes, HEADER);
  return bytes;
}

// Cuts a stream into frames. The version is whatever the client wrote: AES ignores it, the checks do not.
export class FrameReader {
  #chunks = Buffer.alloc(0);

  // Frames that are complete now: {version, invokeId, payload}. Throws on a length below that of the header; the stream
  // cannot be read any further then.
  take(bytes) {
    this.#chunks = this.#chunks.length ? Buffer.concat([this.#chunks, bytes]) : bytes;
    const frames = [];
    while (this.#chunks.length >= HEADER) {
      const length = this.#chunks.readUInt16BE(2);
      if (length < HEADER) throw new RangeError(`a frame of ${length} bytes`);
      if (this.#chunks.length < length) break;
      frames.push({
        version: this.#chunks.subarray(0, 2).toString('hex'),
        invokeId: this.#chunks.toString('latin1', 4, 8),
        payload: this.#chunks.subarray(HEADER, length),
      });
      this.#chunks = this.#chunks.subarray(length);
    }
    return frames;
  }

  get pending() { return this.#chunks.length; }
}
