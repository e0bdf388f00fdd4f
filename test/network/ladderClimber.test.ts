import { describe, expect, it } from 'vitest';
import { LADDER_LIMITS_MS, LadderClimber, type LadderParts } from '../../src/network/ladderClimber.ts';
import type { BrokerPlace, NetworkProbe, SessionProbe, SessionSeen } from '../../src/ports/network.ts';
import { SteppedClock } from '../support/steppedClock.ts';
import {
  BROKER,
  BROKER_ADDRESS,
  finding,
  HANDSHAKE,
  HEALTHY,
  IDENTITY,
  named,
  names,
  outline,
} from './healthyHome.ts';

/** A healthy network that counts what was asked of it, each look after so long. */
class ScriptedNetwork implements NetworkProbe, SessionProbe {
  readonly asked: string[] = [];
  readonly clock = new SteppedClock({ utcMs: HEALTHY.now.utcMs });
  lookMs = 10;
  resolved = named(BROKER_ADDRESS);
  hasNames = true;
  answers: 'connected' | 'silent' = 'connected';
  /** Ports at which nobody answers. */
  readonly silentPorts: number[] = [];
  /** Ports whose broker does not let the gateway in. */
  readonly refusingPorts: number[] = [];

  links = () => HEALTHY.links;
  addresses = () => HEALTHY.addresses;
  identity = () => IDENTITY;

  async routers(withinMs: number) {
    return await this.#after(`routers ${withinMs}`, HEALTHY.routers, withinMs);
  }

  async names(host: string, withinMs: number) {
    const silent = { kind: 'silent' } as const;
    const system = this.hasNames ? this.resolved : silent;
    return await this.#after(`names of ${host}`, names(system, { '192.168.1.1': system }), withinMs);
  }

  async connect(address: string, port: number, withinMs: number) {
    const outcome = { kind: this.silentPorts.includes(port) ? 'silent' : this.answers } as const;
    return await this.#after(`${address}:${port}`, { address, port, outcome, tookMs: this.lookMs }, withinMs);
  }

  async tls(_: unknown, address: string, withinMs: number) {
    return await this.#after(`tls ${address}`, HANDSHAKE, withinMs);
  }

  async session(
    address: string | undefined,
    withinMs: number,
    place?: BrokerPlace,
  ): Promise<SessionSeen | undefined> {
    if (address === undefined) return undefined;
    const seen: SessionSeen = this.refusingPorts.includes(place?.port ?? 0)
      ? { kind: 'refused', reasonCode: 135 }
      : { kind: 'accepted', isStanding: false, roundTripMs: 5 };
    return await this.#after(`session at ${address} within ${withinMs}`, seen, withinMs);
  }

  #after<T>(what: string, value: T, withinMs: number): Promise<T> {
    this.asked.push(what);
    return new Promise((resolve) => this.clock.after(Math.min(this.lookMs, withinMs), () => resolve(value)));
  }
}

function climber(network: ScriptedNetwork, change: Partial<LadderParts> = {}): LadderClimber {
  return new LadderClimber({
    brokers: () => [BROKER],
    probe: network,
    session: network,
    clock: network.clock,
    ...change,
  });
}

/** Until everything has answered. */
async function finish<T>(network: ScriptedNetwork, work: Promise<T>): Promise<T> {
  await network.clock.advance(60_000);
  return await work;
}

describe('climbing', () => {
  it('looks at each rung as far as those below allow', async () => {
    const network = new ScriptedNetwork();
    const ladder = await finish(network, climber(network).climb());
    expect(network.asked).toEqual([
      'routers 1500',
      'names of broker.example.com',
      '198.51.100.7:8883',
      'tls 198.51.100.7',
      'session at 198.51.100.7 within 6000',
    ]);
    expect(outline(ladder)).toBe('');
    expect(ladder.tookMs).toBe(40);
    expect(finding(ladder, 'dns').tookMs).toBe(10);
    expect(finding(ladder, 'roundTrip').tookMs).toBe(5);
  });

  it('contacts nobody but the broker unless the settings name a server, and that one beside it', async () => {
    const network = new ScriptedNetwork();
    const checkAddress = { host: 'outside.example', port: 443 };
    await finish(network, climber(network, { checkAddress }).climb());
    expect(network.asked).toContain('outside.example:443');
  });

  it('tries every address of the broker', async () => {
    const network = new ScriptedNetwork();
    network.resolved = named('198.51.100.7', '2001:db8::7');
    await finish(network, climber(network).climb());
    expect(network.asked).toContain('[2001:db8::7]:8883'.replace(/[[\]]/g, ''));
    expect(network.asked).toContain('198.51.100.7:8883');
  });

  it('stays within 20 s however slow everything is', async () => {
    const network = new ScriptedNetwork();
    network.lookMs = 1_000_000;
    network.answers = 'connected';
    const ladder = await finish(network, climber(network).climb());
    expect(ladder.tookMs).toBeLessThanOrEqual(LADDER_LIMITS_MS.whole);
    const { routers: _, whole, ...looks } = LADDER_LIMITS_MS;
    expect(Object.values(looks).reduce((sum, limit) => sum + limit, 0)).toBeLessThanOrEqual(whole);
  });

  it('whoever asks meanwhile gets the same ladder', async () => {
    const network = new ScriptedNetwork();
    const ladders = climber(network);
    const [one, other] = await finish(network, Promise.all([ladders.climb(), ladders.climb()]));
    expect(one).toBe(other);
    expect(await finish(network, ladders.climb())).not.toBe(one);
  });

  it('with a numeric address asks for no name', async () => {
    const network = new ScriptedNetwork();
    const broker = { ...BROKER, host: '198.51.100.7', isEncrypted: false };
    const ladder = await finish(network, climber(network, { brokers: () => [broker] }).climb());
    expect(network.asked).toEqual([
      'routers 1500',
      '198.51.100.7:8883',
      'session at 198.51.100.7 within 6000',
    ]);
    expect(outline(ladder)).toBe('');
  });

  it('without a broker looks at the house alone', async () => {
    const network = new ScriptedNetwork();
    const parts = { probe: network, session: network, clock: network.clock };
    await finish(network, new LadderClimber(parts).climb());
    expect(network.asked).toEqual(['routers 1500']);
  });
});

