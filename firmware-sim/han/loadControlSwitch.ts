import { Contact } from '../contact.ts';
import { EventTable, type TableEntry } from './eventTable.ts';

export interface SwitchSpec {
  readonly endpoint: number;
  /** Bits by the Smart Energy specification: 0x0004 water heater, 0x0080 simple load, 0x0400 electric vehicle. */
  readonly deviceClass: number;
  readonly group?: number;
  readonly startRandomMinutes?: number;
  readonly durationRandomMinutes?: number;
  readonly tableSize?: number;
  readonly isOlderStack?: boolean;
  /** 0 to below 1; where a random number is wanted. */
  readonly random?: () => number;
}

const EPOCH_MS = Date.UTC(2000, 0, 1);
const SETTLES_AFTER_RESTART_MS = 500;
const CLUSTER_FRAME = 0x01;
const FROM_SERVER = 0x08;
const NO_DEFAULT_RESPONSE = 0x10;
const MALFORMED = 0x80;
const UNSUPPORTED_ATTRIBUTE = 0x86;
const UNSUPPORTED_COMMAND = 0x81;

/**
 * The load control client of one endpoint, with its contact. Speaks payloads of cluster 0x0701. It knows the time by itself.
 * A power cut loses its events and closes the contact; half a second later it asks for the events in force.
 */
export class LoadControlSwitch {
  readonly endpoint: number;
  readonly contact = new Contact();
  readonly #spec: SwitchSpec;
  readonly #table: EventTable;
  #send: (payload: Buffer) => void = () => undefined;
  #sequence = 0;
  #nowMs: number;
  #asksAtMs = Number.POSITIVE_INFINITY;
  /** Events for other device classes or groups, which get no answer. */
  ignoredEvents = 0;
  /** Status octets of all reports, in order. */
  readonly reported: number[] = [];
  /** Its next reports are lost on the air. */
  reportsToLose = 0;

