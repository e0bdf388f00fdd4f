import type { Truth } from '../../../src/cli/demo/simulatedHome.ts';

const calm = { secondsAbove: 0, longestExcursionS: 0, longestAvoidableExcursionS: 0 };

export const EXAMPLE_TRUTH: Truth = {
  kind: 'truth',
  at: '2006-12-23T17:26:28.041Z',
  simulatedSeconds: 28.04,
  phases: [
    { cutOutA: 47.37, cutOutW: 11_330 },
    { cutOutA: 8.04, cutOutW: -1_850 },
  ],
  chargePoints: {
    'charge-point': { pilotA: 32, carA: 31.9, socPercent: 45.4, isFailSafe: false },
    second: { pilotA: 0, carA: 0, socPercent: 80, isFailSafe: true },
  },
  switches: { waterHeater: 'open', generator: 'closed' },
  ceilings: {
    import: {
      phases: [
        { secondsAbove: 4.26, longestExcursionS: 3.1, longestAvoidableExcursionS: 2.04 },
        { secondsAbove: 7, longestExcursionS: 2, longestAvoidableExcursionS: 0 },
      ],
    },
    export: { phases: [calm, { secondsAbove: 1, longestExcursionS: 5, longestAvoidableExcursionS: 5 }] },
  },
  energyWh: { cars: 46.949 },
};
