import { request } from 'node:http';
import { join } from 'node:path';
import { type Bus, busSchema } from '../contract/bus.ts';
import { type CertificateView, certificateViewSchema } from '../contract/certificate.ts';
import { type ConsentReport, consentViewSchema } from '../contract/consentView.ts';
import { type Devices, devicesSchema } from '../contract/devices.ts';
import { type Network, networkSchema } from '../contract/network.ts';
import { type Choice, choiceSchema } from '../contract/owner.ts';
import { type Status, statusSchema } from '../contract/status.ts';

/** Longest wait for the gateway on the same machine; a control cycle never takes that long. */
const ANSWER_TIMEOUT_MS = 3_000;

/** The ladder is bounded to 20 s; one that is under way already is waited for, and nothing beyond. */
const CLIMB_TIMEOUT_MS = 25_000;

/** Service unavailable: the socket stands before the first cycle has run. */
const STILL_STARTING = 503;

export type LocalAnswer<T> =
  | { readonly ok: true; readonly value: T }
  | {
      readonly ok: false;
      readonly exit: 'gatewayNotRunning' | 'notUnderstood';
      readonly detail: string;
      /** Nobody listens: no gateway of this runtime directory holds any wire. */
      readonly isAbsent: boolean;
    };

function socketPathIn(runtimeDirectory: string): string {
  return join(runtimeDirectory, 'loadgate.sock');
}

/** Asks the gateway of a runtime directory for its status. */
export function fetchStatus(runtimeDirectory: string): Promise<LocalAnswer<Status>> {
  return fetchPage(runtimeDirectory, '/status', statusSchema);
}

/** Asks for every device with its latest readings. */
export function fetchDevices(runtimeDirectory: string): Promise<LocalAnswer<Devices>> {
  return fetchPage(runtimeDirectory, '/devices', devicesSchema);
}

/** Asks where each purpose and person stands. */
export function fetchConsent(runtimeDirectory: string): Promise<LocalAnswer<ConsentReport>> {
  return fetchPage(runtimeDirectory, '/consent', consentViewSchema);
}

/** Asks by which certificate the broker knows the gateway. */
export function fetchCertificate(runtimeDirectory: string): Promise<LocalAnswer<CertificateView>> {
  return fetchPage(runtimeDirectory, '/certificate', certificateViewSchema);
}

/** Asks what every line has seen. */
export function fetchBus(runtimeDirectory: string): Promise<LocalAnswer<Bus>> {
  return fetchPage(runtimeDirectory, '/bus', busSchema);
}

/** Has the ladder of the network climbed, which takes its time. */
export function fetchNetwork(runtimeDirectory: string): Promise<LocalAnswer<Network>> {
  return fetchPage(runtimeDirectory, '/network', networkSchema, CLIMB_TIMEOUT_MS);
}

/** What is used of a schema of the contract. */
interface Schema<T> {
  safeParse(value: unknown):
    | { readonly success: true; readonly data: T }
    | {
        readonly success: false;
        readonly error: { readonly issues: readonly { readonly path: readonly PropertyKey[] }[] };
      };
}

async function fetchPage<T>(
  runtimeDirectory: string,
  path: string,
  schema: Schema<T>,
  timeoutMs = ANSWER_TIMEOUT_MS,
): Promise<LocalAnswer<T>> {
  const socketPath = socketPathIn(runtimeDirectory);
  const answer = await ask(socketPath, 'GET', path, timeoutMs);
  if (!answer.ok) return answer;
  const parsed = schema.safeParse(readJson(answer.value));
  if (parsed.success) return { ok: true, value: parsed.data };
  const place = parsed.error.issues[0]?.path.join('.') || 'the whole';
  return notUnderstood(socketPath, `an answer that differs at ${place}`);
}

/** Asks for what a person has chosen. */
export async function askChoice(
  runtimeDirectory: string,
  path: string,
  query: Readonly<Record<string, string>>,
): Promise<LocalAnswer<Choice>> {
  const socketPath = socketPathIn(runtimeDirectory);
  const answer = await ask(socketPath, 'POST', `${path}?${new URLSearchParams(query)}`);
  if (!answer.ok) return answer;
  const parsed = choiceSchema.safeParse(readJson(answer.value));
  if (parsed.success) return { ok: true, value: parsed.data };
  return notUnderstood(socketPath, 'an answer that does not say what was done');
}

