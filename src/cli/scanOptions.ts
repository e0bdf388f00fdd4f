import { type Command, Option } from 'commander';
import { collect, parseAddresses, parseBaudRates, parsePorts, parseSome } from './values.ts';

/** What `loadgate scan` can be told; without speed, parity and stop bits it tries the settings that makers ship. */
export function addScanOptions(command: Command): void {
  command
    .option('--json', 'print one JSON value a line: each find, and the piece of site plan last')
    .addOption(new Option('--line <path>', 'search this serial line; may be given again').argParser(collect))
    .addOption(
      new Option('--baud <rates>', 'only these speeds, such as 9600,19200').argParser(parseBaudRates),
    )
    .addOption(
      new Option('--parity <parities>', 'only these: none, even, odd').argParser(
        parseSome(['none', 'even', 'odd'] as const),
      ),
    )
    .addOption(new Option('--stop-bits <bits>', 'only these: 1, 2').argParser(parseSome([1, 2] as const)))
    .addOption(
      new Option(
        '--addresses <ranges>',
        'unit numbers to try, such as 1-32 or 1,3,10-12; 1-20 if left out',
      ).argParser(parseAddresses),
    )
    .addOption(new Option('--all', 'try all unit numbers of a serial line, 1-247').conflicts('addresses'))
    .addOption(
      new Option(
        '--network <network>',
        'search a network such as 192.168.1.0/24; may be given again',
      ).argParser(collect),
    )
    .addOption(new Option('--host <host>', 'search this device; may be given again').argParser(collect))
    .addOption(
      new Option(
        '--ports <ranges>',
        'TCP ports; those of the profiles if left out, and 502, 1502, 4196',
      ).argParser(parsePorts),
    )
    .option('--force', 'search addresses that are not private too');
}