  constructor(spec: SwitchSpec, nowMs: number) {
    this.endpoint = spec.endpoint;
    this.#spec = spec;
    this.#nowMs = nowMs;
    this.#table = new EventTable({
      size: spec.tableSize ?? 3,
      isOlderStack: spec.isOlderStack ?? false,
      report: (status, entry) => this.#report(status, entry),
    });
    this.contact.setCoil(true, nowMs);
    this.contact.advanceTo(Number.MAX_SAFE_INTEGER);
  }

  connect(send: (payload: Buffer) => void): void {
    this.#send = send;
  }

  get events(): number {
    return this.#table.size;
  }

  advanceTo(nowMs: number): void {
    this.#nowMs = nowMs;
    this.#table.tick(this.#nowS());
    if (nowMs >= this.#asksAtMs) {
      this.#asksAtMs = Number.POSITIVE_INFINITY;
      const body = Buffer.alloc(5);
      body.writeUInt32LE(this.#nowS(), 0);
      this.#say(CLUSTER_FRAME, this.#nextSequence(), 0x01, body);
    }
    this.contact.setCoil(!this.#table.isShedding(), nowMs);
    this.contact.advanceTo(nowMs);
  }

  /** The boost button: the load is on although an event says otherwise. */
  pressBoost(isOn: boolean): void {
    this.#table.choose(!isOn);
    this.advanceTo(this.#nowMs);
  }

  restart(): void {
    this.#table.clear();
    this.#asksAtMs = this.#nowMs + SETTLES_AFTER_RESTART_MS;
    this.advanceTo(this.#nowMs);
  }

  receive(payload: Buffer): void {
    if (payload.length < 3) return;
    const control = payload.readUInt8(0);
    const sequence = payload.readUInt8(1);
    const command = payload.readUInt8(2);
    const body = payload.subarray(3);
    if ((control & FROM_SERVER) === 0) return;
    const problem =
      (control & 0x03) === CLUSTER_FRAME
        ? this.#obey(command, sequence, body)
        : this.#answerGlobal(command, sequence, body);
    const isWanted = (control & NO_DEFAULT_RESPONSE) === 0;
    if (problem !== undefined && (problem !== 0 || isWanted)) {
      this.#say(0, sequence, 0x0b, Buffer.from([command, problem]));
    }
    this.advanceTo(this.#nowMs);
  }

  /** The status of a default response; nothing where another answer comes, or none. */
  #obey(command: number, sequence: number, body: Buffer): number | undefined {
    switch (command) {
      case 0x00:
        if (body.length < 23) return MALFORMED;
        this.#sequence = sequence;
        this.#schedule(body);
        return undefined;
      case 0x01:
        if (body.length < 12) return MALFORMED;
        if (!this.#isAddressed(body.readUInt16LE(4), body.readUInt8(6))) return undefined;
        this.#table.cancel(body.readUInt32LE(0), body.readUInt8(7), body.readUInt32LE(8), this.#nowS());
        return undefined;
      case 0x02:
        if (body.length < 1) return MALFORMED;
        return this.#table.cancelAll(body.readUInt8(0), this.#nowS()) ? undefined : 0;
      default:
        return UNSUPPORTED_COMMAND;
    }
  }

  #schedule(body: Buffer): void {
    const deviceClass = body.readUInt16LE(4);
    const group = body.readUInt8(6);
    if (!this.#isAddressed(deviceClass, group)) {
      this.ignoredEvents++;
      return;
    }
    const { random = Math.random, startRandomMinutes = 0, durationRandomMinutes = 0 } = this.#spec;
    const control = body.readUInt8(22);
    const startS = body.readUInt32LE(7);
    const entry: TableEntry = {
      eventId: body.readUInt32LE(0),
      deviceClass,
      group,
      startS: startS === 0 ? this.#nowS() : startS,
      durationMinutes: body.readUInt16LE(11),
      criticality: body.readUInt8(13),
      loadAdjustment: body.readInt8(20),
      dutyCycle: body.readUInt8(21),
      control,
      startRandomS: (control & 1) === 0 ? 0 : Math.floor(random() * startRandomMinutes * 60),
      durationRandomS: (control & 2) === 0 ? 0 : Math.floor(random() * durationRandomMinutes * 60),
      phase: 'scheduled',
      leavesAtS: 0,
      wasStarted: false,
      takesPart: true,
      hasChangedMind: false,
    };
    this.#table.add(entry, this.#nowS());
  }

  #isAddressed(deviceClass: number, group: number): boolean {
    const own = this.#spec;
    return (deviceClass & own.deviceClass) !== 0 && (group === 0 || group === (own.group ?? 0));
  }

  #answerGlobal(command: number, sequence: number, body: Buffer): number | undefined {
    if (command === 0x0b) return undefined;
    if (command !== 0x00) return UNSUPPORTED_COMMAND;
    const records: Buffer[] = [];
    for (let at = 0; at + 1 < body.length; at += 2) records.push(this.#readAttribute(body.readUInt16LE(at)));
    this.#say(0, sequence, 0x01, Buffer.concat(records));
    return undefined;
  }

  #readAttribute(attribute: number): Buffer {
    const { group = 0, startRandomMinutes = 0, durationRandomMinutes = 0, deviceClass } = this.#spec;
    const octet = [group, startRandomMinutes, durationRandomMinutes][attribute];
    const head = [attribute & 0xff, attribute >> 8];
    if (octet !== undefined) return Buffer.from([...head, 0, 0x20, octet]);
    if (attribute === 3) return Buffer.from([...head, 0, 0x21, deviceClass & 0xff, deviceClass >> 8]);
    return Buffer.from([...head, UNSUPPORTED_ATTRIBUTE]);
  }

  #report(status: number, entry: Pick<TableEntry, 'eventId'> & Partial<TableEntry>): void {
    this.reported.push(status);
    const body = Buffer.alloc(18);
    body.writeUInt32LE(entry.eventId, 0);
    body.writeUInt8(status, 4);
    body.writeUInt32LE(this.#nowS(), 5);
    body.writeUInt8(entry.criticality ?? 0, 9);
    body.writeUInt16LE(0x8000, 10);
    body.writeUInt16LE(0x8000, 12);
    body.writeInt8(entry.loadAdjustment ?? -128, 14);
    body.writeUInt8(entry.dutyCycle ?? 0xff, 15);
    body.writeUInt8(entry.control ?? 0, 16);
    if (this.reportsToLose > 0) this.reportsToLose--;
    else this.#say(CLUSTER_FRAME, this.#nextSequence(), 0x00, body);
  }

  #say(control: number, sequence: number, command: number, body: Buffer): void {
    this.#send(Buffer.concat([Buffer.from([control, sequence, command]), body]));
  }

  #nextSequence(): number {
    this.#sequence = (this.#sequence + 1) % 256;
    return this.#sequence;
  }

  #nowS(): number {
    return Math.floor((this.#nowMs - EPOCH_MS) / 1000);
  }
}
