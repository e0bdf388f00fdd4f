import type { RegisterTable } from '../registerBank.ts';
import { f32, i16, text, u16, u32, u64 } from '../registers.ts';

export interface AlfenStationView {
  readonly hardwareMaximumA: number;
  readonly safeA: number;
  currentA(terminal: number): number;
  nowMs(): number;
  uptimeMs(): number;
}

/**
 * Unit 200 of an Alfen station whose sockets are led one by one: the registers that lead several of them
 * together show that they are not in use, and cannot be written.
 */
export function stationTable(view: AlfenStationView): RegisterTable {
  const inUtc = (read: (now: Date) => number) => i16(() => read(new Date(view.nowMs())));
  const unusedCurrent = f32(() => Number.NaN);
  const unusedTime = u32(() => Number.NaN);
  return {
    100: text(17, () => 'ALF_1000'),
    117: text(5, () => 'Alfen NV'),
    122: i16(() => 1),
    123: text(17, () => '4.10.0-2965'),
    140: text(17, () => 'NG910'),
    157: text(11, () => '00000R000'),
    168: inUtc((now) => now.getUTCFullYear()),
    169: inUtc((now) => now.getUTCMonth() + 1),
    170: inUtc((now) => now.getUTCDate()),
    171: inUtc((now) => now.getUTCHours()),
    172: inUtc((now) => now.getUTCMinutes()),
    173: inUtc((now) => now.getUTCSeconds()),
    174: u64(view.uptimeMs),
    178: i16(() => 0),
    1100: f32(() => view.hardwareMaximumA),
    1102: f32(() => 21.5),
    1104: u16(() => 0),
    1105: u16(() => 1),
    1405: f32(() => view.currentA(0)),
    1407: f32(() => view.currentA(1)),
    1409: f32(() => view.currentA(2)),
    1411: unusedCurrent,
    1413: unusedCurrent,
    1415: unusedCurrent,
    1417: unusedCurrent,
    1419: unusedCurrent,
    1421: unusedCurrent,
    1423: unusedTime,
    1425: unusedTime,
    1427: unusedTime,
    1429: f32(() => view.safeA),
    1431: u16(() => 0),
  };
}
