import { describe, expect, it } from 'vitest';
import {
  isAddress,
  isHomeAddress,
  isInNetwork,
  isLoopback,
  isPublicName,
} from '../../src/network/internetAddress.ts';

describe('an address', () => {
  it.each(['192.0.2.1', '::', '::1', '2001:db8::7', 'fe80::1%eth0', '1:2:3:4:5:6:7:8', '::ffff:192.0.2.1'])(
    '%s is one',
    (text) => expect(isAddress(text)).toBe(true),
  );

  it.each([
    '',
    '192.0.2',
    '192.0.2.256',
    '1:2',
    '1::2::3',
    ':::',
    '1:2:3:4:5:6:7:8:9',
    'g::1',
    'broker.example',
    '1:2:3:4:5:6:7::8:9',
  ])('"%s" is none', (text) => expect(isAddress(text)).toBe(false));

  it.each([
    ['192.168.1.77', '192.168.1.20', 24, true],
    ['192.168.2.77', '192.168.1.20', 24, false],
    ['192.168.1.77', '192.168.1.77', 32, true],
    ['10.1.2.3', '0.0.0.0', 0, true],
    ['fd00::5', 'fd00::2', 64, true],
    ['fd00:0:0:1::5', 'fd00::2', 64, false],
    ['192.168.1.1', 'fd00::2', 0, false],
    ['192.168.1.1', 'nothing', 24, false],
  ])('%s in the network of %s/%i: %s', (address, network, prefixLength, isIn) => {
    expect(isInNetwork(address, network, prefixLength)).toBe(isIn);
  });

  it.each([
    '0.0.0.0',
    '10.0.0.1',
    '100.64.0.1',
    '127.0.0.1',
    '169.254.1.1',
    '172.31.255.1',
    '192.168.0.1',
    '::',
    '::1',
    'fd12::1',
    'fe80::1',
  ])('%s is never a server on the Internet', (address) => expect(isHomeAddress(address)).toBe(true));

  it.each(['9.9.9.9', '172.32.0.1', '100.128.0.1', '192.169.0.1', '2001:db8::1', '::2'])(
    '%s may be one',
    (address) => expect(isHomeAddress(address)).toBe(false),
  );

  it('of the box itself', () => {
    expect(['127.0.0.1', '127.9.9.9', '::1'].every(isLoopback)).toBe(true);
    expect(['128.0.0.1', '::2', '10.0.0.1'].some(isLoopback)).toBe(false);
  });
});

describe('a name', () => {
  it.each(['broker.example.com', 'broker.example.com.', 'local.example'])('%s is public', (name) =>
    expect(isPublicName(name)).toBe(true),
  );

  it.each([
    'localhost',
    'broker',
    'broker.local',
    'broker.lan',
    'hub.fritz.box',
    'x.home.arpa',
    '192.0.2.1',
    '::1',
  ])('%s belongs to a home', (name) => expect(isPublicName(name)).toBe(false));
});
