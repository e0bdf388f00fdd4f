interface PerRequest {
  /** How many requests it spoils; open when absent. */
  readonly forRequests?: number;
}

/** What can go wrong with a device. badCrc exists on serial lines only, wrongTransaction on TCP only. */
export type Fault =
  /** Hears nothing and says nothing. */
  | (PerRequest & { readonly kind: 'silence' })
  /** Works, but answers this much later. */
  | (PerRequest & { readonly kind: 'delay'; readonly delayMs: number })
  | (PerRequest & { readonly kind: 'badCrc' })
  | (PerRequest & { readonly kind: 'wrongTransaction' })
  /** The end of the answer is missing. */
  | (PerRequest & { readonly kind: 'shortFrame' })
  /** Refuses without looking at the request. */
  | (PerRequest & { readonly kind: 'exception'; readonly code: number })
  /** Works, but answers under the next unit number. */
  | (PerRequest & { readonly kind: 'wrongUnit' })
  /** Every request repeats the first answer that it got since; writes still take effect. */
  | (PerRequest & { readonly kind: 'frozen' })
  /** Loses its supply once: dark while it boots, then defaults. */
  | { readonly kind: 'reboot' }
  /** The contact behind a relay channel (from 1) stays where it is. */
  | { readonly kind: 'stuckContact'; readonly channel: number }
  /** The contactor of a charge point that changes its phases stays where it is. */
  | { readonly kind: 'stuckPhases' };

export type FaultKind = Fault['kind'];

const PER_REQUEST = [
  'silence',
  'delay',
  'badCrc',
  'wrongTransaction',
  'shortFrame',
  'exception',
  'wrongUnit',
  'frozen',
] as const satisfies readonly FaultKind[];

const LASTING = ['reboot', 'stuckContact', 'stuckPhases'] as const satisfies readonly FaultKind[];

export type FaultParse =
  | { readonly ok: true; readonly fault: Fault }
  | { readonly ok: false; readonly problem: string };

/** Reads a fault as it comes from a command line or a scenario. */
export function parseFault(value: unknown): FaultParse {
  if (typeof value !== 'object' || value === null) return refuse('a fault must be an object with a "kind"');
  const { kind, forRequests, delayMs, code, channel } = value as Record<string, unknown>;
  if (kind === 'reboot' || kind === 'stuckPhases') return { ok: true, fault: { kind } };
  if (kind === 'stuckContact') {
    return isWhole(channel, 1, 8)
      ? { ok: true, fault: { kind, channel } }
      : refuse(`stuckContact needs a "channel" from 1 to 8, found ${JSON.stringify(channel)}`);
  }
  const perRequest = PER_REQUEST.find((known) => known === kind);
  if (perRequest === undefined) {
    const known = [...PER_REQUEST, ...LASTING].join(', ');
    return refuse(`unknown fault ${JSON.stringify(kind)}; known are ${known}`);
  }
  if (forRequests !== undefined && !isWhole(forRequests, 1, Number.MAX_SAFE_INTEGER)) {
    return refuse(`"forRequests" must be a whole number from 1, found ${JSON.stringify(forRequests)}`);
  }
  const count = forRequests === undefined ? {} : { forRequests };
  if (perRequest === 'delay') {
    return isWhole(delayMs, 1, 600_000)
      ? { ok: true, fault: { kind: perRequest, delayMs, ...count } }
      : refuse(`delay needs "delayMs" from 1 to 600000, found ${JSON.stringify(delayMs)}`);
  }
  if (perRequest === 'exception') {
    return isWhole(code, 1, 255)
      ? { ok: true, fault: { kind: perRequest, code, ...count } }
      : refuse(`exception needs a "code" from 1 to 255, found ${JSON.stringify(code)}`);
  }
  return { ok: true, fault: { kind: perRequest, ...count } };
}

function isWhole(value: unknown, least: number, most: number): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most;
}

function refuse(problem: string): FaultParse {
  return { ok: false, problem };
}
