import type { TrustBundle } from '../domain/trustBundle.ts';
import { type RootOfTrust, readTrustBundle } from './readTrustBundle.ts';
import { type Refusal, refuse } from './refusal.ts';

export interface TrustKeeperOptions extends RootOfTrust {
  /** Holds until another one comes; verified already. NO_TRUST where there is none. */
  readonly bundle: TrustBundle;
  /** Resolves when it is on the disk. */
  readonly onTrust: (bundle: TrustBundle, jws: string) => Promise<void>;
}

/** Which trust bundle holds. Only a root key replaces it, and only by a higher version. */
export class TrustKeeper {
  readonly #options: TrustKeeperOptions;
  #bundle: TrustBundle;
  /** The version in force is known to be on the disk, or came from there. */
  #isKept = true;

  constructor(options: TrustKeeperOptions) {
    this.#options = options;
    this.#bundle = options.bundle;
  }

  bundle(): TrustBundle {
    return this.#bundle;
  }

  /** In force at once: a key that was revoked gives no command while the disk is waited for. */
  async take(jws: string): Promise<Refusal | undefined> {
    const reading = await readTrustBundle(jws, this.#options);
    if (!reading.ok) return reading;
    const { bundle } = reading;
    const held = this.#bundle;
    if (bundle.version < held.version) {
      return refuse(`version ${bundle.version} is older than ${held.version}, which this gateway holds`);
    }
    // The broker repeats what it retains at every connection.
    const isRepeated = bundle.version === held.version;
    if (isRepeated && JSON.stringify(bundle) !== JSON.stringify(held)) {
      return refuse(
        `version ${bundle.version} came before with other content; raise the version with each change`,
      );
    }
    if (isRepeated && this.#isKept) return undefined;
    this.#bundle = bundle;
    this.#isKept = false;
    await this.#options.onTrust(bundle, jws);
    this.#isKept = true;
    return undefined;
  }
}
