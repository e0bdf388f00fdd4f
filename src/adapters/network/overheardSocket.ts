import { connect, type Socket } from 'node:net';
import { Duplex } from 'node:stream';

/** More is not shown to anybody. */
const MOST_BYTES = 200;

/** A TCP connection for TLS on top, whose first words from the other side are kept: what it is that does not speak TLS. */
export class OverheardSocket extends Duplex {
  readonly #socket: Socket;
  #heard = Buffer.alloc(0);

  constructor(host: string, port: number) {
    super();
    this.#socket = connect({ host, port });
    this.#socket.on('data', (data) => {
      if (this.#heard.length < MOST_BYTES) this.#heard = Buffer.concat([this.#heard, data]);
      if (!this.push(data)) this.#socket.pause();
    });
    this.#socket.on('end', () => this.push(null));
    this.#socket.on('error', (error) => this.destroy(error));
  }

  /** In characters that steer no terminal. */
  words(): string {
    const text = this.#heard.subarray(0, MOST_BYTES).toString('latin1');
    const [line = ''] = text.split(/[\r\n]/);
    return line.replace(/[^\x20-\x7e]/g, '.');
  }

  override _read(): void {
    this.#socket.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#socket.write(chunk, done);
  }

  override _final(done: () => void): void {
    this.#socket.end(done);
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#socket.destroy();
    done(error);
  }
}
