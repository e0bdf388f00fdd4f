import { afterEach, expect, it } from 'vitest';
import { createClock, openForReading } from '../../src/compose.ts';
import type { ModbusLine } from '../../src/ports/modbusLine.ts';

let line: ModbusLine | undefined;
afterEach(() => line?.close());

it.each([
  { kind: 'tcp', host: '127.0.0.1', port: 1 } as const,
  { kind: 'serial', path: '/dev/nothing', baudRate: 9600, parity: 'none', stopBits: 1 } as const,
])(
  'on a wire that is opened for looking ($kind) every write is refused before it reaches it',
  async (wire) => {
    line = openForReading(wire, createClock(1));
    for (const functionCode of [5, 6, 15, 16] as const) {
      const write = { unit: 1, functionCode, address: 0, count: 1, values: [0], timeoutMs: 10 };
      const result = await line.request({ ...write, priority: 'narrowing' });
      expect(result).toMatchObject({ ok: false, fault: 'write-refused' });
    }
    expect(line.statistics().requests).toBe(0);
  },
);
