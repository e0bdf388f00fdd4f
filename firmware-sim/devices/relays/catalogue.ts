import type { Firmware } from '../firmware.ts';
import { createIsma6ro } from './isma6ro.ts';
import { Outputs } from './outputs.ts';
import type { RelayPlace } from './relayPlace.ts';
import { createShellyPro3em } from './shellyPro3em.ts';
import { createWaveshareIo8 } from './waveshareIo8.ts';
import { WaveshareRelay8 } from './waveshareRelay8.ts';
import { createWirenBoardMr6c } from './wirenBoardMr6c.ts';

export interface RelayEntry {
  readonly defaultUnit: number;
  /** Wire that it is made for. */
  readonly transport: 'tcp' | 'rtu' | 'either';
  readonly outputs: number;
  readonly inputs: number;
  build(place: RelayPlace): Firmware;
}

/** Relay boards that can stand in the house, by model. */
export const RELAYS: Readonly<Record<string, RelayEntry>> = {
  'waveshare-relay-8': {
    defaultUnit: 1,
    transport: 'rtu',
    outputs: 8,
    inputs: 0,
    build: ({ unit, contacts }) => new WaveshareRelay8(unit, new Outputs(8, contacts).contacts),
  },
  'isma-6ro': { defaultUnit: 1, transport: 'rtu', outputs: 6, inputs: 0, build: createIsma6ro },
  'wiren-board-mr6c': {
    defaultUnit: 1,
    transport: 'rtu',
    outputs: 6,
    inputs: 8,
    build: createWirenBoardMr6c,
  },
  'shelly-pro-3em': { defaultUnit: 1, transport: 'tcp', outputs: 1, inputs: 0, build: createShellyPro3em },
  'waveshare-io-8': { defaultUnit: 1, transport: 'either', outputs: 8, inputs: 8, build: createWaveshareIo8 },
};
