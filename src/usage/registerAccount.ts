/**
 * Energy in one direction through one channel: by the difference of the meter's register, and by power times time where
 * there is no register or it cannot be read. What was counted by power is taken off when the register is back, so that
 * nothing counts twice.
 */
export interface RegisterAccount {
  /** As it was last read; absent: never. */
  readonly lastWh?: number;
  /** By power times time, since the register last moved. */
  readonly integratedWh: number;
  /** Of that already counted because the register could not be read; negative never. */
  readonly countedWh: number;
}

export const NEW_ACCOUNT: RegisterAccount = { integratedWh: 0, countedWh: 0 };

interface Step {
  /** Absent: there is none, or it could not be read. */
  readonly registerWh: number | undefined;
  /** Power times time of this step. */
  readonly integralWh: number;
  /** Most that can have flowed since the register was last read. */
  readonly mostWh: number;
}

/** Registers count in steps, of up to a kilowatt-hour. */
const COARSEST_STEP_WH = 1_000;

/** Where registers begin at zero again: full decimal displays, and counters of 32 bits in the units that makers use. */
const ROLL_OVERS_WH: readonly number[] = [
  ...Array.from({ length: 8 }, (_, place) => 10 ** (place + 6)),
  ...[0.1, 1, 10, 100, 1000].flatMap((unit) => [2 ** 31 * unit, 2 ** 32 * unit]),
];

/** @returns the account after the step, and the energy to count now, >= 0 */
export function countStep(
  account: RegisterAccount,
  { registerWh, integralWh, mostWh }: Step,
): { readonly account: RegisterAccount; readonly energyWh: number } {
  const integratedWh = account.integratedWh + integralWh;
  if (registerWh === undefined) {
    const countedWh = account.lastWh === undefined ? 0 : account.countedWh + integralWh;
    return { account: { ...account, integratedWh, countedWh }, energyWh: integralWh };
  }
  if (account.lastWh === undefined) {
    return { account: { ...NEW_ACCOUNT, lastWh: registerWh }, energyWh: integralWh };
  }
  const throughWh = energyThrough(account.lastWh, registerWh, integratedWh, mostWh + COARSEST_STEP_WH);
  const energyWh = Math.max(0, throughWh - account.countedWh);
  return {
    account: {
      lastWh: registerWh,
      integratedWh: registerWh === account.lastWh ? integratedWh : 0,
      countedWh: Math.max(0, account.countedWh - throughWh),
    },
    energyWh,
  };
}

function energyThrough(lastWh: number, registerWh: number, integratedWh: number, mostWh: number): number {
  const differenceWh = registerWh - lastWh;
  if (differenceWh >= 0) {
    // More than the cable can carry: another meter, or a reading that is not true. It counts on from here.
    return differenceWh <= mostWh ? differenceWh : integratedWh;
  }
  const rolledOverWh = ROLL_OVERS_WH.map((at) => at + differenceWh).find(
    (energyWh) => energyWh >= 0 && energyWh <= mostWh,
  );
  if (rolledOverWh !== undefined) return rolledOverWh;
  // Set to zero, at a new session or by hand, it shows what came since; power times time may know more.
  return Math.max(integratedWh, registerWh <= mostWh ? registerWh : 0);
}
