import type { Entropy } from '../../ports/entropy.ts';
import {
  type ApplicationEndpoint,
  NETWORK_FORMATION,
  NV_ITEM,
  REQUESTS,
  STATE_COORDINATOR,
} from './mtCommands.ts';
import type { MtFrame } from './mtFrame.ts';
import { judgeStatus, type MtAnswer } from './mtLink.ts';

interface CoordinatorParts {
  readonly request: (frame: MtFrame, timeoutMs?: number) => Promise<MtAnswer>;
  /** Whether it came in time. */
  readonly untilReset: (begin: () => void, timeoutMs: number) => Promise<boolean>;
  readonly untilState: (begin: () => void, state: number, timeoutMs: number) => Promise<boolean>;
  readonly tell: (frame: MtFrame) => void;
  readonly entropy: Entropy;
  readonly channels: readonly number[];
  readonly endpoint: ApplicationEndpoint;
}

export type CoordinatorStart =
  | { readonly ok: true; readonly firmware: string; readonly hasFormed: boolean }
  | { readonly ok: false; readonly detail: string };

const RESET_TRIES = 3;
const RESET_TIMEOUT_MS = 5_000;
/** Forming scans the channels for other networks first. */
const START_TIMEOUT_MS = 60_000;
const START_DELAY_MS = 100;
const COORDINATOR_TYPE = 0;
/** Neither settings nor network are cleared at a reset. */
const KEEP_EVERYTHING = 0;
/** SYS_VERSION names 1 for Z-Stack 3.x.0 and 2 for Z-Stack 3.0.x; 0 is Z-Stack 1.2 of before Zigbee 3.0. */
const PRODUCTS = [1, 2];
const ITEM_CREATED = 0x09;
const ALREADY_REGISTERED = 0xb8;
const KEY_OCTETS = 16;

/**
 * Brings a module of any past to one state: freshly reset, coordinator, network up, our endpoint registered. A module
 * without a network forms one, with a key that is drawn here, written to it, and kept nowhere else.
 */
export async function startCoordinator(parts: CoordinatorParts): Promise<CoordinatorStart> {
  if (!(await reset(parts)))
    return fail('the stick does not answer as a Z-Stack radio; check its firmware and path');
  const ping = await parts.request(REQUESTS.ping());
  if (!ping.ok) return fail(ping.detail);
  const version = await parts.request(REQUESTS.version());
  if (!version.ok) return fail(version.detail);
  const [, product = 0, major = 0, minor = 0, maintenance = 0] = version.data;
  const firmware = `Z-Stack ${major}.${minor}.${maintenance}, product ${product}`;
  if (!PRODUCTS.includes(product)) {
    return fail(`${firmware}: expected Z-Stack 3; put a current coordinator firmware on the stick`);
  }
  const settled = await settleItems(parts);
  if (!settled.ok) return settled;
  if (settled.hasChanged && !(await reset(parts))) return fail('the stick did not come back from its reset');
  // Only a joiner of before Zigbee 3.0 cares; a firmware that does not know the request lets them stay anyway.
  await parts.request(REQUESTS.requireKeyExchange(false));
  // The stack creates this item at its first boot. A stick that does not give it is not taken for a new one: forming would
  // take its network away from every device on it.
  const onNetwork = (await readItem(parts, NV_ITEM.isOnNetwork))?.[0];
  if (onNetwork === undefined)
    return fail('the stick does not say whether it has a network; check its firmware');
  const hasFormed = onNetwork === 0;
  const problem = hasFormed ? await formNetwork(parts) : await resumeNetwork(parts);
  if (problem !== undefined) return fail(problem);
  const registered = judgeStatus(await parts.request(REQUESTS.register(parts.endpoint)), (status) =>
    [0, ALREADY_REGISTERED].includes(status),
  );
  return registered.ok
    ? { ok: true, firmware, hasFormed }
    : fail(`endpoint not registered: ${registered.detail}`);
}

