import { createProfileDevice } from '../../src/adapters/modbus/profileDevice.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { Device } from '../../src/ports/device.ts';
import type { LineStatistics, ModbusLine, ModbusRequest, ModbusResult } from '../../src/ports/modbusLine.ts';
import { loadProfiles } from '../../src/profiles/loadProfiles.ts';
import { compileProfile, type Profile } from '../../src/profiles/profile.ts';
import { RecordingLog } from './recordingLog.ts';

/** The wire that everything is measured on. */
export const BUSY_WIRE = { baudRate: 9600, bitsPerCharacter: 10, parity: 'none', stopBits: 1 } as const;

/** Two meters, a charge point and a relay board, with the turnaround of the simulated ones. */
export const BUSY_UNITS = [
  { unit: 1, profileId: 'eastron-sdm630', turnaroundMs: 20 },
  { unit: 2, profileId: 'eastron-sdm230', turnaroundMs: 20 },
  { unit: 3, profileId: 'heidelberg-energy-control', turnaroundMs: 25 },
  { unit: 4, profileId: 'waveshare-relay-8', turnaroundMs: 10 },
] as const;

export const CHARGE_POINT_UNIT = 3;
const SETPOINT_REGISTER = 261;

export interface Exchange {
  readonly request: ModbusRequest;
  readonly askedAtMs: number;
  readonly endedAtMs: number;
  readonly isAnswered: boolean;
}

/** Notes what is asked of a line, and when it ended. */
export class NotedLine implements ModbusLine {
  readonly exchanges: Exchange[] = [];
  readonly #line: ModbusLine;
  readonly #clock: Clock;

  constructor(line: ModbusLine, clock: Clock) {
    this.#line = line;
    this.#clock = clock;
  }

  async request(request: ModbusRequest): Promise<ModbusResult> {
    const askedAtMs = this.#clock.runningMs();
    const result = await this.#line.request(request);
    const endedAtMs = this.#clock.runningMs();
    this.exchanges.push({ request, askedAtMs, endedAtMs, isAnswered: result.ok });
    return result;
  }

  isOpen(): boolean {
    return this.#line.isOpen();
  }

  statistics(): LineStatistics {
    return this.#line.statistics();
  }

  close(): Promise<void> {
    return this.#line.close();
  }
}

/** The shipped profiles of the four units; with a factor their blocks are wanted so many times as often. */
export function busyProfiles(timesAsOften = 1): Map<number, Profile> {
  const { profiles } = loadProfiles(new URL('../../drivers', import.meta.url).pathname);
  return new Map(
    BUSY_UNITS.map(({ unit, profileId }) => {
      const profile = profiles.get(profileId);
      if (profile === undefined) throw new Error(`no profile ${profileId}`);
      const blocks = Object.fromEntries(
        Object.entries(profile.data.blocks).map(([name, block]) => [
          name,
          { ...block, cadenceMs: block.cadenceMs / timesAsOften },
        ]),
      );
      return [unit, compileProfile(profileId, { ...profile.data, blocks })];
    }),
  );
}

export function busyDevices(
  line: ModbusLine,
  clock: Clock,
  profiles: ReadonlyMap<number, Profile>,
): Device[] {
  return [...profiles].map(([unit, profile]) =>
    createProfileDevice({ deviceId: profile.id, profile, unit, line, clock, log: new RecordingLog() }),
  );
}

export function narrowingWrite(timeoutMs: number, silenceMs: number): ModbusRequest {
  const place = { unit: CHARGE_POINT_UNIT, functionCode: 6, address: SETPOINT_REGISTER } as const;
  return { ...place, count: 1, values: [60], priority: 'narrowing', timeoutMs, silenceMs };
}

/** Characters of a request and of its answer on a serial line, addressing and checksum included. */
function charactersOf({ functionCode, count }: ModbusRequest): number {
  if (functionCode <= 4) return 8 + 5 + (functionCode <= 2 ? Math.ceil(count / 8) : count * 2);
  return functionCode <= 6 ? 8 + 8 : 9 + (functionCode === 15 ? Math.ceil(count / 8) : count * 2) + 8;
}

/**
 * The least time that the wire allows for a request: the characters of both frames, the device's own turnaround, and the
 * silence before it that the protocol or the maker wants.
 * @param hearingMs what the device needs to notice the end of a request, where that is not in its turnaround
 */
export function leastTimeMs(request: ModbusRequest, hearingMs = 0): number {
  const characterMs = (BUSY_WIRE.bitsPerCharacter * 1000) / BUSY_WIRE.baudRate;
  const turnaroundMs = BUSY_UNITS.find(({ unit }) => unit === request.unit)?.turnaroundMs ?? 0;
  const silenceMs = Math.max(3.5 * characterMs, request.silenceMs ?? 0);
  return silenceMs + charactersOf(request) * characterMs + hearingMs + turnaroundMs;
}

/** Mean time between two answers of the block of a unit that is read most often. */
export function cadenceMs(exchanges: readonly Exchange[], unit: number): number {
  const byBlock = new Map<string, number[]>();
  for (const { request, endedAtMs, isAnswered } of exchanges) {
    if (request.unit !== unit || !isAnswered) continue;
    const block = `${request.functionCode}/${request.address}`;
    byBlock.set(block, [...(byBlock.get(block) ?? []), endedAtMs]);
  }
  const means = [...byBlock.values()].map(
    (ends) => ((ends.at(-1) ?? 0) - (ends[0] ?? 0)) / Math.max(1, ends.length - 1),
  );
  return Math.min(...means.filter((meanMs) => meanMs > 0));
}
