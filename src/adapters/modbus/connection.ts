/** One opened (or opening) port or socket. */
export interface Connection {
  send(bytes: Uint8Array): void;
  /** Lets go of the wire; resolves when it is free for another. No event comes after the call. */
  close(): Promise<void>;
}

/** Why a connection is no more. */
export interface Loss {
  /** A sentence that says where, what was found and what to do. */
  readonly detail: string;
  /** The other side ended it, as many devices do with a session that they find idle. */
  readonly isByPeer: boolean;
}

/** What a connection tells. lost comes at most once, also when it never opened, and is the last. */
export interface ConnectionEvents {
  opened(): void;
  received(bytes: Uint8Array): void;
  lost(loss: Loss): void;
}

/** Begins to connect and returns at once; always a new port or socket. */
export type Connect = (events: ConnectionEvents) => Connection;
