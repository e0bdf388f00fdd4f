import { FUNCTION } from '../pdu.ts';
import { RegisterBank, type RegisterTable } from '../registerBank.ts';
import { BY_WRITE_REGISTERS, f32, oneOf, text, u16, u32 } from '../registers.ts';
import { ChargePoint, type ChargePointPlace } from './chargePoint.ts';
import { Watchdog } from './watchdog.ts';

const HEARTBEAT = 0x55aa;
const HEARTBEAT_MS = 10_000;
const STATE = { a: 1, b: 2, c: 5, error: 6 } as const;
/** The pilot without and with permission to charge. */
const PILOT = { a: [10, 26], b: [11, 27], c: [12, 28], error: 14 } as const;
const GRID_PHASES = { l1: 0, all: 2 } as const;
const HARDWARE_PHASES = { one: 0, oneOrThree: 2 } as const;
const LEAST_A = 6;

/**
 * Mennekes AMTRON Compact 2.0s and 4You 300. Without its heartbeat it is in its error state, and release and
 * set-point are gone: the way back is the heartbeat, then the release, then the current. Both can be written
 * only while the heart beats.
 * A set-point of 0 is no limit; one below 6 A gives no permission.
 * Source: evcc "mennekes-compact.go"; Mennekes "Modbus RTU Specification" v2.0 (register layout 1.0.3) as quoted by
 * public drivers.
 */
export class MennekesCompact extends ChargePoint {
  readonly turnaroundMs = 15;
  readonly bootMs = 10_000;
  protected readonly bank: RegisterBank;
  readonly #heartbeat: Watchdog;
  #isReleased = false;
  #setpointA = 0;
  #phases = 0;

  constructor(place: ChargePointPlace) {
    super(place);
    this.#heartbeat = new Watchdog(HEARTBEAT_MS, place.startAtMs);
    this.bank = new RegisterBank({
      functions: [FUNCTION.readHolding, FUNCTION.writeRegister, FUNCTION.writeRegisters],
      holding: { ...this.#identity(), ...this.#measures(), ...this.#control() },
    });
  }

  get isFailSafe(): boolean {
    return this.#heartbeat.isExpired(this.nowMs);
  }

  protected override attend(): void {
    if (this.isFailSafe) this.#loseControl();
  }

  protected forget(readyAtMs: number): void {
    this.#loseControl();
    this.#heartbeat.feed(readyAtMs);
    this.#phases = 0;
    this.socket.useOnePhase(false);
  }

  protected allowedA(): number {
    if (!this.#isReleased) return 0;
    const { hardwareMaximumA } = this.place;
    return this.#setpointA === 0 ? hardwareMaximumA : Math.min(hardwareMaximumA, this.#setpointA);
  }

  #loseControl(): void {
    this.#isReleased = false;
    this.#setpointA = 0;
  }

  #state(): number {
    const { car, isCharging } = this.socket;
    if (this.isFailSafe) return STATE.error;
    if (!car.isPlugged) return STATE.a;
    return isCharging ? STATE.c : STATE.b;
  }

  #pilotState(): number {
    const { car, isCharging } = this.socket;
    if (this.isFailSafe) return PILOT.error;
    const permission = this.allowedA() >= LEAST_A ? 1 : 0;
    return PILOT[!car.isPlugged ? 'a' : isCharging ? 'c' : 'b'][permission];
  }

  #identity(): RegisterTable {
    const isThreePhase = this.socket.wiredPhases.length === 3;
    return {
      0: u16(() => 0x0102),
      1: text(8, () => '1.2.0'),
      19: text(8, () => '14110012345'),
      256: u16(() => this.#state()),
      257: u16(() => 1),
      264: u16(() => this.#pilotState()),
      780: u16(() => (isThreePhase ? HARDWARE_PHASES.oneOrThree : HARDWARE_PHASES.one)),
      785: u16(() => (isThreePhase ? GRID_PHASES.all : GRID_PHASES.l1)),
      786: u16(() => 0),
    };
  }

  #measures(): RegisterTable {
    const { terminals, socket } = this;
    const current = (terminal: number) => f32(() => terminals.currentA(terminal));
    const voltage = (terminal: number) => f32(() => terminals.voltageV(terminal));
    return {
      1280: current(0),
      1282: current(1),
      1284: current(2),
      1286: voltage(0),
      1288: voltage(1),
      1290: voltage(2),
      1298: f32(terminals.totalPowerW),
      2818: f32(() => this.sessionWh / 1000),
      2820: u32(() => this.pluggedS),
      4096: f32(() => socket.flow.totalImportWh() / 1000),
    };
  }

  #control(): RegisterTable {
    const isOpen = () => !this.isFailSafe;
    return {
      770: f32(() => this.#setpointA, {
        by: BY_WRITE_REGISTERS,
        isOpen,
        accepts: (value) => value >= 0,
        store: (value) => {
          this.#setpointA = value;
          this.setpointWrites += 1;
        },
      }),
      3328: u16(undefined, {
        accepts: oneOf(HEARTBEAT),
        store: (_value, nowMs) => this.#heartbeat.feed(nowMs),
      }),
      3332: u16(() => this.#phases, {
        accepts: (value) => value <= 1 && !this.#isReleased,
        store: (value) => {
          this.#phases = value;
          this.changeOver(value === 1);
        },
      }),
      3333: u16(() => (this.#isReleased ? 1 : 0), {
        isOpen,
        accepts: oneOf(0, 1),
        store: (value) => {
          this.#isReleased = value === 1;
        },
      }),
    };
  }
}
