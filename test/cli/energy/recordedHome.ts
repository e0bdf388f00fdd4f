import type { Composition } from '../../../src/cli/context.ts';
import type { UsageFinding } from '../../../src/ports/usage.ts';
import { packState } from '../../../src/usage/state.ts';
import { at, LedgerBench } from '../../usage/support.ts';
import { type CliRun, EMPTY_RECORD, loadgate, testContext } from '../testContext.ts';

const MINUTE_MS = 60_000;

/** A home of which a look each minute is enough to tell what it did. */
export class RecordedHome {
  readonly bench: LedgerBench;
  gridWh = 100_000;
  carWh = 50_000;

  constructor(iso: string) {
    this.bench = new LedgerBench(at(iso));
  }

  /** So many minutes with the same flows, two seconds of them looked at one after the other and the rest by the registers. */
  run(minutes: number, { houseW = 400, carA = 0, isPlugged = false, cause = '' } = {}): void {
    for (let minute = 0; minute < minutes; minute += 1) {
      for (const stepMs of [1_000, ...Array.from({ length: 19 }, () => 3_000), 2_000]) {
        const carW = carA * 230;
        this.gridWh += ((houseW + carW) * stepMs) / 3_600_000;
        this.carWh += (carW * stepMs) / 3_600_000;
        this.bench.pass(stepMs);
        this.bench.look({
          channels: {
            connection:
              cause === ''
                ? { powerW: houseW + carW, importRegisterWh: this.gridWh, exportRegisterWh: 0 }
                : { cause },
            'load.car': { powerW: carW, importRegisterWh: this.carWh },
          },
          chargePoints: { car: { currentA: carA, isPlugged } },
        });
      }
      if (minute % 5 === 0) this.bench.write();
    }
    this.bench.write();
  }

  off(minutes: number, { isOrderly = false, gridWh = 0 } = {}): void {
    this.bench.write(isOrderly);
    this.gridWh += gridWh;
    this.bench.restart(minutes * MINUTE_MS);
  }

  record() {
    const rows = [...this.bench.rows.values()];
    return {
      ...EMPTY_RECORD,
      usage: (kind: string): Iterable<UsageFinding> =>
        rows.filter((row) => row.kind === kind).map((row) => ({ kind: 'row', row })),
      usageState: () => JSON.parse(JSON.stringify(packState(this.bench.state ?? neverWritten()))),
    };
  }

  async ask(...args: readonly string[]): Promise<CliRun> {
    const composition: Partial<Composition> = { openRecord: () => ({ ok: true, record: this.record() }) };
    return await loadgate(['energy', ...args], testContext(composition));
  }
}

function neverWritten(): never {
  throw new Error('the home was never written');
}
