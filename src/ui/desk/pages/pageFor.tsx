import type { VNode } from 'preact';
import type { Place } from '../../shared/router.ts';
import { AreaPage } from './areaPage.tsx';
import { AreasPage } from './areasPage.tsx';
import { AuditPage } from './auditPage.tsx';
import { CompletenessPage } from './completenessPage.tsx';
import { GatewayPage } from './gatewayPage.tsx';
import { NewNoticePage } from './newNoticePage.tsx';
import { NoPage } from './noPage.tsx';
import { NoticePage } from './noticePage.tsx';
import { NoticesPage } from './noticesPage.tsx';
import { ReportsPage } from './reportsPage.tsx';

/** The page of an address. Its key makes it a new page, with nothing left of the one before. */
export function pageFor({ parts, query }: Place): VNode {
  const [first = 'areas', second, ...more] = parts;
  if (more.length > 0) return <NoPage />;
  if (first === 'areas')
    return second === undefined ? <AreasPage /> : <AreaPage key={second} areaId={second} />;
  if (first === 'notices') {
    if (second === undefined) return <NoticesPage query={query} />;
    return second === 'new' ? <NewNoticePage query={query} /> : <NoticePage key={second} noticeId={second} />;
  }
  if (first === 'reports') return <ReportsPage key={second ?? ''} noticeId={second} query={query} />;
  if (first === 'completeness' && second === undefined) return <CompletenessPage query={query} />;
  if (first === 'gateways' && second !== undefined) return <GatewayPage key={second} gatewayId={second} />;
  if (first === 'audit' && second === undefined) return <AuditPage />;
  return <NoPage />;
}
