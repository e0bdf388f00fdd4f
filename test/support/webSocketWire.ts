import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { Duplex } from 'node:stream';

/** Source: RFC 6455 section 1.3. */
const ACCEPT_SUFFIX = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
const BINARY = 0x2;
const CLOSE = 0x8;
const PING = 0x9;

/** The bytes within a WebSocket as a server sees them: frames of a client in, one binary frame for each write out. */
export class WebSocketWire extends Duplex {
  readonly #socket: Duplex;
  #rest: Buffer;

  constructor(request: IncomingMessage, socket: Duplex, head: Buffer) {
    super();
    this.#socket = socket;
    this.#rest = head;
    const key = `${request.headers['sec-websocket-key']}${ACCEPT_SUFFIX}`;
    const accept = createHash('sha1').update(key).digest('base64');
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\nSec-WebSocket-Protocol: mqtt\r\n\r\n`,
    );
    socket.on('data', (bytes: Buffer) => {
      this.#rest = Buffer.concat([this.#rest, bytes]);
      this.#read();
    });
    socket.on('error', () => {});
    socket.on('close', () => this.destroy());
  }

  override _read(): void {}

  override _write(bytes: Buffer, _encoding: string, done: () => void): void {
    this.#socket.write(frame(BINARY, bytes));
    done();
  }

  override _final(done: () => void): void {
    this.#socket.end(frame(CLOSE, Buffer.alloc(0)));
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#socket.destroy();
    done(error);
  }

  #read(): void {
    for (;;) {
      const [first = 0, second = 0] = this.#rest;
      if (this.#rest.length < 2) return;
      const short = second & 0x7f;
      if (short === 127) throw new Error('no test sends so much in one frame');
      const lengthBytes = short === 126 ? 2 : 0;
      const from = 2 + lengthBytes + 4;
      if (this.#rest.length < from) return;
      const length = lengthBytes === 0 ? short : this.#rest.readUInt16BE(2);
      if (this.#rest.length < from + length) return;
      const mask = this.#rest.subarray(from - 4, from);
      const bytes = Buffer.from(
        this.#rest.subarray(from, from + length).map((byte, at) => byte ^ (mask[at % 4] ?? 0)),
      );
      this.#rest = this.#rest.subarray(from + length);
      const code = first & 0x0f;
      if (code === CLOSE) this.push(null);
      else if (code !== PING) this.push(bytes);
    }
  }
}

function frame(code: number, bytes: Buffer): Buffer {
  const { length } = bytes;
  const head =
    length < 126
      ? Buffer.from([0x80 | code, length])
      : Buffer.from([0x80 | code, 126, length >> 8, length & 0xff]);
  return Buffer.concat([head, bytes]);
}
