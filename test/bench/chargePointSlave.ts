import { createServer, type Server, type Socket } from 'node:net';

const HOST = '127.0.0.1';
const HEADER_BYTES = 7;
const SET_CHARGING_CURRENT = 5004;
const SET_FALLBACK_CURRENT = 5016;
const SET_FALLBACK_TIMEOUT = 5018;
/** A KEBA that has just been switched on charges with all that its hardware allows. */
const MAXIMUM_MA = 32_000;

/**
 * A KEBA P30 with a charging car as far as a bench needs it: it answers at once, its car follows at once, and it
 * notes when a charging current reaches it. Two words per value, milliamperes.
 * Source: KEBA Modbus TCP Programmers Guide, register tables.
 */
export class ChargePointSlave {
  readonly #server: Server;
  readonly #clients = new Set<Socket>();
  readonly #values = new Map<number, number>([
    [1000, 3],
    [1004, 7],
    [1110, MAXIMUM_MA],
  ]);
  #onCurrent: (milliamperes: number, atMs: number) => void = () => undefined;
  #port = 0;

  private constructor() {
    this.#follow(MAXIMUM_MA);
    this.#server = createServer((client) => this.#serve(client));
  }

  static start(): Promise<ChargePointSlave> {
    const slave = new ChargePointSlave();
    return new Promise((resolve, reject) => {
      slave.#server.once('error', reject);
      slave.#server.listen(0, HOST, () => {
        const address = slave.#server.address();
        slave.#port = typeof address === 'object' && address !== null ? address.port : 0;
        resolve(slave);
      });
    });
  }

  get port(): number {
    return this.#port;
  }

  /** Its fall-back settings were written and it still charges with all it may. */
  get isReady(): boolean {
    return this.#values.get(1100) === MAXIMUM_MA && this.#values.has(1602);
  }

  /** @returns when a charging current of at most this arrives, by performance.now() */
  writtenAtMost(milliamperes: number, patienceMs: number): Promise<number> {
    return new Promise((resolve, reject) => {
      const end = (): void => {
        clearTimeout(timeout);
        this.#onCurrent = () => undefined;
      };
      const timeout = setTimeout(() => {
        end();
        reject(
          new Error(`no charging current of at most ${milliamperes} mA was written within ${patienceMs} ms`),
        );
      }, patienceMs);
      this.#onCurrent = (written, atMs) => {
        if (written > milliamperes) return;
        end();
        resolve(atMs);
      };
    });
  }

  close(): Promise<void> {
    for (const client of this.#clients) client.destroy();
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }

  #serve(client: Socket): void {
    this.#clients.add(client);
    client.setNoDelay(true);
    client.on('close', () => this.#clients.delete(client));
    client.on('error', () => undefined);
    let received: Buffer = Buffer.alloc(0);
    client.on('data', (bytes) => {
      const atMs = performance.now();
      received = received.length === 0 ? bytes : Buffer.concat([received, bytes]);
      while (received.length >= HEADER_BYTES) {
        const frameBytes = HEADER_BYTES - 1 + received.readUInt16BE(4);
        if (received.length < frameBytes) return;
        const frame = received.subarray(0, frameBytes);
        received = received.subarray(frameBytes);
        client.write(this.#answer(frame, atMs));
      }
    });
  }

  #answer(request: Buffer, atMs: number): Buffer {
    const functionCode = request[HEADER_BYTES] ?? 0;
    const address = request.readUInt16BE(HEADER_BYTES + 1);
    const word = request.readUInt16BE(HEADER_BYTES + 3);
    if (functionCode === 6) {
      this.#write(address, word, atMs);
      return request;
    }
    const answer = Buffer.alloc(HEADER_BYTES + 2 + word * 2);
    request.copy(answer, 0, 0, HEADER_BYTES + 1);
    answer.writeUInt16BE(answer.length - HEADER_BYTES + 1, 4);
    answer[HEADER_BYTES + 1] = word * 2;
    for (let index = 0; index + 1 < word; index += 2) {
      answer.writeUInt32BE(this.#values.get(address + index) ?? 0, HEADER_BYTES + 2 + index * 2);
    }
    return answer;
  }

  #write(address: number, word: number, atMs: number): void {
    if (address === SET_FALLBACK_CURRENT) this.#values.set(1600, word);
    if (address === SET_FALLBACK_TIMEOUT) this.#values.set(1602, word);
    if (address !== SET_CHARGING_CURRENT) return;
    this.#follow(word);
    this.#onCurrent(word, atMs);
  }

  #follow(milliamperes: number): void {
    this.#values.set(1100, milliamperes);
    this.#values.set(1008, milliamperes);
    // 230 V x mA = mW, which is the unit of this register.
    this.#values.set(1020, 230 * milliamperes);
  }
}
