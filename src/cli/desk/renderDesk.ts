import type { Areas, Board, Forecast, Notice, NoticeSummary } from '../../contract/desk.ts';
import { alignColumns, duration } from '../table.ts';

export function renderAreas({ areas }: Areas): readonly string[] {
  const rows = areas.map(({ kind, areaId, homes, consenting, reachable, load, liveNotices }) => [
    `${kind} ${areaId}`,
    `${homes}`,
    `${consenting}`,
    `${reachable}`,
    load.known === 0 ? 'unknown' : kilowatts(load.importW),
    load.known === 0 ? 'unknown' : kilowatts(load.chargePointsW),
    `${load.unknown}`,
    liveNotices
      .map(({ noticeId, isRehearsal }) => `${noticeId}${isRehearsal ? ' (rehearsal)' : ''}`)
      .join(', '),
  ]);
  const head = ['area', 'homes', 'consenting', 'reachable', 'import', 'charging', 'not known', 'notices'];
  return areas.length === 0 ? ['No gateway is registered'] : alignColumns([head, ...rows]);
}

export function renderForecast(forecast: Forecast): readonly string[] {
  const { homes, consenting, reachable, counted, unknown, reliefW, presentW, oldestSeconds, at, remarks } =
    forecast;
  const age = oldestSeconds === undefined ? '' : `, the oldest ${duration(oldestSeconds * 1_000)} old`;
  return [
    ...alignColumns([
      ['relief to expect', kilowatts(reliefW)],
      ['of a present flow of', kilowatts(presentW)],
      ['from figures of', `${counted} of ${consenting} consenting homes${age}`],
      ['not known', `${unknown}`],
      ['homes, reachable', `${homes}, ${reachable}`],
      ['made at', at],
    ]),
    ...remarks,
  ];
}

export function renderNotices(rows: readonly NoticeSummary[]): readonly string[] {
  if (rows.length === 0) return ['There is no notice'];
  const lines = rows.map(({ noticeId, state, isRehearsal, area, measureText, drafted, cancel }) => [
    noticeId,
    `${state}${cancel === 'none' ? '' : `, early end ${cancel}`}`,
    isRehearsal ? 'rehearsal' : 'in earnest',
    area.kind === 'gateways' ? `${area.gatewayIds.length} gateways` : `${area.kind} ${area.areaId}`,
    measureText,
    drafted.by,
  ]);
  return alignColumns([['notice', 'state', 'kind', 'area', 'measure', 'drafted by'], ...lines]);
}

/** All that a second person has to read before authorising. */
export function renderNotice(notice: Notice): readonly string[] {
  const {
    noticeId,
    state,
    isRehearsal,
    issuerName,
    area,
    measureText,
    draft,
    drafted,
    authorised,
    sent,
    cancellation,
  } = notice;
  const { basis } = draft;
  const deed = (each: { by: string; at: string } | undefined): string =>
    each === undefined ? 'not yet' : `${each.by} at ${each.at}`;
  return [
    ...alignColumns([
      ['notice', noticeId],
      ['state', state],
      ['kind', isRehearsal ? 'REHEARSAL: nothing moves' : 'IN EARNEST: loads will be reduced'],
      ['issuer', issuerName],
      ['area', area.kind === 'gateways' ? area.gatewayIds.join(', ') : `${area.kind} ${area.areaId}`],
      ['measure', measureText],
      ['begins', draft.startsAt ?? 'on receipt'],
      ['for', duration(draft.durationSeconds * 1_000)],
      ['reason', draft.reason],
      ['service', basis.flexibilityService],
      ['cause', basis.cause],
      ['established', basis.established],
      ['customers told', basis.customersToldAt],
      ['suppliers told', basis.suppliersToldAt],
      ['drafted by', deed(drafted)],
      ['authorised by', deed(authorised)],
      [
        'sent by',
        sent === undefined ? 'not yet' : `${deed(sent)}, sequence ${sent.sequence}, SHA-256 ${sent.sha256}`,
      ],
      ...(cancellation === undefined
        ? []
        : [
            ['early end asked by', `${deed(cancellation.asked)}: ${cancellation.reason}`],
            ['authorised by', deed(cancellation.authorised)],
          ]),
    ]),
    '',
    ...renderForecast(notice.forecast),
    ...notice.warnings.map(({ path, sentence }) => `Mind ${path}: ${sentence}`),
  ];
}

export function renderBoard({
  noticeId,
  state,
  isRehearsal,
  counts,
  relief,
}: Omit<Board, 'series'>): readonly string[] {
  const { measuredW, forecastW, measured, unmeasured, energyWh } = relief;
  return alignColumns([
    ['notice', `${noticeId}${isRehearsal ? ' (rehearsal)' : ''}: ${state}`],
    ['asked', `${counts.asked}, ${counts.consenting} of them consenting`],
    ['reached', `${counts.reached}`],
    ['took it', `${counts.accepted}`],
    ['in force', `${counts.active} now, ${counts.obeyed} in all`],
    ...Object.entries(counts.ended)
      .filter(([, count]) => count > 0)
      .map(([how, count]) => [how, `${count}`]),
    ['released', `${counts.stages.released}`],
    ...counts.refused.map(({ meaning, count }) => ['refused', `${count}: ${meaning}`]),
    ['no answer', `${counts.stages.asked}`],
    [
      'relief',
      measuredW === undefined
        ? `not measured yet; forecast ${kilowatts(forecastW)}`
        : `${kilowatts(measuredW)} from ${measured} homes (${unmeasured} not measured); forecast ${kilowatts(forecastW)}`,
    ],
    ['energy', `${(energyWh / 1_000).toFixed(2)} kWh`],
  ]);
}

function kilowatts(powerW: number): string {
  return `${(powerW / 1_000).toFixed(1)} kW`;
}
