// A name server as a process of its own, so that it can stand in the network of a router. Arguments: host, port. Each line of the
// standard input is what it answers from then on: an address, or the name of a failure.

import { isIP } from 'node:net';
import { createInterface } from 'node:readline';
import { type DnsAnswer, DnsServer } from '../../support/dnsServer.ts';

const [host = '127.0.0.1', port = '53'] = process.argv.slice(2);
const server = await DnsServer.start('silence', host, Number(port));
for await (const line of createInterface({ input: process.stdin })) {
  server.answer = isIP(line) === 0 ? (line as DnsAnswer) : [line];
  console.log(`answers ${line}`);
}
await server.close();
