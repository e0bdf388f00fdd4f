import { createLiveSessionProbe } from '../adapters/mqtt/liveSessionProbe.ts';
import type { MqttBus } from '../adapters/mqtt/mqttBus.ts';
import { openNetworkProbe } from '../adapters/network/openNetworkProbe.ts';
import { createSessionTrial } from '../adapters/network/trySession.ts';
import { splitHostPort } from '../config/hostPort.ts';
import type { Settings } from '../config/settings.ts';
import { LadderClimber } from '../network/ladderClimber.ts';
import { NetworkWatch, type RungChange } from '../network/networkWatch.ts';
import type { OwnCertificates } from '../ports/certificates.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { BrokerPlace, NetworkHistory, SessionProbe } from '../ports/network.ts';
import { filesOf, openCertificates } from './certificates.ts';

interface WatchParts {
  readonly settings: Settings;
  readonly uplink: MqttBus | undefined;
  /** Absent: no certificate is set. */
  readonly certificates: OwnCertificates | undefined;
  readonly history: NetworkHistory;
  readonly clock: Clock;
  readonly log: Log;
  readonly onChange: (change: RungChange) => void;
}

/** The ladder of a gateway that runs: sessions are asked for through its own connection. */
export function watchNetwork({ settings, uplink, certificates, ...parts }: WatchParts): NetworkWatch {
  const { clock } = parts;
  const session = uplink === undefined ? NO_SESSION : createLiveSessionProbe(uplink, clock);
  const brokers = (): readonly BrokerPlace[] => (uplink?.addresses() ?? []).map(placeOf);
  return new NetworkWatch({
    ...parts,
    bus: uplink,
    climber: createClimber({ settings, certificates, brokers, session, clock }),
  });
}

/** The ladder where no gateway runs. */
export function createLoneClimber(settings: Settings, clock: Clock): LadderClimber {
  const certificates = openCertificates(settings);
  const {
    url,
    fallbackUrls = [],
    protocolVersion,
    ...broker
  } = filesOf(settings.broker, certificates?.presentFiles());
  const places = url === undefined ? [] : [url, ...fallbackUrls].map(placeOf);
  const [place] = places;
  const session =
    place === undefined
      ? NO_SESSION
      : createSessionTrial({
          ...broker,
          place,
          clientId: settings.gatewayId,
          protocolVersion: protocolVersion === '5' ? 5 : 4,
          clock,
        });
  return createClimber({ settings, certificates, brokers: () => places, session, clock });
}

const NO_SESSION: SessionProbe = { session: () => Promise.resolve(undefined) };

interface ClimberParts {
  readonly settings: Settings;
  readonly certificates: OwnCertificates | undefined;
  readonly brokers: () => readonly BrokerPlace[];
  readonly session: SessionProbe;
  readonly clock: Clock;
}

function createClimber({ settings, certificates, brokers, session, clock }: ClimberParts): LadderClimber {
  const { broker, network } = settings;
  const check = network.checkAddress === undefined ? undefined : splitHostPort(network.checkAddress);
  return new LadderClimber({
    probe: openNetworkProbe({ files: () => filesOf(broker, certificates?.presentFiles()), clock }),
    session,
    clock,
    brokers,
    ...(check === undefined ? {} : { checkAddress: check }),
  });
}

/** Those that are registered: MQTT without and with TLS, HTTP with TLS. */
const USUAL_PORTS: Readonly<Record<string, number>> = { 'mqtt:': 1883, 'mqtts:': 8883, 'wss:': 443 };

/** The settings have checked it. */
function placeOf(url: string): BrokerPlace {
  const { hostname, port, protocol } = new URL(url);
  return {
    host: hostname.replace(/^\[(.*)\]$/, '$1'),
    port: port === '' ? (USUAL_PORTS[protocol] ?? 8883) : Number(port),
    isEncrypted: protocol !== 'mqtt:',
    isWebSocket: protocol === 'wss:',
    url,
  };
}
