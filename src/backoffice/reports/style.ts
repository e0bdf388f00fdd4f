import type { WebAnswer } from '../../ports/web.ts';

const CSS = `:root { color-scheme: light; }
body { margin: 0; background: #fff; color: #111; font: 11pt/1.5 system-ui, sans-serif; }
main { max-width: 46rem; margin: 0 auto; padding: 2rem 1.5rem; }
h1 { font-size: 1.5rem; line-height: 1.25; }
h2 { font-size: 1.1rem; margin: 1.5rem 0 .25rem; }
p { margin: 0 0 .75rem; }
table { width: 100%; border-collapse: collapse; margin: .5rem 0 1rem; font-size: 10pt; }
th, td { text-align: left; vertical-align: top; padding: .3rem .5rem .3rem 0; border-bottom: 1px solid #ccc; overflow-wrap: anywhere; }
th[scope="row"] { width: 38%; font-weight: 600; }
.rehearsal { border: 3px double #111; padding: .5rem .75rem; font-weight: 700; text-transform: uppercase; }
.note { border-left: 3px solid #777; padding-left: .75rem; }
@media print { main { max-width: none; padding: 0; } h2 { break-after: avoid; } tr { break-inside: avoid; } }
`;

/** The look of a report for print; a file of its own, since the desk allows no style inside a page. */
export const REPORT_STYLE: WebAnswer = {
  status: 200,
  headers: { 'content-type': 'text/css; charset=utf-8', 'cache-control': 'max-age=3600' },
  body: CSS,
};
