import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

export interface SlowLineOptions {
  /** Where it leads. */
  readonly host: string;
  readonly port: number;
  readonly bytesPerS: number;
  /** Each way. */
  readonly delayMs: number;
}

/** So many pieces a second: a line as slow as a few hundred bytes a second still flows. */
const PIECES_PER_S = 10;

/** A way to a TCP server that takes few bytes a second and keeps each for a while, as a mobile line at the edge of its reach. */
export class SlowLine {
  /** How often somebody has called. */
  calls = 0;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(options: SlowLineOptions) {
    this.#server = createServer((near) => {
      this.calls += 1;
      const far = connect(options.port, options.host);
      this.#carry(near, far, options);
      this.#carry(far, near, options);
    });
  }

  static async open(options: SlowLineOptions): Promise<SlowLine> {
    const line = new SlowLine(options);
    line.#server.listen(0, '127.0.0.1');
    await once(line.#server, 'listening');
    return line;
  }

  get port(): number {
    const address = this.#server.address();
    if (typeof address !== 'object' || address === null) throw new Error('the line is not open');
    return address.port;
  }

  async close(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  #carry(from: Socket, to: Socket, { bytesPerS, delayMs }: SlowLineOptions): void {
    this.#sockets.add(from);
    let waiting: Buffer = Buffer.alloc(0);
    from.on('data', (bytes: Buffer) => {
      waiting = Buffer.concat([waiting, bytes]);
    });
    const pace = setInterval(() => {
      const piece = waiting.subarray(0, bytesPerS / PIECES_PER_S);
      waiting = waiting.subarray(piece.length);
      if (piece.length > 0) setTimeout(() => to.write(piece), delayMs);
    }, 1_000 / PIECES_PER_S);
    from.on('error', () => {});
    from.on('close', () => {
      clearInterval(pace);
      this.#sockets.delete(from);
      setTimeout(() => to.destroy(), delayMs);
    });
  }
}
