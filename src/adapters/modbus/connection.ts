/** One opened (or opening) port or socket. */
export interface Connection {
  send(bytes: Uint8Array): void;
  /** Lets go of the wire. No event comes after the call. */
  close(): Promise<void>;
}

/** What a connection tells. lost comes at most once, also when it never opened, and is the last. */
export interface ConnectionEvents {
  opened(): void;
  received(bytes: Uint8Array): void;
  /** A sentence that says where, what was found and what to do. */
  lost(detail: string): void;
}

/** Begins to connect and returns at once; always a new port or socket. */
export type Connect = (events: ConnectionEvents) => Connection;
