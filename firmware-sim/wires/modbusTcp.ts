import { createServer, type Server, type Socket } from 'node:net';
import type { Answer, DeviceInPlace } from '../deviceInPlace.ts';
import type { ScaledTime } from '../scaledTime.ts';

const HOST = '127.0.0.1';
/** Transaction, protocol, length and unit (Modbus messaging on TCP/IP V1.0b, 3.1.3). */
const HEADER_LENGTH = 7;
const LONGEST_PDU = 253;

/** A device behind its own TCP port, with as many clients at once as its manners allow. */
export class ModbusTcpServer {
  readonly host = HOST;
  readonly #device: DeviceInPlace;
  readonly #time: ScaledTime;
  readonly #server: Server;
  readonly #clients = new Set<Socket>();
  #refusesUntilMs = Number.NEGATIVE_INFINITY;

  constructor(device: DeviceInPlace, time: ScaledTime) {
    this.#device = device;
    this.#time = time;
    this.#server = createServer((client) => this.#serve(client));
  }

  /**
   * @param port 0 lets the system choose
   * @returns the port in use
   */
  listen(port: number): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, HOST, () => {
        this.#server.off('error', reject);
        const address = this.#server.address();
        resolve(typeof address === 'object' && address !== null ? address.port : port);
      });
    });
  }

  close(): Promise<void> {
    for (const client of this.#clients) client.destroy();
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }

  #serve(client: Socket): void {
    // A client that vanishes is the client's affair.
    client.on('error', () => undefined);
    const { mostClients = Number.POSITIVE_INFINITY, idleMs } = this.#device.tcpManners ?? {};
    if (this.#clients.size >= mostClients || this.#time.nowMs() < this.#refusesUntilMs) {
      client.resetAndDestroy();
      return;
    }
    this.#clients.add(client);
    client.setNoDelay(true);
    if (idleMs !== undefined) client.setTimeout(idleMs / this.#time.speed, () => client.destroy());
    client.on('close', () => {
      this.#clients.delete(client);
      this.#refusesUntilMs = this.#time.nowMs() + (this.#device.tcpManners?.refusesAfterEndMs?.() ?? 0);
    });
    let received: Buffer = Buffer.alloc(0);
    client.on('data', (bytes) => {
      received = Buffer.concat([received, bytes]);
      while (received.length >= HEADER_LENGTH) {
        const protocol = received.readUInt16BE(2);
        const length = received.readUInt16BE(4);
        // Another protocol, or a length that no frame can have: the stream cannot be followed any further.
        if (protocol !== 0 || length < 2 || length > LONGEST_PDU + 1) {
          client.destroy();
          return;
        }
        const frameLength = HEADER_LENGTH - 1 + length;
        if (received.length < frameLength) return;
        this.#answer(client, received.subarray(0, frameLength));
        received = received.subarray(frameLength);
      }
    });
  }

  #answer(client: Socket, request: Buffer): void {
    const unit = request[HEADER_LENGTH - 1] as number;
    if (!this.#device.answersTo(unit)) return;
    const nowMs = this.#time.nowMs();
    const answer = this.#device.answer(request.subarray(HEADER_LENGTH), nowMs, unit);
    if (answer === undefined) return;
    const frame = frameOf(answer, request.readUInt16BE(0));
    this.#time.at(nowMs + answer.afterMs, () => {
      if (client.writable) client.write(frame);
    });
  }
}

function frameOf(answer: Answer, requestTransaction: number): Buffer {
  const transaction = answer.damage === 'envelope' ? requestTransaction + 7 : requestTransaction;
  const header = Buffer.alloc(HEADER_LENGTH);
  header.writeUInt16BE(transaction & 0xffff, 0);
  header.writeUInt16BE(answer.pdu.length + 1, 4);
  header[HEADER_LENGTH - 1] = answer.unit;
  const frame = Buffer.concat([header, answer.pdu]);
  return answer.damage === 'short' ? frame.subarray(0, frame.length - 1) : frame;
}
