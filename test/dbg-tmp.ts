import { TestBed } from './support/processes/testBed.ts';
import { sleep } from './support/processes/waiting.ts';
const bed = new TestBed();
const speed = Number(process.argv[2] ?? 4);
try {
  const home = await bed.openHome({ name: 'dbg', startAtMs: Date.UTC(2006,11,24,3,0), speed });
  await home.gateway.start();
  await home.house.plugIn();
  const t0=performance.now();
  while ((performance.now()-t0)*speed < 75000) { await sleep(2500/speed); const t=await home.house.truth(); const s=await home.gateway.status(); const c=t.chargePoints['charge-point'];
   console.log(t.simulatedSeconds.toFixed(1), 'pilot',c.pilotA,'car',c.carA.toFixed(1),'fs',c.isFailSafe,'w',c.setpointWrites,'pv',JSON.stringify(c.paceViolations),t.switches.waterHeater,t.switches.generator,'|',s?.posture, s?.sentence, JSON.stringify(s?.faults.map(f=>f.code+' '+f.subject)), JSON.stringify(s?.devices.filter(d=>!d.isAnswering).map(d=>d.deviceId)), JSON.stringify(s?.loads.map(l=>[l.commanded,l.inForce])), s?.cycle.worstMs);}
  console.log(home.gateway.process.log().slice(-2500));
} finally { await bed.close(); }
