import { type PackedEntries, packEntries, unpackEntries } from '../domain/packedEntries.ts';
import type { UsageRow } from '../ports/usage.ts';
import type { Gap } from './gap.ts';
import type { HalfHour, Minute } from './minutes.ts';
import type { SecondBlock } from './seconds.ts';
import type { Session } from './session.ts';

/** What a row of each kind holds. */
export type UsageContent =
  | { readonly kind: 'seconds'; readonly block: SecondBlock }
  | { readonly kind: 'minutes'; readonly minutes: readonly Minute[] }
  | { readonly kind: 'halfHour'; readonly halfHour: HalfHour }
  | { readonly kind: 'session'; readonly session: Session }
  | { readonly kind: 'gap'; readonly gap: Gap };

/** The form in which the content is stored: numbers that are alike stand together, as the difference to the one before. */
export function packContent(content: UsageContent): unknown {
  switch (content.kind) {
    case 'seconds': {
      const { from, powersW } = content.block;
      const steps = Object.entries(powersW).map(([channelId, values]) => [channelId, toSteps(values)]);
      return { from, steps: Object.fromEntries(steps) };
    }
    case 'minutes':
      return packEntries(content.minutes);
    case 'halfHour':
      return content.halfHour;
    case 'session':
      return content.session;
    case 'gap':
      return content.gap;
  }
}

/** The check sum of the store vouches for the form. */
export function unpackContent({ kind, body }: Pick<UsageRow, 'kind' | 'body'>): UsageContent {
  switch (kind) {
    case 'seconds': {
      const { from, steps } = body as Pick<SecondBlock, 'from'> & { readonly steps: SecondBlock['powersW'] };
      const powersW = Object.entries(steps).map(([channelId, values]) => [channelId, fromSteps(values)]);
      return { kind, block: { from, powersW: Object.fromEntries(powersW) } };
    }
    case 'minutes':
      return { kind, minutes: unpackEntries(body as PackedEntries) as readonly Minute[] };
    case 'halfHour':
      return { kind, halfHour: body as HalfHour };
    case 'session':
      return { kind, session: body as Session };
    case 'gap':
      return { kind, gap: body as Gap };
  }
}

/** Each known value as the difference to the known one before. */
function toSteps(values: readonly (number | null)[]): readonly (number | null)[] {
  let last = 0;
  return values.map((value) => {
    if (value === null) return null;
    const step = value - last;
    last = value;
    return step;
  });
}

function fromSteps(steps: readonly (number | null)[]): readonly (number | null)[] {
  let last = 0;
  return steps.map((step) => {
    if (step === null) return null;
    last += step;
    return last;
  });
}
