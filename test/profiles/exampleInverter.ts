const I16 = [['0x8000']];
const U16 = [['0xFFFF']];

/** An inverter by SunSpec models 103, 121 and 123, as its file would be; what a test changes is loosely typed. */
export function exampleInverter() {
  return {
    maker: 'Example',
    model: 'Inverter Three',
    kind: 'inverter',
    sources: [{ title: 'SunSpec information models', where: 'models 103, 121 and 123' }],
    confidence: 'one source',
    link: { transport: 'tcp', port: 502, unit: 126 },
    timing: { timeoutMs: 400, silenceMs: 0, readSpacingMs: 0, writeSpacingMs: 0 },
    wordOrder: 'mostSignificantFirst',
    sunSpec: { bases: [40_000, 0, 50_000] },
    fingerprint: [
      { function: 3, model: [1], address: 2, type: 'text', registers: 16, startsWith: 'example' },
    ] as object[],
    requires: [] as object[],
    blocks: {
      measures: {
        function: 3,
        model: [101, 102, 103],
        address: 2,
        count: 17,
        group: 'fast',
        cadenceMs: 1000,
      },
      ratings: { function: 3, model: [121], address: 2, count: 21, group: 'slow', cadenceMs: 2000 },
      controls: { function: 3, model: [123], address: 2, count: 22, group: 'slow', cadenceMs: 2000 },
    } as Record<string, object>,
    points: {
      totalPowerW: {
        is: 'number',
        block: 'measures',
        address: 14,
        type: 'i16',
        unit: 'W',
        scaleFactor: { block: 'measures', address: 15 },
        positive: 'export',
        notAvailable: I16,
        plausible: [-50_000, 50_000],
      },
      ratedPowerW: {
        is: 'number',
        block: 'ratings',
        address: 2,
        type: 'u16',
        unit: 'W',
        scaleFactor: { block: 'ratings', address: 22 },
        notAvailable: U16,
        plausible: [100, 50_000],
      },
      powerLimitW: {
        is: 'number',
        block: 'controls',
        address: 5,
        type: 'u16',
        unit: '%',
        scaleFactor: { block: 'controls', address: 23 },
        shareOf: {
          block: 'ratings',
          address: 2,
          type: 'u16',
          unit: 'W',
          scaleFactor: { block: 'ratings', address: 22 },
        },
        wholeWhen: [{ block: 'controls', address: 9, type: 'u16', is: [0] }],
        plausible: [0, 50_000],
      },
    } as Record<string, object>,
    commands: {
      setPowerLimit: {
        type: 'u16',
        unit: '%',
        scaleFactor: { block: 'controls', address: 23 },
        shareOfPoint: 'ratedPowerW',
        minimumW: 0,
        limited: [{ function: 16, model: [123], address: 5, words: ['limit', 0, 60, 0, 1] }],
        released: [{ function: 6, model: [123], address: 9, words: [0] }],
        lapsesMs: 60_000,
        lapsesTo: 'fullPower',
      },
    } as Record<string, object>,
    writes: [
      {
        function: 16,
        model: [123],
        address: 5,
        addresses: 5,
        values: [{ from: 0, to: 10_000 }],
        wear: 'ram',
        leastSpacingMs: 0,
      },
      {
        function: 6,
        model: [123],
        address: 9,
        values: [{ from: 0, to: 0 }],
        wear: 'ram',
        leastSpacingMs: 0,
      },
    ] as object[],
    neverWrite: [{ model: [123], address: 4, why: 'opens the relay' }] as object[],
    prepare: [] as object[],
    watchdog: {
      fedBy: 'refreshedCommand',
      fallsTo: 'full power when the revert timer is over',
      isSafe: false,
    } as object,
    quirks: ['The limit lapses to full power: set a static export limit in the inverter as well.'],
    vectors: {
      reads: [
        {
          says: 'producing 3456 W of 5000 W, limited to 80 %',
          registers: [
            { block: 'measures', address: 14, words: [3456, 0] },
            { block: 'ratings', address: 2, words: [500] },
            { block: 'ratings', address: 22, words: [1] },
            { block: 'controls', address: 5, words: [8000, 0, 60, 0, 1] },
            { block: 'controls', address: 23, words: ['0xFFFE'] },
          ],
          readings: { totalPowerW: -3456, ratedPowerW: 5000, powerLimitW: 4000 },
        },
      ] as object[],
      writes: [
        {
          says: '1999 W of 5000 W is 39.98 %',
          given: [
            { block: 'ratings', address: 2, words: [500] },
            { block: 'ratings', address: 22, words: [1] },
            { block: 'controls', address: 23, words: ['0xFFFE'] },
          ],
          action: { kind: 'setPowerLimit', powerW: 1999 },
          requests: [{ function: 16, address: 5, values: [3998, 0, 60, 0, 1] }],
        },
        {
          says: 'no limit',
          action: { kind: 'setPowerLimit' },
          requests: [{ function: 6, address: 9, values: [0] }],
        },
      ] as object[],
    },
  };
}
