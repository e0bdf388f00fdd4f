import { DRLC_CLUSTER } from './drlcMessages.ts';
import type { HanRadio, HanResult } from './hanRadio.ts';
import type { IeeeAddress } from './ieeeAddress.ts';
import { encodeZcl, type ZclBody } from './zclMessages.ts';

/** Speaks with one endpoint as the server of the cluster; every question has its transaction number. */
export class HanMessenger {
  readonly #radio: HanRadio;
  readonly #address: IeeeAddress;
  readonly #endpoint: number;
  #transaction = 0;

  constructor(radio: HanRadio, address: IeeeAddress, endpoint: number) {
    this.#radio = radio;
    this.#address = address;
    this.#endpoint = endpoint;
  }

  nextTransaction(): number {
    this.#transaction = (this.#transaction + 1) & 0xff;
    return this.#transaction;
  }

  /** An answer has the transaction number of its question. */
  send(body: ZclBody, transaction = this.nextTransaction()): Promise<HanResult> {
    const payload = encodeZcl({ transaction, isFromServer: true, wantsNoDefaultResponse: false }, body);
    return this.#radio.send({
      address: this.#address,
      endpoint: this.#endpoint,
      cluster: DRLC_CLUSTER,
      payload,
    });
  }

  /** Why nothing can be sent; empty when it can. */
  whyNot(): string {
    return this.#radio.whyNotReady();
  }
}
