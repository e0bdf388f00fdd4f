import type { DomainEvent } from '../../src/domain/event.ts';
import type { Conditions, EventMeant } from './conditionSchema.ts';
import { doubtsAboutRelease } from './judgeRelease.ts';
import type { Observation } from './observation.ts';

/** What only an interval as a whole can show. Nothing when none of it is expected. */
export function doubtsOverTime(
  { heldUntilRelease, eventsInOrder, neverAbove }: Conditions,
  observations: readonly Observation[],
): readonly string[] | undefined {
  if ((heldUntilRelease ?? eventsInOrder ?? neverAbove) === undefined) return undefined;
  return [
    ...(heldUntilRelease === undefined ? [] : doubtsAboutRelease(heldUntilRelease, observations)),
    ...(eventsInOrder === undefined ? [] : doubtsAboutOrder(eventsInOrder, observations)),
    ...(neverAbove === undefined ? [] : doubtsAboutExcess(neverAbove, observations)),
  ];
}

/** Every field that is given is as it is given. */
export function isEventMeant(meant: EventMeant, event: DomainEvent): boolean {
  if (typeof meant === 'string') return event.kind === meant;
  return Object.entries(meant).every(([field, value]) => Reflect.get(event, field) === value);
}

/** Each comes after the one before it; others may come in between. */
function doubtsAboutOrder(
  meant: readonly EventMeant[],
  observations: readonly Observation[],
): readonly string[] {
  const events = observations.flatMap((observation) => observation.events);
  let next = 0;
  for (const event of events) {
    const wanted = meant[next];
    if (wanted !== undefined && isEventMeant(wanted, event)) next += 1;
  }
  const missing = meant[next];
  if (missing === undefined) return [];
  const before = meant[next - 1];
  const after = before === undefined ? '' : ` after ${JSON.stringify(before)}`;
  return [
    `no event ${JSON.stringify(missing)} came${after}, only ${events.map(({ kind }) => kind).join(', ')}`,
  ];
}

/** A flow that is above at two looks in a row has been above between them. */
function doubtsAboutExcess(
  { flow, ceilingA, longerThanS }: NonNullable<Conditions['neverAbove']>,
  observations: readonly Observation[],
): readonly string[] {
  let sinceS: number | undefined;
  for (const observation of observations) {
    const { atS } = observation;
    if (observation[flow] <= ceilingA) sinceS = undefined;
    else sinceS ??= atS;
    if (sinceS === undefined || atS - sinceS <= longerThanS) continue;
    return [`${flow} is above ${ceilingA} from ${sinceS.toFixed(1)} s to ${atS.toFixed(1)} s and longer`];
  }
  return [];
}
