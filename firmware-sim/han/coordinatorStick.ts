import type { Agenda } from './agenda.ts';
import { type MtMessage, serialiseMt, splitMt } from './monitorTest.ts';

/** One device on the air, by its addresses; its endpoints take payloads of a cluster. */
export interface AirDevice {
  /** Most significant octet first. */
  readonly ieee: Buffer;
  shortAddress: number;
  isInReach: boolean;
  hear(endpoint: number, cluster: number, payload: Buffer): void;
}

/** A payload that really went over the air, for a capture. */
export interface AirFrame {
  readonly fromShort: number;
  readonly toShort: number;
  readonly fromEndpoint: number;
  readonly toEndpoint: number;
  readonly cluster: number;
  readonly profile: number;
  readonly payload: Buffer;
}

interface StickOptions {
  readonly agenda: Agenda;
  /** Octets that leave the stick. */
  readonly write: (bytes: Buffer) => void;
  readonly onAir?: (frame: AirFrame) => void;
  /** 0 is Z-Stack 1.2, 1 is Z-Stack 3.x.0. */
  readonly product?: number;
  /** Its own memory as it comes from the shop: no network, callbacks off. */
  readonly memory?: readonly (readonly [number, Buffer])[];
}

interface Registration {
  readonly profile: number;
}

const AIR_MS = 8;
const RESET_MS = 300;
const START_MS = 150;
const OWN_SHORT = 0;
const NV_CALLBACKS = 0x8f;
const NV_ON_NETWORK = 0x55;

const OK = Buffer.from([0]);

/**
 * A radio stick with Z-Stack coordinator firmware, at its serial port. Answers requests by the maker's monitor-and-test
 * document; forgets endpoints and state at a reset, keeps its memory.
 */
export class CoordinatorStick {
  readonly #options: StickOptions;
  readonly #memory: Map<number, Buffer>;
  readonly devices: AirDevice[] = [];
  #heard: Buffer = Buffer.alloc(0);
  #endpoints = new Map<number, Registration>();
  #isRunning = false;
  #passesCallbacks = false;
  #isOpenForJoining = false;
  /** Hangs: hears nothing, says nothing. */
  isHung = false;
  /** Octets put before each frame that leaves. */
  garbage: Buffer = Buffer.alloc(0);
  resets = 0;
  formations = 0;
  requiresKeyExchange = true;

  constructor(options: StickOptions) {
    this.#options = options;
    this.#memory = new Map([[NV_ON_NETWORK, Buffer.from([0])], ...(options.memory ?? [])]);
  }

  /** What is kept at an address of its memory. */
  memoryAt(item: number): Buffer | undefined {
    return this.#memory.get(item);
  }

  get isRunning(): boolean {
    return this.#isRunning;
  }

