import { compileAnyOf } from './conditions.ts';
import type { PointData } from './profileSchema.ts';
import { type RegisterType, roundToFloatDigits, WORDS_OF_TYPE } from './registers.ts';
import type { Place, PointAnswers, PointSources } from './sources.ts';
import { exactly, type Scale, scaleOfUnit, scaleToValue } from './units.ts';

export type NumberPointData = Extract<PointData, { is: 'number' }>;
type Decode = (answers: PointAnswers) => number | undefined;

/** A number out of the answers of its blocks; nothing when the device has no value, or one that cannot be. */
export function numberDecoder(point: NumberPointData, sources: PointSources): Decode {
  const measure = compileMeasure(point, sources);
  const base = compileBase(point, sources);
  const isZero = compileAnyOf(point.zeroWhen, sources);
  const isWhole = compileAnyOf(point.wholeWhen, sources);
  const [least, most] = point.plausible;
  const valueFrom = (answers: PointAnswers): number | undefined => {
    if (isZero(answers)) return 0;
    if (isWhole(answers)) return base === undefined ? most : base(answers);
    return measure(answers);
  };
  return (answers) => {
    const value = valueFrom(answers);
    if (value === undefined) return undefined;
    const wanted = point.atLeastZero === true && value < 0 ? 0 : value;
    // + 0: a negated zero is a plain zero.
    return wanted >= least && wanted <= most ? wanted + 0 : undefined;
  };
}

/** What the register itself says, in the unit of the point. */
function compileMeasure(point: NumberPointData, sources: PointSources): Decode {
  const isMarked = compileMarks(point, sources);
  const scaled = compileScaled(point, sources);
  const base = compileBase(point, sources);
  const sign = point.positive === 'export' ? -1 : 1;
  const { perAmp } = point;
  return (answers) => {
    if (isMarked(answers)) return undefined;
    let value = scaled(answers);
    if (value === undefined) return undefined;
    if (base !== undefined) {
      const whole = base(answers);
      if (whole === undefined) return undefined;
      value = exactly((value * whole) / 100);
    }
    return sign * (perAmp === undefined ? value : exactly(value / perAmp));
  };
}

function compileMarks(point: NumberPointData, sources: PointSources): (answers: PointAnswers) => boolean {
  const slot = sources.slotOf(point.block);
  const offset = sources.offsetOf(point);
  const length = WORDS_OF_TYPE[point.type];
  const marks = point.notAvailable ?? [];
  return (answers) =>
    marks.some((mark) =>
      mark.every((word, index) => index >= length || answers[slot]?.[offset + index] === word),
    );
}

/** What a point is a share of. A rating that the device does not give, or gives as 0, is no rating. */
function compileBase({ shareOf, wordOrder }: NumberPointData, sources: PointSources): Decode | undefined {
  if (shareOf === undefined) return undefined;
  const scaled = compileScaled({ wordOrder, ...shareOf }, sources);
  const read = sources.read({ wordOrder, ...shareOf }, shareOf.type);
  return (answers) => {
    const whole = NOT_GIVEN[shareOf.type] === read(answers) ? undefined : scaled(answers);
    return whole !== undefined && whole > 0 ? whole : undefined;
  };
}

/** SunSpec information model: raw numbers that mean "not implemented". */
const NOT_GIVEN: Readonly<Partial<Record<RegisterType, number>>> = {
  u16: 0xffff,
  i16: -0x8000,
  u32: 0xffff_ffff,
  i32: -0x8000_0000,
};

interface Scaled extends Place {
  readonly type: RegisterType;
  readonly unit: string;
  readonly scaleFactor?: Place | undefined;
}

/** A register times its unit and its power of ten. */
function compileScaled(register: Scaled, sources: PointSources): Decode {
  const read = sources.read(register, register.type);
  const scale = scaleOfUnit(register.unit);
  const finish = register.type === 'f32' ? roundToFloatDigits : (value: number) => value;
  if (register.scaleFactor === undefined) {
    return (answers) => {
      const value = finish(scaleToValue(read(answers), scale));
      return Number.isFinite(value) ? value : undefined;
    };
  }
  const power = sources.read(register.scaleFactor, 'i16');
  return (answers) => {
    const withPower = scaleByPower(scale, power(answers));
    if (withPower === undefined) return undefined;
    const value = finish(scaleToValue(read(answers), withPower));
    return Number.isFinite(value) ? value : undefined;
  };
}

/** Powers of ten of the SunSpec information model; 0x8000 (-32768) means that there is none. */
const LARGEST_POWER = 10;

/** A scale times a power of ten out of a device; nothing when the power is none. */
export function scaleByPower(scale: Scale, power: number): Scale | undefined {
  if (!(power >= -LARGEST_POWER && power <= LARGEST_POWER)) return undefined;
  return power >= 0
    ? { multiply: scale.multiply * 10 ** power, divide: scale.divide }
    : { multiply: scale.multiply, divide: scale.divide * 10 ** -power };
}
