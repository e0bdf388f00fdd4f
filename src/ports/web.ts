/** A request as it came in, its body read to the end. */
export interface WebRequest {
  readonly method: string;
  /** Without the query, for example `/api/areas`. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Names in small letters. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string;
  /** Address of the other side. */
  readonly from: string;
}

/** The way to somebody who listens for as long as the connection holds. */
export interface WebStream {
  /** @returns false while the other side reads too slowly: nothing more should be written until it does */
  write(text: string): boolean;
  end(): void;
}

export interface WebAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
}

/** An answer that goes on. `open` is called once the head is sent, and returns what to do when the connection ends. */
export interface WebStreamAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly open: (stream: WebStream) => () => void;
}

/** Answers every request; never rejects. */
export type WebHandler = (request: WebRequest) => Promise<WebAnswer | WebStreamAnswer>;
