import type { ChargeSocket } from './chargeSocket.ts';
import type { Contact } from './contact.ts';
import type { Firmware, TcpManners } from './devices/firmware.ts';
import { exceptionReply } from './devices/pdu.ts';
import type { Fault, FaultKind } from './faults.ts';

/** An answer on its way out, and what is wrong with it. */
export interface Answer {
  readonly pdu: Buffer;
  /** Unit number that it goes out under. */
  readonly unit: number;
  /** From the end of the request to the first byte of the answer. */
  readonly afterMs: number;
  /** envelope: bad CRC on a serial line, wrong transaction on TCP; short: its end is missing. */
  readonly damage: 'none' | 'envelope' | 'short';
}

export interface InstalledDevice {
  readonly deviceId: string;
  readonly wire: 'tcp' | 'serial';
  readonly firmware: Firmware;
  /** Contactors behind the channels of a relay. */
  readonly contacts?: readonly Contact[];
  /** What a charge point feeds its car through. */
  readonly socket?: ChargeSocket;
  /** Brings the whole house to an instant; returns where it stands, which may already be later. */
  readonly advanceTo: (nowMs: number) => number;
}

interface ActiveFault {
  readonly fault: Fault;
  requestsLeft: number;
}

/** A simulated device where it is installed: its firmware, and what is wrong with it at the moment. */
export class DeviceInPlace {
  readonly deviceId: string;
  /** Requests that reached its terminals. */
  requests = 0;
  readonly #installed: InstalledDevice;
  readonly #faults = new Map<FaultKind, ActiveFault>();
  readonly #frozenAnswers = new Map<string, Buffer>();
  #darkUntilMs = Number.NEGATIVE_INFINITY;

  constructor(installed: InstalledDevice) {
    this.deviceId = installed.deviceId;
    this.#installed = installed;
  }

  get unit(): number {
    return this.#installed.firmware.unit;
  }

  get tcpManners(): TcpManners | undefined {
    return this.#installed.firmware.tcpManners;
  }

  answersTo(unit: number): boolean {
    return unit === this.unit || this.#installed.firmware.furtherUnits?.includes(unit) === true;
  }

  get hearsBroadcast(): boolean {
    return this.#installed.firmware.hearsBroadcast;
  }

  /** @returns why the fault cannot be set, or nothing when it is */
  setFault(fault: Fault, atMs: number): string | undefined {
    const { wire, firmware, contacts, socket, advanceTo } = this.#installed;
    if (fault.kind === 'badCrc' && wire !== 'serial') {
      return `${this.deviceId} is on TCP, which has no CRC: use wrongTransaction`;
    }
    if (fault.kind === 'wrongTransaction' && wire !== 'tcp') {
      return `${this.deviceId} is on a serial line, which has no transactions: use badCrc`;
    }
    const nowMs = advanceTo(atMs);
    if (fault.kind === 'reboot') {
      this.#darkUntilMs = nowMs + firmware.bootMs;
      firmware.powerCycle(nowMs);
      return undefined;
    }
    if (fault.kind === 'stuckContact') {
      const contact = contacts?.[fault.channel - 1];
      if (contact === undefined) return `${this.deviceId} has no contact on channel ${fault.channel}`;
      contact.setStuck(true, nowMs);
      return undefined;
    }
    if (fault.kind === 'stuckPhases') {
      if (socket === undefined) return `${this.deviceId} has no phases to change`;
      socket.setPhasesStuck(true);
      return undefined;
    }
    if (fault.kind === 'frozen') this.#frozenAnswers.clear();
    this.#faults.set(fault.kind, { fault, requestsLeft: fault.forRequests ?? Number.POSITIVE_INFINITY });
    return undefined;
  }

  clearFaults(atMs: number): void {
    const nowMs = this.#installed.advanceTo(atMs);
    this.#faults.clear();
    this.#frozenAnswers.clear();
    for (const contact of this.#installed.contacts ?? []) contact.setStuck(false, nowMs);
    this.#installed.socket?.setPhasesStuck(false);
  }

  /** What goes out on the wire for a request to this device; nothing when it keeps silent. */
  answer(pdu: Buffer, atMs: number, asked = this.unit): Answer | undefined {
    const { firmware, advanceTo } = this.#installed;
    const nowMs = advanceTo(atMs);
    this.requests += 1;
    if (nowMs < this.#darkUntilMs) return undefined;
    const faults = this.#faultsOfThisRequest();
    if (faults.has('silence')) return undefined;
    const delay = faults.get('delay');
    const common = {
      unit: faults.has('wrongUnit') ? (asked + 1) & 0xff : asked,
      afterMs: firmware.turnaroundMs + (delay?.kind === 'delay' ? delay.delayMs : 0),
      damage: faults.has('shortFrame')
        ? 'short'
        : faults.has('badCrc') || faults.has('wrongTransaction')
          ? 'envelope'
          : 'none',
    } as const;
    const exception = faults.get('exception');
    if (exception?.kind === 'exception') {
      return { ...common, pdu: exceptionReply(pdu[0] ?? 0, exception.code) };
    }
    const reply = firmware.respond(pdu, nowMs, asked);
    if (reply === undefined) return undefined;
    return { ...common, pdu: faults.has('frozen') ? this.#freeze(asked, pdu, reply) : reply };
  }

  /** A broadcast is obeyed and never answered. */
  hearBroadcast(pdu: Buffer, atMs: number): void {
    if (!this.hearsBroadcast) return;
    const nowMs = this.#installed.advanceTo(atMs);
    if (nowMs >= this.#darkUntilMs && !this.#faults.has('silence'))
      this.#installed.firmware.respond(pdu, nowMs);
  }

  /**
   * The device without any wire, for a stepped clock: what a careful master accepts in time.
   * Nothing for silence, an answer later than timeoutMs, or one that is damaged or from another unit.
   */
  respond(pdu: Buffer, nowMs: number, timeoutMs = 1_000): Buffer | undefined {
    return this.under(this.unit).respond(pdu, nowMs, timeoutMs);
  }

  /** The same as a master meets it under one of its units. */
  under(unit: number): Pick<DeviceInPlace, 'respond'> {
    return {
      respond: (pdu, nowMs, timeoutMs = 1_000) => {
        const answer = this.answersTo(unit) ? this.answer(pdu, nowMs, unit) : undefined;
        if (answer === undefined || answer.damage !== 'none' || answer.unit !== unit) return undefined;
        return answer.afterMs <= timeoutMs ? answer.pdu : undefined;
      },
    };
  }

  #faultsOfThisRequest(): ReadonlyMap<FaultKind, Fault> {
    const faults = new Map<FaultKind, Fault>();
    for (const [kind, active] of this.#faults) {
      faults.set(kind, active.fault);
      active.requestsLeft -= 1;
      if (active.requestsLeft <= 0) this.#faults.delete(kind);
    }
    return faults;
  }

  #freeze(asked: number, request: Buffer, reply: Buffer): Buffer {
    const key = `${asked} ${request.toString('hex')}`;
    const held = this.#frozenAnswers.get(key) ?? reply;
    this.#frozenAnswers.set(key, held);
    return held;
  }
}
