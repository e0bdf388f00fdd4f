import type { Profile } from '../profiles/profile.ts';
import { isSameSetting } from './serialSettings.ts';
import type { Wire } from './wire.ts';

export type Link = Profile['data']['link'];

/** Every way in which a profile can be reached. */
export function linksOf({ data }: Profile): readonly Link[] {
  return [data.link, ...(data.otherLinks ?? [])];
}

/** Whether the maker ships a device just so. */
export function isShipped(link: Link, wire: Wire, unit: number): boolean {
  if (link.unit !== unit) return false;
  if (link.transport === 'tcp') return wire.kind === 'tcp' && link.port === wire.port;
  return wire.kind === 'serial' && isSameSetting(link, wire);
}

export function isOfKind({ transport }: Link, { kind }: Wire): boolean {
  return (transport === 'tcp') === (kind === 'tcp');
}
