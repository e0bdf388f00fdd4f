import { connect } from 'node:net';
import type { Clock } from '../../ports/clock.ts';
import type { ConnectOutcome, ConnectSeen } from '../../ports/network.ts';

/** Opens a TCP connection and closes it again; nothing is sent. */
export function connectTo(host: string, port: number, clock: Clock, withinMs: number): Promise<ConnectSeen> {
  const startedMs = clock.runningMs();
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const end = (outcome: ConnectOutcome): void => {
      cancel();
      socket.destroy();
      resolve({ address: host, port, outcome, tookMs: Math.round(clock.runningMs() - startedMs) });
    };
    const cancel = clock.after(withinMs, () => end({ kind: 'silent' }));
    socket.once('connect', () => end({ kind: 'connected' }));
    // Stays: a second error of the same socket must not end the process.
    socket.on('error', (error: NodeJS.ErrnoException) => end(outcomeOf(error)));
  });
}

function outcomeOf(error: NodeJS.ErrnoException): ConnectOutcome {
  const code = error.code ?? error.message;
  if (code === 'ECONNREFUSED' || code === 'ECONNRESET') return { kind: 'refused' };
  return code === 'ETIMEDOUT' ? { kind: 'silent' } : { kind: 'unreachable', code };
}
