import type { StreamKey, StreamStand } from './rules.ts';

/** A record that came, until a manifest has vouched for it. Only its hash is kept: what it tells is used and forgotten. */
export interface ReceivedHash extends StreamKey {
  readonly sequence: number;
  readonly bodySha256: string;
}

/** Where the stand of the streams is kept. Every call is one transaction, or a part of the one that is open. */
export interface UsageStore {
  stands(): readonly StreamStand[];
  /** What a manifest has vouched for is forgotten record by record. */
  saveStands(stands: readonly StreamStand[], received: readonly ReceivedHash[]): void;
  /** Of [from, until], in order. */
  hashesOf(
    key: StreamKey,
    from: number,
    until: number,
  ): readonly { readonly sequence: number; readonly sha256: string }[];
}
