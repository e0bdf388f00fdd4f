import type { Bus, PublishResult } from '../../src/ports/bus.ts';

export interface Delivered {
  readonly outboxId: string;
  readonly stream: string;
  readonly sequence: number;
  readonly payload: string;
}

/** A broker that can be gone, lose acknowledgements, and lose what it has acknowledged. */
export class LossyBroker {
  onDelivery: (message: Delivered) => void = () => undefined;
  /** Every so many messages the acknowledgement is lost; 0: never. */
  losesAcknowledgementEvery = 0;
  /** Every so many messages what was acknowledged does not arrive; 0: never. */
  losesMessageEvery = 0;
  published = 0;
  #isThere = false;
  readonly #listeners = new Set<(isConnected: boolean) => void>();

  setThere(isThere: boolean): void {
    this.#isThere = isThere;
    for (const listener of [...this.#listeners]) listener(isThere);
  }

  /** A way to it for one life of a gateway. */
  connect(): Pick<Bus, 'isConnected' | 'publish' | 'onConnection'> & { cut(): void } {
    let isCut = false;
    const own = new Set<(isConnected: boolean) => void>();
    return {
      isConnected: () => this.#isThere && !isCut,
      publish: async (_topic, payload): Promise<PublishResult> => {
        if (!this.#isThere || isCut) return { ok: false, cause: 'offline', detail: 'nobody there' };
        this.published += 1;
        const { outboxId, stream, sequence } = JSON.parse(payload) as Delivered;
        const isLost = this.losesMessageEvery > 0 && this.published % this.losesMessageEvery === 0;
        if (!isLost) this.onDelivery({ outboxId, stream, sequence, payload });
        const isUnheard =
          this.losesAcknowledgementEvery > 0 && this.published % this.losesAcknowledgementEvery === 0;
        if (isCut || isUnheard) return { ok: false, cause: 'timeout', detail: 'no acknowledgement' };
        return { ok: true };
      },
      onConnection: (listener) => {
        own.add(listener);
        this.#listeners.add(listener);
        listener(this.#isThere && !isCut);
        return () => this.#listeners.delete(listener);
      },
      cut: () => {
        isCut = true;
        for (const listener of own) this.#listeners.delete(listener);
      },
    };
  }
}
