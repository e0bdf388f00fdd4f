import { readFileSync } from 'node:fs';
import { isIP, type Socket, connect as tcpConnect } from 'node:net';
import { connect as tlsConnect } from 'node:tls';
import type { Clock } from '../../ports/clock.ts';
import type { BrokerPlace, SessionProbe, SessionSeen } from '../../ports/network.ts';
import { DISCONNECT, decodePacket, encodeConnect, type Packet, PING_REQUEST } from './mqttPackets.ts';
import { type OwnFilePaths, readOwnFiles } from './ownFiles.ts';

export interface TrialOptions extends OwnFilePaths {
  readonly place: BrokerPlace;
  /** That of the gateway: brokers let in by it. */
  readonly clientId: string;
  readonly protocolVersion: 4 | 5;
  readonly username?: string;
  readonly clock: Clock;
}

/** As the gateway asks for it: a shorter one would make the broker forget what waits for the gateway. */
const SESSION_EXPIRY_S = 86_400;
/** With TLS 1.3 a server turns a certificate down after the handshake; what is sent by then can drown the alert. */
const ALERT_WITHIN_MS = 200;
const FAREWELL_MS = 500;

/**
 * How a session is asked for where no gateway runs: one is made under the gateway's name, pinged and ended in order. Without
 * subscription, last will or acknowledgement, so whatever waits at the broker goes on waiting. Must not be used beside a
 * gateway that runs: the broker would end its session for this one.
 */
export function createSessionTrial(options: TrialOptions): SessionProbe {
  return {
    session: async (address, withinMs, asked) => {
      const place = asked ?? options.place;
      // The trial speaks bare MQTT alone; a gateway that runs tries such an address with its own connection.
      if (address === undefined || place.isWebSocket === true) return undefined;
      try {
        const password = options.passwordFile === undefined ? undefined : readPassword(options.passwordFile);
        const trial = { ...options, place };
        return await talk(open(trial, address), trial, password, withinMs);
      } catch (error) {
        return { kind: 'failed', detail: error instanceof Error ? error.message : String(error) };
      }
    },
  };
}

function open({ place, ...options }: TrialOptions, address: string): Socket {
  if (!place.isEncrypted) return tcpConnect({ host: address, port: place.port });
  const { authority, certificate, key } = readOwnFiles(options);
  return tlsConnect({
    minVersion: 'TLSv1.2',
    host: address,
    port: place.port,
    ...(isIP(place.host) === 0 ? { servername: place.host } : { host: place.host }),
    ...(authority !== undefined && { ca: authority }),
    ...(certificate !== undefined && key !== undefined && { cert: certificate, key }),
  });
}

function talk(
  socket: Socket,
  options: TrialOptions,
  password: Buffer | undefined,
  withinMs: number,
): Promise<SessionSeen> {
  const { clock, place, clientId, protocolVersion, username } = options;
  return new Promise((resolve) => {
    let rest: Buffer = Buffer.alloc(0);
    let pingedMs: number | undefined;
    let cancelAlert = (): void => {};
    const end = (seen: SessionSeen): void => {
      cancel();
      cancelAlert();
      if (seen.kind === 'accepted') socket.end(DISCONNECT);
      else socket.destroy();
      // A broker that does not hang up is not waited for.
      const cancelFarewell = clock.after(FAREWELL_MS, () => socket.destroy());
      socket.once('close', cancelFarewell);
      resolve(seen);
    };
    const cancel = clock.after(withinMs, () =>
      end(pingedMs === undefined ? { kind: 'silent' } : { kind: 'accepted', isStanding: false }),
    );
    const greet = (): void => {
      const connect = { protocolVersion, clientId, keepAliveS: 30, sessionExpiryS: SESSION_EXPIRY_S };
      socket.write(
        encodeConnect({
          ...connect,
          ...(username === undefined ? {} : { username }),
          ...(password === undefined ? {} : { password }),
        }),
      );
    };
    const take = (packet: Packet): void => {
      if (packet.kind === 'connack' && packet.reasonCode !== 0) {
        end({ kind: 'refused', reasonCode: packet.reasonCode });
      } else if (packet.kind === 'connack') {
        pingedMs = clock.runningMs();
        socket.write(PING_REQUEST);
      } else if (packet.kind === 'disconnect') {
        end({ kind: 'refused', reasonCode: packet.reasonCode });
      } else if (packet.kind === 'pingResponse' && pingedMs !== undefined) {
        end({ kind: 'accepted', isStanding: false, roundTripMs: Math.round(clock.runningMs() - pingedMs) });
      }
    };
    socket.once(place.isEncrypted ? 'secureConnect' : 'connect', () => {
      if (place.isEncrypted) cancelAlert = clock.after(ALERT_WITHIN_MS, greet);
      else greet();
    });
    socket.on('data', (data: Buffer) => {
      rest = Buffer.concat([rest, data]);
      for (;;) {
        const decoded = decodePacket(rest);
        if (!decoded.ok) {
          end({ kind: 'failed', detail: 'what answers does not speak MQTT' });
          return;
        }
        rest = decoded.rest;
        if (decoded.packet === undefined) return;
        take(decoded.packet);
      }
    });
    socket.on('error', (error: NodeJS.ErrnoException) =>
      end({
        kind: 'failed',
        detail: error.message,
        ...(error.code === undefined ? {} : { code: error.code }),
      }),
    );
    socket.once('close', () => end({ kind: 'failed', detail: 'closed without a reason' }));
  });
}

/** The line break at the end is the editor's, not the password's. */
function readPassword(file: string): Buffer {
  return Buffer.from(readFileSync(file, 'utf8').replace(/\r?\n$/, ''));
}
