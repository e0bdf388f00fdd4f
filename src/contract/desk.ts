/**
 * The HTTP interface of the desk. All paths are below `/api`, all bodies JSON; `refusalSchema` is the body of every answer
 * with a status from 400 (400 unreadable, 401 not logged in, 403 not allowed, 404, 409 wrong state, 422 not valid, 429 wait).
 *
 * POST login · POST logout · GET session · GET desk · GET audit · GET set-aside · GET live (server-sent events)
 * GET areas · GET areas/<areaId> · GET gateways · GET gateways/<id> · POST gateways/import · POST trust
 * GET completeness · GET gateways/<id>/streams · POST gateways/<id>/streams/ask
 * GET gateways/<id>/consents · POST gateways/<id>/consents · GET gateways/<id>/consents/ledger
 * GET consents · GET consents/campaign · POST consents/texts
 * POST forecast · POST notices/check · POST notices · GET notices · GET notices/<id>
 * POST notices/<id>/{forecast,authorise,send,discard,cancel,cancel/authorise,cancel/refuse}
 * GET notices/<id>/{board,gateways,reports} · GET notices/<id>/reports/{supplier,ofgem,customer}
 */
export * from './desk/board.ts';
export * from './desk/completeness.ts';
export * from './desk/consent.ts';
export * from './desk/notice.ts';
export * from './desk/registry.ts';
export * from './desk/report.ts';
export * from './desk/session.ts';
