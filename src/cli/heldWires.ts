import { realpathSync } from 'node:fs';
import type { LocalWire } from '../contract/wire.ts';
import { fetchBus } from './localClient.ts';

/** Which wires a gateway of this machine has in use. */
export interface HeldWires {
  readonly isRunning: boolean;
  holdsPath(path: string): boolean;
  holdsHost(host: string, port: number): boolean;
}

export type HeldWiresResult =
  | { readonly ok: true; readonly held: HeldWires }
  /** Somebody is there, but what it holds cannot be told. */
  | {
      readonly ok: false;
      readonly exit: 'gatewayNotRunning' | 'notUnderstood' | 'portInUse';
      readonly detail: string;
    };

/** Asks the gateway of a runtime directory. A socket on which nobody listens holds nothing. */
export async function findHeldWires(runtimeDirectory: string): Promise<HeldWiresResult> {
  const answer = await fetchBus(runtimeDirectory);
  if (answer.ok) return { ok: true, held: heldBy(answer.value.lines.map(({ wire }) => wire)) };
  if (answer.isAbsent)
    return { ok: true, held: { isRunning: false, holdsPath: () => false, holdsHost: () => false } };
  const detail = `${answer.detail}. Nothing is asked on any wire while that is open`;
  return { ok: false, exit: answer.exit === 'notUnderstood' ? 'notUnderstood' : 'portInUse', detail };
}

function heldBy(wires: readonly LocalWire[]): HeldWires {
  const paths = wires.flatMap((wire) => (wire.kind === 'serial' ? [realPathOf(wire.path)] : []));
  return {
    isRunning: true,
    holdsPath: (path) => paths.includes(realPathOf(path)),
    holdsHost: (host, port) =>
      wires.some((wire) => wire.kind === 'tcp' && wire.host === host && wire.port === port),
  };
}

/** One port has several names below /dev/serial. */
function realPathOf(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}
