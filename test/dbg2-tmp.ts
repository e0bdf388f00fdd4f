import { TestBed } from './support/processes/testBed.ts';
import { sleep } from './support/processes/waiting.ts';
import { openStoreReadOnly } from '../src/adapters/sqlite/openStoreReadOnly.ts';
const bed = new TestBed();
const speed = Number(process.argv[2] ?? 4);
try {
  const home = await bed.openHome({ name: 'dbg', startAtMs: Date.UTC(2006,11,24,3,0), speed });
  await home.gateway.start();
  await home.house.plugIn();
  await sleep(70000/speed);
  await home.gateway.stop();
  const o = openStoreReadOnly(home.stateDirectory);
  if (o.ok) for (const seg of o.record.segments()) for (const e of seg.entries as any[]) { if (e.kind==='decision' && (e.commands.length||e.events.length)) {console.log(e.now.runningMs, JSON.stringify(e.commands.map((c:any)=>[c.loadId,c.effect,c.currentA??c.position,c.reason])), JSON.stringify(e.events)); console.log('   ', JSON.stringify(e.snapshot.relay?.['relayClosed.1']), JSON.stringify(e.snapshot['grid-meter']?.['phaseCurrentA.L1']), JSON.stringify(e.snapshot['charge-point']?.['setpointA']))}}
} finally { await bed.close(); }
