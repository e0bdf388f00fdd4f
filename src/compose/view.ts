import type { HanRadio } from '../adapters/han/hanRadio.ts';
import { isPin } from '../adapters/system/engineerPin.ts';
import type { Choice } from '../contract/owner.ts';
import type { modelsOf } from '../discovery/modelFacts.ts';
import type { DevicePlan, SitePlan } from '../domain/sitePlan.ts';
import type { CertificateDoors } from '../gateway/certificateDoors.ts';
import { openConsentDoors } from '../gateway/consentDoors.ts';
import { openDataDoors } from '../gateway/dataDoors.ts';
import { describeBus } from '../gateway/describeBus.ts';
import { describeDevices } from '../gateway/describeDevices.ts';
import type { Gateway } from '../gateway/gateway.ts';
import type { LocalView } from '../gateway/localRoutes.ts';
import { openOwnerDoors } from '../gateway/ownerDoors.ts';
import { describeLadder } from '../network/describeLadder.ts';
import type { NetworkWatch } from '../network/networkWatch.ts';
import type { Clock } from '../ports/clock.ts';
import type { Device } from '../ports/device.ts';
import type { ModbusLine } from '../ports/modbusLine.ts';
import { lineIdOf } from './lines.ts';

interface ViewParts {
  readonly gateway: Gateway;
  readonly site: SitePlan;
  readonly devices: readonly Device[];
  readonly lines: ReadonlyMap<string, ModbusLine>;
  readonly models: ReturnType<typeof modelsOf>;
  readonly radios: ReadonlyMap<string, HanRadio>;
  readonly clock: Clock;
  /** Nothing before it can be asked. */
  readonly network: () => NetworkWatch | undefined;
  readonly certificate: CertificateDoors;
  /** The household has taken this gateway out of service. */
  readonly onDecommission: () => void;
}

/** What the local socket shows. */
export function viewOf(parts: ViewParts): LocalView {
  const { gateway, site, devices, lines, radios, models, clock, network, certificate, onDecommission } =
    parts;
  const lineOf = (device: DevicePlan): ModbusLine | undefined => lines.get(lineIdOf(device));
  const lastAnswerOf = (device: DevicePlan): number | undefined => {
    const units = lineOf(device)?.statistics().units ?? [];
    return units.find(({ unit }) => unit === device.unit)?.lastAnswerMs;
  };
  return {
    status: () => gateway.status(),
    isCycling: () => gateway.isCycling(),
    acknowledgeDistrust: () => gateway.acknowledgeDistrust(),
    devices: () => {
      const reports = devices.map((device) => device.report());
      const now = clock.now();
      return describeDevices({ site, now, models, snapshot: gateway.snapshot(), reports, lastAnswerOf });
    },
    bus: () => describeBus({ site, now: clock.now(), lineOf }),
    network: async () => {
      const ladder = await network()?.climb();
      return ladder === undefined ? undefined : describeLadder(ladder);
    },
    consent: openConsentDoors({ agreement: gateway.agreement, clock }),
    data: openDataDoors({ gateway, site, onDecommission }),
    certificate,
    owner: openOwnerDoors({ gateway, site, clock, isPin }),
    permitJoin: (radioId, seconds) => permitJoin(radios, radioId, seconds),
  };
}

/** As long as a stick takes it for; 255 would mean for ever. */
const LONGEST_JOIN_S = 254;

async function permitJoin(
  radios: ReadonlyMap<string, HanRadio>,
  radioId: string,
  seconds: number,
): Promise<Choice> {
  const radio = radios.get(radioId);
  if (radio === undefined) {
    const known = [...radios.keys()].join(', ') || 'none';
    return { isDone: false, sentence: `There is no radio "${radioId}"; the site plan has ${known}` };
  }
  if (!(seconds >= 0 && seconds <= LONGEST_JOIN_S)) {
    return { isDone: false, sentence: `Expected 0 to ${LONGEST_JOIN_S} seconds, found ${seconds}` };
  }
  const result = await radio.permitJoin(Math.round(seconds));
  return result.ok
    ? { isDone: true, sentence: `Switches may join ${radioId} for ${Math.round(seconds)} s` }
    : { isDone: false, sentence: `${radioId} did not take it: ${result.detail}` };
}
