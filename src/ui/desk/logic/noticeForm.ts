import type { Draft } from '../../../contract/desk.ts';
import { fromInputValue } from '../../shared/instants.ts';

/** What stands in the form, as it was typed. */
export interface NoticeForm {
  /** Empty: not chosen yet. */
  readonly kind: '' | 'rehearsal' | 'real';
  readonly issuer: string;
  readonly areaKind: 'feeder' | 'substation' | 'gateways';
  readonly areaId: string;
  /** Separated by blanks, commas or lines. */
  readonly gatewayIds: string;
  readonly measure: Draft['measure']['kind'];
  readonly basisUnit: 'phaseCurrentA' | 'activePowerW';
  readonly chargePointUnit: 'ceilingA' | 'percentOfRating';
  /** A, % or kW, as the unit beside it says. */
  readonly ceiling: string;
  readonly floor: string;
  readonly start: 'onReceipt' | 'at';
  readonly startsAt: string;
  readonly minutes: string;
  readonly reason: string;
  readonly flexibilityService: string;
  readonly cause: '' | Draft['basis']['cause'];
  readonly established: string;
  readonly customersToldAt: string;
  readonly suppliersToldAt: string;
  readonly supersedes: string;
}

export const EMPTY_FORM: NoticeForm = {
  kind: '',
  issuer: '',
  areaKind: 'feeder',
  areaId: '',
  gatewayIds: '',
  measure: 'chargePointCeiling',
  basisUnit: 'phaseCurrentA',
  chargePointUnit: 'ceilingA',
  ceiling: '6',
  floor: '',
  start: 'onReceipt',
  startsAt: '',
  minutes: '60',
  reason: '',
  flexibilityService: '',
  cause: '',
  established: '',
  customersToldAt: '',
  suppliersToldAt: '',
  supersedes: '',
};

/** What the desk is asked about: the draft as far as it can be read. */
export type PartialDraft = { [Key in keyof Draft]?: unknown };

export interface ReadForm {
  readonly draft: PartialDraft;
  /** What cannot be read here already, by the path of the field. */
  readonly mistakes: ReadonlyMap<string, string>;
}

/** The form as a draft. A field that cannot be read is left out of the draft and named among the mistakes. */
export function readForm(form: NoticeForm): ReadForm {
  const mistakes = new Map<string, string>();
  const measure = readMeasure(form, mistakes);
  const minutes = readNumber(form.minutes);
  if (minutes === undefined || !Number.isInteger(minutes) || minutes < 1) {
    mistakes.set('durationSeconds', 'Give the duration in whole minutes, 1 or more.');
  }
  if (form.kind === '') mistakes.set('rehearsal', 'Say whether this is a rehearsal or the real thing.');
  if (form.cause === '') mistakes.set('basis.cause', 'Choose why the network needs this.');
  const startsAt = form.start === 'at' ? fromInputValue(form.startsAt) : undefined;
  if (form.start === 'at' && startsAt === undefined)
    mistakes.set('startsAt', 'Give the day and the time of the start.');
  const area = readArea(form, mistakes);
  const draft: PartialDraft = {
    ...(form.issuer === '' ? {} : { issuer: form.issuer }),
    ...(area === undefined ? {} : { area }),
    ...(measure === undefined ? {} : { measure }),
    ...(startsAt === undefined ? {} : { startsAt }),
    ...(mistakes.has('durationSeconds') || minutes === undefined ? {} : { durationSeconds: minutes * 60 }),
    reason: form.reason.trim(),
    basis: readBasis(form, mistakes),
    ...(form.kind === '' ? {} : { rehearsal: form.kind === 'rehearsal' }),
    ...(form.supersedes === '' ? {} : { supersedes: form.supersedes }),
  };
  return { draft, mistakes };
}

function readArea(form: NoticeForm, mistakes: Map<string, string>): object | undefined {
  if (form.areaKind === 'gateways') {
    const gatewayIds = form.gatewayIds.split(/[\s,;]+/).filter((id) => id !== '');
    if (gatewayIds.length > 0) return { kind: 'gateways', gatewayIds };
    mistakes.set('area.gatewayIds', 'Name at least one gateway.');
    return undefined;
  }
  if (form.areaId !== '') return { kind: form.areaKind, areaId: form.areaId };
  mistakes.set('area.areaId', `Choose a ${form.areaKind}.`);
  return undefined;
}

function readMeasure(form: NoticeForm, mistakes: Map<string, string>): object | undefined {
  if (form.measure === 'loadSwitchOpen') return { kind: 'loadSwitchOpen' };
  const isChargePoint = form.measure === 'chargePointCeiling';
  const isInKilowatts = !isChargePoint && form.basisUnit === 'activePowerW';
  const field = isChargePoint ? form.chargePointUnit : 'ceiling';
  const factor = isInKilowatts ? 1_000 : 1;
  const ceiling = readNumber(form.ceiling);
  const floor = form.floor.trim() === '' ? undefined : readNumber(form.floor);
  if (ceiling === undefined) mistakes.set(`measure.${field}`, 'Give a number, 0 or more, such as 6.');
  if (form.floor.trim() !== '' && floor === undefined) {
    mistakes.set('measure.floor', 'Give a number, 0 or more, or leave it empty.');
  }
  if (ceiling === undefined) return undefined;
  return {
    kind: form.measure,
    ...(isChargePoint ? {} : { basis: form.basisUnit }),
    // Kilowatts with three decimals are whole watts; the factor must not add any.
    [field]: isInKilowatts ? Math.round(ceiling * factor) : ceiling,
    ...(floor === undefined ? {} : { floor: isInKilowatts ? Math.round(floor * factor) : floor }),
  };
}

function readBasis(form: NoticeForm, mistakes: Map<string, string>): object {
  const told: Record<string, string> = {};
  for (const [name, who] of [
    ['customersToldAt', 'the customers'],
    ['suppliersToldAt', 'the suppliers'],
  ] as const) {
    const at = fromInputValue(form[name]);
    if (at === undefined) mistakes.set(`basis.${name}`, `Say when ${who} were told.`);
    else told[name] = at;
  }
  return {
    flexibilityService: form.flexibilityService.trim(),
    ...(form.cause === '' ? {} : { cause: form.cause }),
    established: form.established.trim(),
    ...told,
  };
}

/** A number as it is typed in Britain, 0 or more; a comma between thousands is taken. */
export function readNumber(text: string): number | undefined {
  const plain = text.trim().replace(/(?<=\d),(?=\d{3}(\D|$))/g, '');
  return /^\d+(\.\d+)?$/.test(plain) ? Number(plain) : undefined;
}

/** The unit that stands beside ceiling and floor. */
export function unitOf(form: NoticeForm): string {
  if (form.measure === 'chargePointCeiling') {
    return form.chargePointUnit === 'ceilingA' ? 'A per phase' : '% of the rating';
  }
  return form.basisUnit === 'activePowerW' ? 'kW in all' : 'A per phase';
}

/**
 * What is to be said at a field: what cannot be read here comes first, then what the desk has found there or below.
 * @param problems of the desk, by path
 */
export function mistakeAt(
  path: string,
  mistakes: ReadonlyMap<string, string>,
  problems: readonly { readonly path: string; readonly sentence: string }[],
): string | undefined {
  const own = mistakes.get(path);
  if (own !== undefined) return own;
  return problems.find((problem) => problem.path === path || problem.path.startsWith(`${path}.`))?.sentence;
}
