export type PublishResult =
  | { readonly ok: true }
  | { readonly ok: false; readonly cause: 'offline' | 'refused' | 'timeout'; readonly detail: string };

export interface BusMessage {
  readonly topic: string;
  readonly payload: Uint8Array;
  /** True when the broker had kept it for whoever comes later; absent otherwise. */
  readonly isRetained?: boolean;
}

/** Goes beside the payload for whoever looks on at the broker (MQTT 5). Nobody decides by it. */
export interface MessageLabel {
  readonly contentType: string;
  /** As the message itself names it. */
  readonly schema: string;
}

export interface PublishOptions {
  readonly retain?: boolean;
  /** The broker throws the message away when it could not hand it on for this long; MQTT 3.1.1 keeps it. Absent: never. */
  readonly expiryS?: number;
  readonly label?: MessageLabel;
}

/** The way to the back office. The control cycle never waits for it. */
export interface Bus {
  isConnected(): boolean;
  /** Resolves ok only after the broker's acknowledgement (QoS 1). Never queues while offline: the outbox does. */
  publish(topic: string, payload: string, options?: PublishOptions): Promise<PublishResult>;
  /**
   * A topic, or a topic filter with `+` and `#`, also as a shared subscription (`$share/<group>/<filter>`). A message goes to one
   * handler: that of its very topic before that of a filter. It is acknowledged to the broker after the handler has resolved.
   */
  subscribe(topic: string, handle: (message: BusMessage) => Promise<void>): void;
  /** Called at every change of the connection, and once at once. Returns how to stop. */
  onConnection(listener: (isConnected: boolean) => void): () => void;
  close(): Promise<void>;
}
