import type { SerialSetting } from './wire.ts';

/** The settings that makers ship, the common ones first. */
export const COMMON_SETTINGS: readonly SerialSetting[] = [
  { baudRate: 9_600, parity: 'none', stopBits: 1 },
  { baudRate: 19_200, parity: 'even', stopBits: 1 },
  { baudRate: 9_600, parity: 'even', stopBits: 1 },
  { baudRate: 19_200, parity: 'none', stopBits: 1 },
  { baudRate: 2_400, parity: 'none', stopBits: 1 },
  { baudRate: 115_200, parity: 'none', stopBits: 1 },
  { baudRate: 57_600, parity: 'none', stopBits: 2 },
  { baudRate: 9_600, parity: 'none', stopBits: 2 },
  { baudRate: 38_400, parity: 'none', stopBits: 1 },
];

export interface AskedSettings {
  readonly baudRates?: readonly number[];
  readonly parities?: readonly SerialSetting['parity'][];
  readonly stopBits?: readonly SerialSetting['stopBits'][];
}

/**
 * All combinations of what was asked for; what was left open is filled with everything that occurs among the common
 * settings. The common ones come first, in their order. Nothing asked for: the common ones alone.
 */
export function chooseSettings({ baudRates, parities, stopBits }: AskedSettings): readonly SerialSetting[] {
  if (baudRates === undefined && parities === undefined && stopBits === undefined) return COMMON_SETTINGS;
  const occurring = <K extends keyof SerialSetting>(key: K): readonly SerialSetting[K][] => [
    ...new Set(COMMON_SETTINGS.map((setting) => setting[key])),
  ];
  const combinations = (baudRates ?? occurring('baudRate')).flatMap((baudRate) =>
    (parities ?? ['none', 'even', 'odd']).flatMap((parity) =>
      (stopBits ?? [1, 2]).map((bits): SerialSetting => ({ baudRate, parity, stopBits: bits })),
    ),
  );
  const rank = (setting: SerialSetting): number => {
    const place = COMMON_SETTINGS.findIndex((common) => isSameSetting(common, setting));
    return place === -1 ? COMMON_SETTINGS.length : place;
  };
  return combinations.toSorted((one, other) => rank(one) - rank(other));
}

export function isSameSetting(one: SerialSetting, other: SerialSetting): boolean {
  return one.baudRate === other.baudRate && one.parity === other.parity && one.stopBits === other.stopBits;
}
