import type { RunningMs } from '../../domain/instant.ts';
import type { Clock } from '../../ports/clock.ts';
import type { ActionResult } from '../../ports/device.ts';
import type { LinePriority, ModbusResult } from '../../ports/modbusLine.ts';
import type { RegisterPlace } from '../../profiles/allow.ts';
import { isFound, type LookRequest, lookRequest } from '../../profiles/looks.ts';
import type { ProfileData } from '../../profiles/profileSchema.ts';
import { findModel, type SunSpecChain, walkSunSpecChain } from '../../profiles/sunSpecChain.ts';
import type { ProfileContact } from './profileContact.ts';

interface MeetingOptions {
  readonly data: ProfileData;
  readonly clock: Clock;
  readonly contact: ProfileContact;
  /** Reads registers at the maker's pace and tells the contact of it. */
  readonly read: (request: LookRequest, priority: LinePriority) => Promise<ModbusResult>;
}

/** A person may have put the device right in the meantime. */
const LOOK_AGAIN_MS = 30_000;

/**
 * What is looked at each time that contact begins, before anything is believed or written: where the models of a
 * SunSpec device lie now, and whether the device is set up as the profile requires it.
 *
 * unmet -> met: all was found. unmet -> unfit: it answers, but something is not as it must be; looked at again after
 * half a minute. Any -> unmet: contact was lost.
 */
export class ProfileMeeting {
  readonly #options: MeetingOptions;
  readonly #isNeeded: boolean;
  #chain: SunSpecChain | undefined;
  /** Which of the contact's beginnings it was met, or found unfit, for. */
  #metFor = 0;
  #unfit: string | undefined;
  #lookAgainMs: RunningMs = 0;
  #meeting: Promise<ActionResult> | undefined;

  constructor(options: MeetingOptions) {
    this.#options = options;
    this.#isNeeded = options.data.sunSpec !== undefined || (options.data.requires?.length ?? 0) > 0;
  }

  get isMet(): boolean {
    if (!this.#isNeeded) return true;
    return this.#unfit === undefined && this.#metFor > 0 && this.#metFor === this.#beginnings;
  }

  /** Why nothing of the device is used although it answers. */
  get unfit(): string | undefined {
    return this.#options.contact.isLost ? undefined : this.#unfit;
  }

  /** The address on the wire; nothing where the device has no such model. */
  addressOf({ model, occurrence, address }: RegisterPlace): number | undefined {
    if (model === undefined) return address;
    const found = this.#chain === undefined ? undefined : findModel(this.#chain, model, occurrence);
    return found === undefined ? undefined : found.address + address;
  }

  /** Meets the device unless that is done. Who comes while it is under way shares its outcome. */
  meet(priority: LinePriority): Promise<ActionResult> {
    if (this.isMet) return Promise.resolve({ ok: true });
    const isKnown = this.#unfit !== undefined && this.#metFor === this.#beginnings;
    if (isKnown && this.#options.clock.runningMs() < this.#lookAgainMs)
      return Promise.resolve(resultOf(this.#unfit));
    this.#meeting ??= this.#run(priority).finally(() => {
      this.#meeting = undefined;
    });
    return this.#meeting;
  }

  async #run(priority: LinePriority): Promise<ActionResult> {
    const { data, read } = this.#options;
    if (data.sunSpec !== undefined) {
      const walked = await walkSunSpecChain(data.sunSpec.bases, (address, count) =>
        read({ functionCode: 3, address, count }, priority),
      );
      if (!walked.ok && !walked.isMissing) return walked.result;
      if (!walked.ok) return this.#outcome(walked.detail);
      this.#chain = walked.chain;
      const misfit = this.#findMisfit(walked.chain);
      if (misfit !== undefined) return this.#outcome(misfit);
    }
    for (const requirement of data.requires ?? []) {
      const origin = this.addressOf({ ...requirement, address: 0 });
      if (origin === undefined) return this.#outcome(requirement.why);
      const result = await read(lookRequest(requirement, origin), priority);
      if (!result.ok && result.fault !== 'device-exception') return result;
      if (!result.ok || !isFound(requirement, result.words, data.wordOrder))
        return this.#outcome(requirement.why);
    }
    return this.#outcome(undefined);
  }

  /** A device without any of the models that are read all the time is another device, not one that lacks something. */
  #findMisfit({ models }: SunSpecChain): string | undefined {
    const blocks = Object.values(this.#options.data.blocks);
    const fast = blocks.filter(({ group, model }) => group === 'fast' && model !== undefined);
    if (fast.length === 0 || fast.some((block) => this.addressOf(block) !== undefined)) return undefined;
    const wanted = fast.flatMap(({ model }) => model ?? []).join(', ');
    const found = models.map(({ id }) => id).join(', ');
    return `expected one of the SunSpec models ${wanted} in its chain, found ${found || 'none'}; choose the profile that fits the device`;
  }

  #outcome(unfit: string | undefined): ActionResult {
    this.#unfit = unfit;
    this.#metFor = this.#beginnings;
    this.#lookAgainMs = this.#options.clock.runningMs() + LOOK_AGAIN_MS;
    return resultOf(unfit);
  }

  get #beginnings(): number {
    const { contact } = this.#options;
    return contact.isLost ? -1 : contact.beginnings;
  }
}

function resultOf(unfit: string | undefined): ActionResult {
  return unfit === undefined ? { ok: true } : { ok: false, fault: 'device-unfit', detail: unfit };
}