  receive(bytes: Buffer): void {
    if (this.isHung) return;
    const { messages, rest } = splitMt(Buffer.concat([this.#heard, bytes]));
    this.#heard = rest;
    for (const message of messages) this.#obey(message);
  }

  /** Brown-out: it comes back by itself and says so. */
  reboot(): void {
    this.#endpoints.clear();
    this.#isRunning = false;
    this.resets++;
    this.#options.agenda.after(RESET_MS, () => {
      this.#passesCallbacks = this.#memory.get(NV_CALLBACKS)?.[0] === 1;
      this.#heard = Buffer.alloc(0);
      this.#tell(0x41, 0x80, Buffer.from([0, 2, this.#options.product ?? 1, 2, 7, 1]));
    });
  }

  /** A device joins while the network is open, or comes back under another short address. */
  join(device: AirDevice, isBack = false): boolean {
    if (!this.#isRunning || (!isBack && !this.#isOpenForJoining)) return false;
    if (!this.devices.includes(device)) this.devices.push(device);
    this.#announce(device);
    return true;
  }

  /** A device says something to an endpoint of the stick. */
  hearFromAir(device: AirDevice, endpoint: number, cluster: number, payload: Buffer): void {
    const { agenda, onAir } = this.#options;
    if (!device.isInReach || !this.#isRunning) return;
    const [own] = this.#endpoints.keys();
    const registration = own === undefined ? undefined : this.#endpoints.get(own);
    if (own === undefined || registration === undefined) return;
    const { profile } = registration;
    const fromShort = device.shortAddress;
    onAir?.({
      fromShort,
      toShort: OWN_SHORT,
      fromEndpoint: endpoint,
      toEndpoint: own,
      cluster,
      profile,
      payload,
    });
    agenda.after(AIR_MS, () => {
      const head = Buffer.alloc(17);
      head.writeUInt16LE(cluster, 2);
      head.writeUInt16LE(fromShort, 4);
      head.writeUInt8(endpoint, 6);
      head.writeUInt8(own, 7);
      head.writeUInt8(180, 9);
      head.writeUInt32LE(agenda.nowMs & 0x7fff_ffff, 11);
      head.writeUInt8(payload.length, 16);
      const tail = Buffer.from([fromShort & 0xff, fromShort >> 8, 30]);
      this.#tell(0x44, 0x81, Buffer.concat([head, payload, tail]));
    });
  }

  #obey({ head, command, data }: MtMessage): void {
    if (head === 0x41 && command === 0x00) {
      this.reboot();
      return;
    }
    const answer = this.#answer((head << 8) | command, data);
    if (answer === undefined) this.#tell(0x60, 0x00, Buffer.from([2, head, command]));
    else this.#tell((head & 0x1f) | 0x60, command, answer.data);
    answer?.next?.();
  }

  #answer(code: number, data: Buffer): { readonly data: Buffer; readonly next?: () => void } | undefined {
    switch (code) {
      case 0x2101:
        return { data: Buffer.from([0x59, 0x06]) };
      case 0x2102:
        return { data: Buffer.from([2, this.#options.product ?? 1, 2, 7, 1, 0x9a, 0x1f, 0x34, 0x01]) };
      case 0x2107:
        return { data: this.#createItem(data) };
      case 0x2108:
        return { data: this.#readItem(data.readUInt16LE(0), data.readUInt8(2)) };
      case 0x2109:
        return { data: this.#writeItem(data) };
      case 0x2400:
        return { data: Buffer.from([this.#register(data)]) };
      case 0x2401:
        return this.#transmit(data);
      case 0x2500:
        return { data: OK, next: () => this.#answerAddress(0x80, (device) => matches(device, data)) };
      case 0x2501:
        return {
          data: OK,
          next: () => this.#answerAddress(0x81, ({ shortAddress }) => shortAddress === data.readUInt16LE(0)),
        };
      case 0x2536:
        this.#isOpenForJoining = data.readUInt8(3) > 0;
        return { data: OK, next: () => this.#tellZdo(0xb6, Buffer.from([0, 0, 0])) };
      case 0x2540:
        return { data: Buffer.from([this.#isOnNetwork() ? 0 : 1]), next: () => this.#start() };
      case 0x2f05:
        if ((data.readUInt8(0) & 0x04) === 0) return { data: Buffer.from([1]) };
        this.formations++;
        this.#memory.set(NV_ON_NETWORK, Buffer.from([1]));
        return { data: OK, next: () => this.#start() };
      case 0x2f08:
        return { data: OK };
      case 0x2f09:
        this.requiresKeyExchange = data.readUInt8(0) !== 0;
        return { data: OK };
      default:
        return undefined;
    }
  }

  #isOnNetwork(): boolean {
    return this.#memory.get(NV_ON_NETWORK)?.[0] === 1;
  }

  #start(): void {
    const { agenda } = this.#options;
    agenda.after(START_MS / 2, () => this.#tell(0x45, 0xc0, Buffer.from([8])));
    agenda.after(START_MS, () => {
      this.#isRunning = true;
      this.#tell(0x45, 0xc0, Buffer.from([9]));
    });
  }

  #createItem(data: Buffer): Buffer {
    const item = data.readUInt16LE(0);
    if (this.#memory.has(item)) return OK;
    this.#memory.set(item, Buffer.from(data.subarray(5, 5 + data.readUInt8(4))));
    return Buffer.from([0x09]);
  }

  #readItem(item: number, offset: number): Buffer {
    const value = this.#memory.get(item);
    if (value === undefined) return Buffer.from([2, 0]);
    const part = value.subarray(offset);
    return Buffer.concat([Buffer.from([0, part.length]), part]);
  }

  #writeItem(data: Buffer): Buffer {
    const item = data.readUInt16LE(0);
    if (!this.#memory.has(item)) return Buffer.from([0x0a]);
    this.#memory.set(item, Buffer.from(data.subarray(4, 4 + data.readUInt8(3))));
    return OK;
  }

  #register(data: Buffer): number {
    const endpoint = data.readUInt8(0);
    if (this.#endpoints.has(endpoint)) return 0xb8;
    this.#endpoints.set(endpoint, { profile: data.readUInt16LE(1) });
    return 0;
  }

  #transmit(data: Buffer): { readonly data: Buffer; readonly next?: () => void } {
    const toShort = data.readUInt16LE(0);
    const toEndpoint = data.readUInt8(2);
    const fromEndpoint = data.readUInt8(3);
    const cluster = data.readUInt16LE(4);
    const transaction = data.readUInt8(6);
    const payload = Buffer.from(data.subarray(10, 10 + data.readUInt8(9)));
    const registration = this.#endpoints.get(fromEndpoint);
    if (!this.#isRunning) return { data: Buffer.from([0xc2]) };
    if (registration === undefined) return { data: Buffer.from([0x02]) };
    const device = this.devices.find(({ shortAddress }) => shortAddress === toShort);
    const isHeard = device?.isInReach === true;
    const { profile } = registration;
    if (isHeard)
      this.#options.onAir?.({
        fromShort: OWN_SHORT,
        toShort,
        fromEndpoint,
        toEndpoint,
        cluster,
        profile,
        payload,
      });
    const confirm = (status: number) =>
      this.#tell(0x44, 0x80, Buffer.from([status, fromEndpoint, transaction]));
    const deliver = () => {
      confirm(0);
      device?.hear(toEndpoint, cluster, payload);
    };
    const { agenda } = this.#options;
    return {
      data: OK,
      next: () => agenda.after(isHeard ? AIR_MS : 200, isHeard ? deliver : () => confirm(0xe9)),
    };
  }

  #answerAddress(command: number, isIt: (device: AirDevice) => boolean): void {
    const device = this.devices.find((candidate) => isIt(candidate) && candidate.isInReach);
    if (device === undefined) return;
    const short = [device.shortAddress & 0xff, device.shortAddress >> 8];
    const body = Buffer.from([0, ...reversed(device.ieee), ...short, 0, 0]);
    this.#options.agenda.after(AIR_MS, () => this.#tellZdo(command, body));
  }

  #announce(device: AirDevice): void {
    const short = [device.shortAddress & 0xff, device.shortAddress >> 8];
    this.#tellZdo(0xc1, Buffer.from([...short, ...short, ...reversed(device.ieee), 0x8e]));
  }

  /** What other devices answer or announce goes to the host only when its memory says so. */
  #tellZdo(command: number, body: Buffer): void {
    if (this.#passesCallbacks) this.#tell(0x45, command, body);
  }

  #tell(head: number, command: number, data: Buffer): void {
    if (!this.isHung)
      this.#options.write(Buffer.concat([this.garbage, serialiseMt({ head, command, data })]));
  }
}

function matches({ ieee }: AirDevice, data: Buffer): boolean {
  return reversed(data.subarray(0, 8)).equals(ieee);
}

function reversed(bytes: Buffer): Buffer {
  return Buffer.from(bytes).reverse();
}
