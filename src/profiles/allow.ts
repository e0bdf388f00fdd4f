import type { FaultCode } from '../domain/faults.ts';
import type { Allowance, ProfileData, WriteFunction } from './profileSchema.ts';

/** A register of the device; within a SunSpec model its address counts from the model's id. */
export interface RegisterPlace {
  readonly model?: readonly number[] | undefined;
  readonly occurrence?: number | undefined;
  readonly address: number;
}

export interface Write extends RegisterPlace {
  readonly functionCode: WriteFunction;
  readonly values: readonly number[];
}

/** A write that the profile's allow-list permits; only `allow` makes one. */
export interface AllowedWrite extends Write {
  readonly allowance: Allowance;
}

export interface Refusal {
  readonly ok: false;
  readonly fault: FaultCode;
  readonly detail: string;
}

export type Encoded = { readonly ok: true; readonly writes: readonly AllowedWrite[] } | Refusal;

/** The gate before the wire: every write passes here, and only what the allow-list names comes through. */
export function allow(data: ProfileData, writes: readonly Write[]): Encoded {
  const allowed: AllowedWrite[] = [];
  for (const write of writes) {
    const allowance = data.writes.find((entry) => isCovered(entry, write));
    if (allowance === undefined) {
      const place = write.model === undefined ? '' : `model ${write.model.join(' or ')}, `;
      const found = `function ${write.functionCode}, ${place}address ${write.address}, value ${write.values.join(' ')}`;
      return refuse(`${found} is not on the allow-list of ${data.maker} ${data.model}`);
    }
    allowed.push({ ...write, allowance });
  }
  return { ok: true, writes: allowed };
}

export function refuse(detail: string): Refusal {
  return { ok: false, fault: 'write-refused', detail };
}

/** Fixed words of the data as writes. */
export function asWrites(
  list: readonly (RegisterPlace & { readonly function: WriteFunction; readonly words: readonly number[] })[],
): Write[] {
  return list.map(({ function: functionCode, words, model, occurrence, address }) => ({
    functionCode,
    model,
    occurrence,
    address,
    values: words,
  }));
}

/** True when both count their addresses from the same place. */
export function isSameModel(a: Omit<RegisterPlace, 'address'>, b: Omit<RegisterPlace, 'address'>): boolean {
  return a.model?.join() === b.model?.join() && (a.occurrence ?? 1) === (b.occurrence ?? 1);
}

function isCovered(entry: Allowance, write: Write): boolean {
  return (
    entry.function === write.functionCode &&
    isSameModel(entry, write) &&
    write.values.length > 0 &&
    write.address >= entry.address &&
    write.address + write.values.length <= entry.address + entry.addresses &&
    write.values.every((value) => entry.values.some((range) => value >= range.from && value <= range.to))
  );
}
