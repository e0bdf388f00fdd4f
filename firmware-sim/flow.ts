/** What flows at one place of the installation, index 0 to 2 for L1 to L3. Import is positive, export negative. */
export class Flow {
  readonly powerW = [0, 0, 0];
  readonly reactiveVar = [0, 0, 0];
  /** Magnitude; its direction is the sign of the power. */
  readonly currentA = [0, 0, 0];
  readonly importWh = [0, 0, 0];
  readonly exportWh = [0, 0, 0];

  clear(): void {
    for (let phase = 0; phase < 3; phase += 1) {
      this.powerW[phase] = 0;
      this.reactiveVar[phase] = 0;
    }
  }

  add(phase: number, powerW: number, reactiveVar: number): void {
    this.powerW[phase] = (this.powerW[phase] as number) + powerW;
    this.reactiveVar[phase] = (this.reactiveVar[phase] as number) + reactiveVar;
  }

  addFlow(other: Flow): void {
    for (let phase = 0; phase < 3; phase += 1) {
      this.add(phase, other.powerW[phase] as number, other.reactiveVar[phase] as number);
    }
  }

  /** Energy of a step through which the powers stood as they are. */
  accrue(stepMs: number): void {
    const hours = stepMs / 3_600_000;
    for (let phase = 0; phase < 3; phase += 1) {
      const powerW = this.powerW[phase] as number;
      if (powerW >= 0) this.importWh[phase] = (this.importWh[phase] as number) + powerW * hours;
      else this.exportWh[phase] = (this.exportWh[phase] as number) - powerW * hours;
    }
  }

  /** Currents that belong to the powers. */
  settle(voltageV: readonly number[]): void {
    for (let phase = 0; phase < 3; phase += 1) {
      const powerW = this.powerW[phase] as number;
      const reactiveVar = this.reactiveVar[phase] as number;
      const apparentVa = Math.sqrt(powerW * powerW + reactiveVar * reactiveVar);
      this.currentA[phase] = apparentVa / (voltageV[phase] as number);
    }
  }

  totalPowerW(): number {
    return sum(this.powerW);
  }

  totalImportWh(): number {
    return sum(this.importWh);
  }

  totalExportWh(): number {
    return sum(this.exportWh);
  }
}

function sum(values: readonly number[]): number {
  return (values[0] as number) + (values[1] as number) + (values[2] as number);
}