async function reset({ untilReset, tell }: CoordinatorParts): Promise<boolean> {
  for (let tries = 0; tries < RESET_TRIES; tries++) {
    if (await untilReset(() => tell(REQUESTS.reset()), RESET_TIMEOUT_MS)) return true;
  }
  return false;
}

/** Writes what differs only: the memory of the module wears. */
async function settleItems(
  parts: CoordinatorParts,
): Promise<
  { readonly ok: true; readonly hasChanged: boolean } | { readonly ok: false; readonly detail: string }
> {
  const wanted = [
    [NV_ITEM.startupOption, KEEP_EVERYTHING],
    [NV_ITEM.zdoDirectCallback, 1],
    [NV_ITEM.logicalType, COORDINATOR_TYPE],
  ] as const;
  let hasChanged = false;
  for (const [item, value] of wanted) {
    const found = await readItem(parts, item);
    if (found?.[0] === value) continue;
    const problem = await writeItem(parts, item, [value]);
    if (problem !== undefined) return fail(problem);
    hasChanged = true;
  }
  return { ok: true, hasChanged };
}

async function formNetwork(parts: CoordinatorParts): Promise<string | undefined> {
  const { request, entropy, channels, untilState } = parts;
  const mask = channels.reduce((bits, channel) => bits | (1 << channel), 0);
  const key = Array.from({ length: KEY_OCTETS }, () => entropy.wholeUpTo(255));
  const items = [
    [NV_ITEM.preconfiguredKey, key],
    [NV_ITEM.preconfiguredKeysEnabled, [0]],
    [NV_ITEM.channelList, [mask & 0xff, (mask >>> 8) & 0xff, (mask >>> 16) & 0xff, (mask >>> 24) & 0xff]],
  ] as const;
  for (const [item, value] of items) {
    const problem = await writeItem(parts, item, value);
    if (problem !== undefined) return problem;
  }
  for (const [isPrimary, bits] of [
    [true, mask],
    [false, 0],
  ] as const) {
    const set = judgeStatus(await request(REQUESTS.setChannels(isPrimary, bits)));
    if (!set.ok) return `channels not set: ${set.detail}`;
  }
  let answered: Promise<MtAnswer> | undefined;
  const isUp = await untilState(
    () => {
      answered = request(REQUESTS.commission(NETWORK_FORMATION), START_TIMEOUT_MS);
    },
    STATE_COORDINATOR,
    START_TIMEOUT_MS,
  );
  const answer = answered === undefined ? undefined : judgeStatus(await answered);
  if (answer?.ok === false) return `the network could not be formed: ${answer.detail}`;
  return isUp ? undefined : 'the network did not form in time; try another channel';
}

async function resumeNetwork({ request, untilState }: CoordinatorParts): Promise<string | undefined> {
  let answered: Promise<MtAnswer> | undefined;
  const isUp = await untilState(
    () => {
      answered = request(REQUESTS.startNetwork(START_DELAY_MS), START_TIMEOUT_MS);
    },
    STATE_COORDINATOR,
    START_TIMEOUT_MS,
  );
  // Its status only tells a restored network from a new one.
  const answer = await answered;
  if (answer?.ok === false) return `the network could not be started: ${answer.detail}`;
  return isUp ? undefined : 'the network did not start in time';
}

async function readItem({ request }: CoordinatorParts, item: number): Promise<Uint8Array | undefined> {
  const answer = judgeStatus(await request(REQUESTS.readItem(item)));
  if (!answer.ok) return undefined;
  const [, length = 0] = answer.data;
  return answer.data.slice(2, 2 + length);
}

async function writeItem(
  { request }: CoordinatorParts,
  item: number,
  value: readonly number[],
): Promise<string | undefined> {
  const created = await request(REQUESTS.createItem(item, value));
  if (created.ok && created.data[0] === ITEM_CREATED) return undefined;
  const written = judgeStatus(await request(REQUESTS.writeItem(item, value)));
  return written.ok ? undefined : `setting 0x${item.toString(16)} not written: ${written.detail}`;
}

function fail(detail: string): { readonly ok: false; readonly detail: string } {
  return { ok: false, detail };
}