/** Tells the gateway of a runtime directory that the loss of its record has been looked into. */
export async function acknowledgeLoss(
  runtimeDirectory: string,
): Promise<LocalAnswer<{ readonly isAcknowledged: boolean }>> {
  const socketPath = socketPathIn(runtimeDirectory);
  const answer = await ask(socketPath, 'POST', '/acknowledge');
  if (!answer.ok) return answer;
  const found = readJson(answer.value);
  if (isAcknowledgement(found)) return { ok: true, value: found };
  return notUnderstood(socketPath, 'an answer without isAcknowledged');
}

/** Asks whether an erasure is still overwriting. */
export async function fetchErasure(
  runtimeDirectory: string,
): Promise<LocalAnswer<{ readonly isErasing: boolean }>> {
  const socketPath = socketPathIn(runtimeDirectory);
  const answer = await ask(socketPath, 'GET', '/erase');
  if (!answer.ok) return answer;
  const found = readJson(answer.value);
  const isErasing =
    typeof found === 'object' && found !== null && 'isErasing' in found ? found.isErasing : undefined;
  if (typeof isErasing === 'boolean') return { ok: true, value: { isErasing } };
  return notUnderstood(socketPath, 'an answer without isErasing');
}

function ask(
  socketPath: string,
  method: 'GET' | 'POST',
  path: string,
  timeoutMs = ANSWER_TIMEOUT_MS,
): Promise<LocalAnswer<string>> {
  return new Promise((resolve) => {
    const options = { socketPath, method, path, timeout: timeoutMs, agent: false };
    const asked = request(options, (response) => {
      const parts: string[] = [];
      response.setEncoding('utf8');
      response.on('data', (part: string) => parts.push(part));
      response.on('error', (error) => resolve(notUnderstood(socketPath, error.message)));
      response.on('end', () => {
        const body = parts.join('');
        if (response.statusCode === 200) resolve({ ok: true, value: body });
        else if (response.statusCode === STILL_STARTING) resolve(stillStarting(socketPath));
        else resolve(notUnderstood(socketPath, `HTTP status ${response.statusCode}: ${body.trim()}`));
      });
    });
    asked.on('timeout', () => asked.destroy(new Error(`no answer within ${timeoutMs} ms`)));
    asked.on('error', (error: NodeJS.ErrnoException) => resolve(notRunning(socketPath, error)));
    asked.end();
  });
}

function isAcknowledgement(value: unknown): value is { readonly isAcknowledged: boolean } {
  if (typeof value !== 'object' || value === null || !('isAcknowledged' in value)) return false;
  return typeof value.isAcknowledged === 'boolean';
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function notRunning(socketPath: string, error: NodeJS.ErrnoException): LocalAnswer<never> {
  const causes: Readonly<Record<string, string>> = {
    ENOENT: 'found no such socket',
    ECONNREFUSED: 'found a socket on which nobody listens',
    EACCES: 'this user may not open it',
  };
  const found = causes[error.code ?? ''] ?? error.message;
  const toDo =
    error.code === 'EACCES'
      ? 'run this as the user of the gateway'
      : 'start it with `loadgate run`, or name its folder with --runtime-directory';
  return {
    ok: false,
    exit: 'gatewayNotRunning',
    detail: `${socketPath}: expected a running gateway, ${found}; ${toDo}`,
    isAbsent: error.code === 'ENOENT' || error.code === 'ECONNREFUSED',
  };
}

function stillStarting(socketPath: string): LocalAnswer<never> {
  const detail = `${socketPath}: expected a running gateway, found one that is still starting; ask again in a moment`;
  return { ok: false, exit: 'gatewayNotRunning', detail, isAbsent: false };
}

function notUnderstood(socketPath: string, found: string): LocalAnswer<never> {
  const toDo = 'use the loadgate command of the same version as the gateway';
  return {
    ok: false,
    exit: 'notUnderstood',
    detail: `${socketPath}: expected the answer of a gateway of this version, found ${found}; ${toDo}`,
    isAbsent: false,
  };
}
