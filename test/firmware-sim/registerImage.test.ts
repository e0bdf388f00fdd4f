import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  ImageDevice,
  parseRegisterImage,
  RECORDED_IMAGES,
  readRecordedImage,
} from '../../firmware-sim/registerImage.ts';

function ask(device: ImageDevice, pduHex: string): string {
  return device.respond(Buffer.from(pduHex.replaceAll(' ', ''), 'hex')).toString('hex');
}

describe('a recorded register image', () => {
  it.each(RECORDED_IMAGES)('%s begins with the SunSpec mark and its chain ends inside', (name) => {
    const { hr } = readRecordedImage(name);
    expect([hr.get(40_000), hr.get(40_001)]).toEqual([0x5375, 0x6e53]);
    let address = 40_002;
    const ids: number[] = [];
    while (hr.get(address) !== 0xffff) {
      ids.push(hr.get(address) ?? -1);
      address += 2 + (hr.get(address + 1) ?? Number.NaN);
    }
    expect(ids[0]).toBe(1);
    expect(ids.length).toBeGreaterThan(5);
  });

  it('serves the image whose read-back lies: a limit of 0 that is enabled, at full power', () => {
    const device = new ImageDevice(126, readRecordedImage('sunspec_sma_sb3.6_2025-05-18_day'));
    expect(ask(device, '03 9c40 0002')).toBe('030453756e53');
    const { hr } = readRecordedImage('sunspec_sma_sb3.6_2025-05-18_day');
    let address = 40_002;
    while (hr.get(address) !== 123) address += 2 + (hr.get(address + 1) ?? Number.NaN);
    const offset5 = (address + 5).toString(16);
    expect(ask(device, `03 ${offset5} 0005`)).toBe('030a0000ffffffffffff0001');
  });

  it('credits its source and licence beside the files and in the notice', () => {
    for (const file of ['firmware-sim/data/README.md', 'NOTICE']) {
      const text = readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');
      for (const needed of [
        'Niels Basjes',
        '68d672d8',
        'LICENSE-modbus-schema-Apache-2.0.txt',
        'serial number',
      ]) {
        expect(text).toContain(needed);
      }
    }
  });

  it('refuses what is outside of the image, and everything that is not a read', () => {
    const device = new ImageDevice(
      1,
      parseRegisterImage('area,address,hex\nhr,5,00AB\nhr,6,0001\nir,5,0002\n'),
    );
    expect(ask(device, '03 0005 0002')).toBe('030400ab0001');
    expect(ask(device, '04 0005 0001')).toBe('04020002');
    expect(ask(device, '03 0004 0002')).toBe('8302');
    expect(ask(device, '03 0006 0002')).toBe('8302');
    expect(ask(device, '04 0006 0001')).toBe('8402');
    expect(ask(device, '03 0005 0000')).toBe('8303');
    expect(ask(device, '06 0005 0001')).toBe('8601');
  });

  it.each([
    ['address,hex\n5,00AB', /header/],
    ['area,address,hex\nhr,5,00A', /line 2.*four hex digits/],
    ['area,address,hex\nhr,5,00AB\nco,6,0001', /line 3/],
    ['area,address,hex\nhr,65536,0001', /line 2/],
  ])('says which line of %j does not fit', (csv, message) => {
    expect(() => parseRegisterImage(csv)).toThrow(message);
  });
});
