import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { LOADGATE } from '../../support/processes/loadgateCommand.ts';
import { OwnedProcess } from '../../support/processes/ownedProcess.ts';
import { until } from '../../support/processes/waiting.ts';

const MOSQUITTO = process.env.MOSQUITTO ?? '/usr/sbin/mosquitto';
const DNS_CHILD = fileURLToPath(new URL('dnsChild.ts', import.meta.url));

/** The home network, and one outside that is on nobody's list of home networks (TEST-NET-2, RFC 5737). */
export const PLACES = {
  home: '192.168.77.2',
  router: '192.168.77.1',
  street: '198.51.100.1',
  broker: '198.51.100.7',
} as const;
const BROKER_NAME = 'broker.trial.example';

/** Whether this user may make networks; in a container often not. */
export const canMakeNetworks = ((): boolean => {
  const name = `lg-try-${process.pid}`;
  if (spawnSync('ip', ['netns', 'add', name]).status !== 0) return false;
  const isUsable = spawnSync('ip', ['netns', 'exec', name, 'true']).status === 0;
  spawnSync('ip', ['netns', 'delete', name]);
  return isUsable;
})();

interface CommandResult {
  readonly code: number | null;
  readonly text: string;
}

/** A home with a router and a broker outside, each in a network of its own, on this machine. */
export class Street {
  readonly #folder: string;
  readonly #names = {
    home: this.#named('home'),
    router: this.#named('router'),
    outside: this.#named('outside'),
  };
  #dns: OwnedProcess | undefined;
  #broker: OwnedProcess | undefined;
  readonly #heard: string[] = [];

  /** @param folder must exist */
  constructor(folder: string) {
    this.#folder = folder;
    for (const name of Object.values(this.#names)) execFileSync('ip', ['netns', 'add', name]);
    this.#in('home', 'ip link add uplink type veth peer name downlink');
    this.#in('home', `ip link set downlink netns ${this.#names.router}`);
    this.#in('router', 'ip link add line type veth peer name exchange');
    this.#in('router', `ip link set exchange netns ${this.#names.outside}`);
    for (const [place, link, address] of [
      ['router', 'downlink', `${PLACES.router}/24`],
      ['router', 'line', `${PLACES.street}/24`],
      ['outside', 'exchange', `${PLACES.broker}/24`],
    ] as const) {
      this.#in(place, `ip address add ${address} dev ${link}`);
      this.#in(place, `ip link set ${link} up`);
      this.#in(place, 'ip link set lo up');
    }
    this.#in('outside', `ip route add default via ${PLACES.street}`);
    this.router('sysctl -q -w net.ipv4.ip_forward=1');
    this.#in('home', 'ip link set lo up');
    this.#in('home', 'ip link set uplink up');
    this.mendHome();
    this.writeResolvers(PLACES.router);
    this.#writeSettings();
  }

  /** Address and default route, as DHCP would have set them. */
  mendHome(): void {
    this.home(`ip address replace ${PLACES.home}/24 dev uplink`);
    this.home(`ip route replace default via ${PLACES.router}`);
  }

  home(command: string): void {
    this.#in('home', command);
  }

  router(command: string): void {
    this.#in('router', command);
  }

  writeResolvers(...addresses: readonly string[]): void {
    writeFileSync(this.#resolvers, addresses.map((address) => `nameserver ${address}\n`).join(''));
  }

  async startDns(): Promise<void> {
    this.#dns = new OwnedProcess({
      name: 'the name server',
      command: this.#inside('router', process.execPath, DNS_CHILD, PLACES.router, '53'),
      logFile: join(this.#folder, 'dns.log'),
      onLine: (line) => this.#heard.push(line),
    });
    await this.answerNames(PLACES.broker);
  }

  async answerNames(answer: string): Promise<void> {
    const before = this.#heard.length;
    this.#dns?.write(answer);
    await until('the name server has heard it', () => this.#heard.length > before);
  }

  async startBroker(): Promise<void> {
    const configuration = join(this.#folder, 'mosquitto.conf');
    const lines = [`user ${userInfo().username}`, `listener 1883 ${PLACES.broker}`, 'allow_anonymous true'];
    writeFileSync(configuration, `${lines.join('\n')}\n`);
    this.#broker = new OwnedProcess({
      name: 'the broker',
      command: this.#inside('outside', MOSQUITTO, '-c', configuration),
      logFile: join(this.#folder, 'mosquitto.log'),
    });
    const isListening = (): boolean => {
      const sockets = this.#in('outside', 'cat /proc/self/net/tcp');
      return sockets.includes(':075B 00000000:0000 0A');
    };
    await until('the broker listens', isListening);
  }

  async stopBroker(): Promise<void> {
    await this.#broker?.kill();
  }

  /** A command of the gateway's box, which takes its name servers from a file of its own. */
  loadgate(...args: readonly string[]): CommandResult {
    const script = 'mount --bind "$0" /etc/resolv.conf && exec "$@"';
    const command = [process.execPath, LOADGATE, ...args, '--config', join(this.#folder, 'loadgate.jsonc')];
    const [file, ...rest] = this.#inside('home', 'sh', '-c', script, this.#resolvers, ...command);
    const { status, stdout, stderr } = spawnSync(file, rest, { encoding: 'utf8', timeout: 60_000 });
    return { code: status, text: stdout === '' ? stderr : stdout };
  }

  async close(): Promise<void> {
    await this.#broker?.kill();
    await this.#dns?.kill();
    for (const name of Object.values(this.#names)) spawnSync('ip', ['netns', 'delete', name]);
  }

  get #resolvers(): string {
    return join(this.#folder, 'resolv.conf');
  }

  #writeSettings(): void {
    mkdirSync(join(this.#folder, 'state'));
    const settings = {
      gatewayId: 'home-1',
      sitePlan: 'site.jsonc',
      stateDirectory: 'state',
      runtimeDirectory: 'run',
      broker: { url: `mqtt://${BROKER_NAME}:1883` },
    };
    writeFileSync(join(this.#folder, 'loadgate.jsonc'), JSON.stringify(settings));
  }

  #named(place: string): string {
    return `lg-${place}-${process.pid}`;
  }

  #in(place: 'home' | 'router' | 'outside', command: string): string {
    const [file, ...args] = this.#inside(place, ...(command.split(' ') as [string, ...string[]]));
    return execFileSync(file, args, { encoding: 'utf8', stdio: 'pipe' });
  }

  #inside(
    place: 'home' | 'router' | 'outside',
    ...command: readonly [string, ...string[]]
  ): [string, ...string[]] {
    return ['ip', 'netns', 'exec', this.#names[place], ...command];
  }
}
