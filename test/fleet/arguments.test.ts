import { expect, it } from 'vitest';
import { readArguments } from './arguments.ts';

const NEEDED = ['--broker', 'mqtt://127.0.0.1:1883', '--root-keys', 'root.pem'];

it('reads shares as percents and puts 250 gateways on a feeder unless it is told otherwise', () => {
  const read = readArguments([...NEEDED, '--gateways', '1000', '--never', '3', '--trouble', 'dies=2']);
  expect(read).toMatchObject({
    ok: true,
    options: { fleet: { gateways: 1_000, areas: 4, neverAsked: 0.03, troubles: { dies: 0.02 } } },
  });
});

it.each([
  [['--gateways', '3'], /--broker and --root-keys/],
  [[...NEEDED, '--gateways', 'many'], /--gateways must be a number/],
  [[...NEEDED, '--gateways', '2.5'], /whole number/],
  [[...NEEDED, '--areas', '300'], /--areas must be a number from 1 to 250/],
  [[...NEEDED, '--never', '60', '--withdrawn', '50'], /exceed 100/],
  [[...NEEDED, '--trouble', 'sulks=5'], /--trouble must be one of/],
  [[...NEEDED, '--trouble', 'dies=60', '--trouble', 'away=60'], /must not exceed 100/],
  [[...NEEDED, '--distributor', 'x'], /two digits/],
  [[...NEEDED, '--loud'], /--loud/],
])('says in one sentence what is wrong with %j', (argv, sentence) => {
  const read = readArguments(argv);
  expect(read.ok ? '' : read.problem).toMatch(sentence);
});
