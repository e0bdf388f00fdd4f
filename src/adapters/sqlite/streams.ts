import type { StreamName } from '../../ports/store.ts';

/** What the tables hold for each stream; rows are sent in this order. Numbers that were released keep their meaning. */
export const PLACES: Readonly<Record<StreamName, number>> = {
  receipts: -1,
  events: 0,
  status: 1,
  telemetry: 2,
};

/** By their place, in the order of sending. */
export const STREAMS = new Map(
  Object.entries(PLACES)
    .sort(([, first], [, second]) => first - second)
    .map(([stream, place]) => [place, stream as StreamName]),
);
