import { describe, expect, it } from 'vitest';
import { BrokerAddresses } from '../../../src/adapters/mqtt/brokerAddresses.ts';

const [A, B, C] = ['mqtts://a:8883', 'mqtts://b:8883', 'wss://c/mqtt'] as const;

/** Where it is tried, one failure after the other; `|` where a round ends. */
function walk(addresses: BrokerAddresses, failures: number): string {
  const steps = Array.from({ length: failures }, () => {
    const at = new URL(addresses.current()).hostname;
    return addresses.failed('gone') ? `${at}|` : at;
  });
  return steps.join(' ');
}

describe('the addresses of the broker', () => {
  it('are tried in the order of the settings, round by round', () => {
    expect(walk(new BrokerAddresses(A, [B, C]), 7)).toBe('a b c| a b c| a');
  });

  it('one address is a round by itself, also when it stands in the list twice', () => {
    expect(walk(new BrokerAddresses(A, [A]), 2)).toBe('a| a|');
  });

  it('the last good one comes first, the others in their order behind it', () => {
    const addresses = new BrokerAddresses(A, [B, C]);
    walk(addresses, 1);
    addresses.accepted();
    expect(addresses.inOrder()).toEqual([B, A, C]);
    addresses.lost('cut');
    expect(walk(addresses, 6)).toBe('b a c| b a c|');
  });

  it('a climb of the ladder tries another one out of turn; a foreign one it does not', () => {
    const addresses = new BrokerAddresses(A, [B, C]);
    addresses.goTo(C);
    addresses.goTo('mqtts://elsewhere:1');
    expect(walk(addresses, 4)).toBe('c a b| a');
  });

  it('each failure is named until its address is good again', () => {
    const addresses = new BrokerAddresses(A, [B]);
    expect(addresses.sentence(false)).toBe(`${A}: not yet answered`);
    addresses.failed('Nothing listens');
    addresses.failed('Too busy');
    expect(addresses.sentence(false)).toBe(`${A}: Nothing listens. ${B}: Too busy`);
    addresses.failed('Nothing listens');
    addresses.accepted();
    expect(addresses.sentence(true)).toBe(`Connected to ${B}. ${A}: Nothing listens`);
  });
});
