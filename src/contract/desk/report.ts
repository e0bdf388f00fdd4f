import { z } from 'zod';

/**
 * `GET /api/notices/<id>/reports` lists them; `GET /api/notices/<id>/reports/<kind>?format=json|csv|html` with
 * `supplier=` or `gateway=` where the kind asks for it. Download names come with the answer.
 */
export const reportListSchema = z.object({
  noticeId: z.string(),
  /** False while the notice is not over: figures may still grow. */
  isFinal: z.boolean(),
  suppliers: z.array(z.object({ supplierId: z.string(), supplies: z.int() })),
});
export type ReportList = z.infer<typeof reportListSchema>;

const head = {
  noticeId: z.string(),
  madeAt: z.string(),
  isFinal: z.boolean(),
  isRehearsal: z.boolean(),
  issuer: z.object({ id: z.string(), name: z.string() }),
  area: z.string(),
  measure: z.string(),
  reason: z.string(),
  sentAt: z.string(),
  startsAt: z.string(),
  endsAt: z.string(),
  basis: z.object({
    text: z.string(),
    flexibilityService: z.string(),
    cause: z.string(),
    established: z.string(),
    customersToldAt: z.string(),
    suppliersToldAt: z.string(),
  }),
  /** Two people stand behind it; their names stay in the audit trail. */
  draftedAt: z.string(),
  authorisedAt: z.string(),
  /** Lower-case hexadecimal SHA-256 of the notice as it was sent. */
  evidence: z.string(),
  notes: z.array(z.string()),
};

/** A count; absent and isSuppressed where it is so small that it might point at a home. */
const countSchema = z.object({ value: z.int().exactOptional(), isSuppressed: z.boolean() });
/** A sum over homes; the same, and absent without isSuppressed where it is known of no home. */
const quantitySchema = z.object({ value: z.number().exactOptional(), isSuppressed: z.boolean() });

export const supplierReportSchema = z.object({
  schema: z.literal('loadgate.supplier-report/1'),
  ...head,
  supplierId: z.string(),
  supplies: z.array(
    z.object({
      gatewayId: z.string(),
      outcome: z.string(),
      startsAt: z.string().exactOptional(),
      endsAt: z.string().exactOptional(),
      seconds: z.number().exactOptional(),
      reliefW: z.number().exactOptional(),
      energyWh: z.number().exactOptional(),
    }),
  ),
  totals: z.object({
    supplies: z.int(),
    obeyed: z.int(),
    refused: z.int(),
    unanswered: z.int(),
    energyWh: z.number(),
    /** In force there, but without measurements: not in the energy. */
    unmeasured: z.int(),
  }),
});
export type SupplierReport = z.infer<typeof supplierReportSchema>;

export const ofgemReportSchema = z.object({
  schema: z.literal('loadgate.ofgem-report/1'),
  ...head,
  asked: countSchema,
  consenting: countSchema,
  reached: countSchema,
  obeyed: countSchema,
  refused: z.array(z.object({ cause: z.string(), count: countSchema })),
  unanswered: countSchema,
  withdrawn: countSchema,
  trimmed: countSchema,
  floored: countSchema,
  forecastW: quantitySchema,
  reliefW: quantitySchema,
  energyWh: quantitySchema,
  /** Gateways behind the measured figures. */
  measured: countSchema,
});
export type OfgemReport = z.infer<typeof ofgemReportSchema>;

export const customerReportSchema = z.object({
  schema: z.literal('loadgate.customer-report/1'),
  ...head,
  gatewayId: z.string(),
  /** Headed paragraphs in plain English, in the order to be read. */
  paragraphs: z.array(z.object({ heading: z.string(), text: z.string() })),
});
export type CustomerReport = z.infer<typeof customerReportSchema>;

export type Report = SupplierReport | OfgemReport | CustomerReport;
export const REPORT_KINDS = ['supplier', 'ofgem', 'customer'] as const;
export type ReportKind = (typeof REPORT_KINDS)[number];
export const REPORT_FORMATS = ['json', 'csv', 'html'] as const;
export type ReportFormat = (typeof REPORT_FORMATS)[number];