describe('the address where the broker was last found', () => {
  it.each(['by a climb that got through', 'by looking it up while the connection stands'])(
    'is kept %s',
    async (how) => {
      const network = new ScriptedNetwork();
      const ladders = climber(network);
      await finish<unknown>(
        network,
        how.startsWith('by a climb') ? ladders.climb() : ladders.rememberAddresses(),
      );
      network.hasNames = false;
      network.answers = 'silent';
      const ladder = await finish(network, ladders.climb());
      // Without it, names and broadband could not be told apart.
      expect(ladder.lowestFailed).toBe('wan');
      expect(finding(ladder, 'dns').cause).toBe('dns-behind-wan');
    },
  );

  it('is not known at first, so the names are to blame', async () => {
    const network = new ScriptedNetwork();
    network.hasNames = false;
    const ladder = await finish(network, climber(network).climb());
    expect(ladder.lowestFailed).toBe('dns');
    expect(network.asked).toEqual(['routers 1500', 'names of broker.example.com']);
  });
});

describe('with several addresses of the broker', () => {
  const SECOND = { host: 'second.example.com', port: 443, isEncrypted: true };
  const brokers = () => [BROKER, SECOND];

  it('stands when the second lets the gateway in while the first is silent', async () => {
    const network = new ScriptedNetwork();
    network.silentPorts.push(8883);
    const ladder = await finish(network, climber(network, { brokers }).climb());
    expect(outline(ladder)).toBe('');
    expect(ladder.isStanding).toBe(true);
    expect(network.asked.filter((look) => look.startsWith('session'))).toHaveLength(1);
  });

  it('asks the second for a session when the first refuses it', async () => {
    const network = new ScriptedNetwork();
    network.refusingPorts.push(8883);
    const ladder = await finish(network, climber(network, { brokers }).climb());
    expect(ladder.isStanding).toBe(true);
    expect(network.asked.filter((look) => look.startsWith('session'))).toHaveLength(2);
  });

  it('names the rung that broke at the first when none lets the gateway in', async () => {
    const network = new ScriptedNetwork();
    network.refusingPorts.push(8883, 443);
    const refused = await finish(network, climber(network, { brokers }).climb());
    expect(finding(refused, 'session').cause).toBe('session-not-authorised');
    network.silentPorts.push(8883, 443);
    const silent = await finish(network, climber(network, { brokers }).climb());
    expect(silent.findings.some(({ rung, state }) => rung === 'brokerTcp' && state === 'passed')).toBe(false);
  });

  it('asks once for the name of a host that has two ports', async () => {
    const network = new ScriptedNetwork();
    const onePlace = () => [BROKER, { ...BROKER, port: 443 }];
    await finish(network, climber(network, { brokers: onePlace }).climb());
    expect(network.asked.filter((look) => look.startsWith('names'))).toHaveLength(1);
  });

  it('stays within 20 s however many there are and however slow', async () => {
    const network = new ScriptedNetwork();
    network.lookMs = 1_000_000;
    network.refusingPorts.push(8883, 443);
    const many = () => [BROKER, SECOND, { ...BROKER, port: 443 }, { ...SECOND, port: 8883 }];
    const ladder = await finish(network, climber(network, { brokers: many }).climb());
    expect(ladder.tookMs).toBeLessThanOrEqual(LADDER_LIMITS_MS.whole);
  });
});
