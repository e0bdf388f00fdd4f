import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';

/** Source: RFC 1035 section 4.1. */
const TYPES = { A: 1, AAAA: 28 } as const;
const CODES = { good: 0, servfail: 2, noSuchName: 3, refused: 5 } as const;

export type DnsAnswer = readonly string[] | keyof typeof CODES | 'silence';

/** A name server on loopback that gives one answer to whatever it is asked for IPv4, and no address for IPv6. */
export class DnsServer {
  readonly asked: string[] = [];
  answer: DnsAnswer;
  readonly #socket: Socket;

  private constructor(socket: Socket, answer: DnsAnswer) {
    this.#socket = socket;
    this.answer = answer;
    socket.on('message', (question, from) => {
      const reply = this.#reply(question);
      if (reply !== undefined) socket.send(reply, from.port, from.address);
    });
  }

  static async start(answer: DnsAnswer, host = '127.0.0.1', port = 0): Promise<DnsServer> {
    const socket = createSocket('udp4');
    socket.bind(port, host);
    await once(socket, 'listening');
    return new DnsServer(socket, answer);
  }

  /** As a resolver is named. */
  get address(): string {
    return `127.0.0.1:${this.#socket.address().port}`;
  }

  async close(): Promise<void> {
    const closed = once(this.#socket, 'close');
    this.#socket.close();
    await closed;
  }

  #reply(question: Buffer): Buffer | undefined {
    const end = question.indexOf(0, 12);
    this.asked.push(question.subarray(12, end).toString('latin1'));
    if (this.answer === 'silence') return undefined;
    const type = question.readUInt16BE(end + 1);
    const addresses = typeof this.answer === 'string' || type !== TYPES.A ? [] : this.answer;
    const code = typeof this.answer === 'string' ? CODES[this.answer] : CODES.good;
    const header = Buffer.alloc(12);
    question.copy(header, 0, 0, 2);
    header.writeUInt16BE(0x8180 | code, 2);
    header.writeUInt16BE(1, 4);
    header.writeUInt16BE(addresses.length, 6);
    const records = addresses.map((address) =>
      Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, ...address.split('.').map(Number)]),
    );
    return Buffer.concat([header, question.subarray(12, end + 5), ...records]);
  }
}
