import type { Problem } from '../../contract/desk.ts';
import type { Hindrance, Person } from './fourEyes.ts';
import type { NoticeRecord } from './record.ts';

/** Who acts, and from which address. */
export interface Actor {
  readonly person: Person;
  readonly from: string;
}

export type Outcome<T = NoticeRecord> =
  | { readonly ok: true; readonly value: T }
  | {
      readonly ok: false;
      readonly code: Hindrance['code'] | 'notFound' | 'signerUnavailable';
      readonly sentence: string;
      readonly problems?: readonly Problem[];
    };
