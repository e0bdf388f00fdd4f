import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** A device that no source file knows: registers low word first, a set-point that wears, fall-back that wears. */
export function exampleProfile() {
  return {
    maker: 'Example',
    model: 'Charger One',
    kind: 'chargePoint',
    sources: [{ title: 'Example register list', edition: '1.0', where: 'page 1' }],
    confidence: 'one source',
    link: { transport: 'tcp', port: 502, unit: 1 },
    timing: { timeoutMs: 400, silenceMs: 0, readSpacingMs: 0, writeSpacingMs: 0 },
    wordOrder: 'leastSignificantFirst',
    fingerprint: [
      { function: 3, address: 30, type: 'text', registers: 4, startsWith: 'example' },
    ] as object[],
    blocks: {
      measures: { function: 3, address: '0x0010', count: 6, group: 'fast', cadenceMs: 1000 },
      state: { function: 3, address: 40, count: 1, group: 'slow', cadenceMs: 2000 },
      settings: { function: 3, address: 100, count: 3, group: 'slow', cadenceMs: 5000 },
    },
    points: {
      'phaseCurrentA.L1': {
        is: 'number',
        block: 'measures',
        address: 16,
        type: 'i32',
        unit: 'mA',
        positive: 'export',
        notAvailable: [[9999, 0]],
        plausible: [-100, 100],
      },
      totalEnergyWh: {
        is: 'number',
        block: 'measures',
        address: 18,
        type: 'u64',
        unit: '10 Ws',
        plausible: [0, 1e12],
      },
      chargingState: {
        is: 'rules',
        inputs: { state: { block: 'state', address: 40, type: 'u16' } },
        rules: [
          { when: { state: { is: [1] } }, becomes: 'A' },
          { when: { state: { is: [2] } }, becomes: 'C' },
        ],
      },
      setpointA: {
        is: 'number',
        block: 'settings',
        address: 100,
        type: 'u16',
        unit: '0.1 A',
        plausible: [0, 80],
      },
      fallbackCurrentA: {
        is: 'number',
        block: 'settings',
        address: 101,
        type: 'u16',
        unit: '0.1 A',
        plausible: [0, 80],
      },
      fallbackTimeoutMs: {
        is: 'number',
        block: 'settings',
        address: 102,
        type: 'u16',
        unit: 's',
        plausible: [0, 600_000],
      },
    } as Record<string, object>,
    commands: {
      setChargeCurrent: {
        function: 16,
        address: 100,
        unit: '0.1 A',
        minimumA: 6,
        maximumA: 16,
        stepA: 0.5,
        zeroMeans: 'paused',
      },
    } as Record<string, object>,
    writes: [
      {
        function: 16,
        address: 100,
        values: [
          { from: 0, to: 0 },
          { from: 60, to: 160 },
        ],
        wear: 'kept',
        leastSpacingMs: 10_000,
        dailyBudget: 3,
      },
      {
        function: 16,
        address: 101,
        values: [
          { from: 0, to: 0 },
          { from: 60, to: 160 },
        ],
        wear: 'kept',
        leastSpacingMs: 0,
        dailyBudget: 10,
      },
      {
        function: 16,
        address: 102,
        values: [{ from: 5, to: 600 }],
        wear: 'kept',
        leastSpacingMs: 0,
        dailyBudget: 10,
      },
    ] as Record<string, unknown>[],
    neverWrite: [{ address: 200, why: 'resets the device' }],
    prepare: [] as object[],
    fallback: {
      current: {
        function: 16,
        address: 101,
        unit: '0.1 A',
        minimumA: 6,
        maximumA: 16,
        zeroMeans: 'stopsCharging',
      },
      timeout: {
        function: 16,
        address: 102,
        unit: 's',
        minimumMs: 5000,
        maximumMs: 600_000,
        zeroMeans: 'off',
      },
    },
    watchdog: { fedBy: 'anyFrame', fallsTo: 'the fall-back current', isSafe: true },
    quirks: ['It exists in a test only.'],
    vectors: {
      reads: [
        {
          says: 'exporting 2 A, 5 Wh in all',
          registers: [{ block: 'measures', address: 16, words: [2000, 0, 1800, 0, 0, 0] }],
          readings: { 'phaseCurrentA.L1': -2, totalEnergyWh: 5 },
        },
        {
          says: 'the mark for "not available", low word first',
          registers: [{ block: 'measures', address: 16, words: [9999, 0] }],
          readings: { 'phaseCurrentA.L1': 'unknown' },
        },
        {
          says: 'charging',
          registers: [{ block: 'state', address: 40, words: [2] }],
          readings: { chargingState: 'C' },
        },
        {
          says: 'settings',
          registers: [{ block: 'settings', address: 100, words: [100, 60, 30] }],
          readings: { setpointA: 10, fallbackCurrentA: 6, fallbackTimeoutMs: 30_000 },
        },
      ] as object[],
      writes: [
        {
          says: 'down to half an ampere',
          action: { kind: 'setChargeCurrent', currentA: 10.9 },
          requests: [{ function: 16, address: 100, values: [105] }],
        },
        {
          says: '6 A after 30 s',
          action: { kind: 'secureFallback', currentA: 6, timeoutMs: 30_000 },
          requests: [
            { function: 16, address: 101, values: [60] },
            { function: 16, address: 102, values: [30] },
          ],
        },
      ] as object[],
    },
  };
}

/** A directory with these files until the test ends; a text is written as it is, all else as JSON. */
export function profileDirectory(files: Readonly<Record<string, unknown>>): string {
  const directory = mkdtempSync(join(tmpdir(), 'profiles-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  for (const [name, content] of Object.entries(files)) {
    writeFileSync(join(directory, name), typeof content === 'string' ? content : JSON.stringify(content));
  }
  return directory;
}
