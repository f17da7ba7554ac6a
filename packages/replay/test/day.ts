// How long it takes to record and to replay a day of 50 targets at 15 s:
//   node packages/replay/test/day.ts [HOURS] [TARGETS] [SERIES]
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { configText } from '@limpet/agent';
import { settled, VirtualClock } from '@limpet/driver';
import { ScriptedFiles } from '../../agent/test/simulation/scripted-files.ts';
import { ScriptedWeb } from '../../agent/test/simulation/scripted-web.ts';
import { differenceText, liveRecordingFolder, liveRecordingSource, recordAgent, replayExact } from '../src/index.ts';
import type { RecordingFolder } from '../src/index.ts';

const [hours = 24, targetCount = 50, seriesCount = 50] = process.argv.slice(2).map(Number);
const folder = mkdtempSync(join(tmpdir(), 'limpet-day-'));
const clock = new VirtualClock();
const web = new ScriptedWeb(clock);
let count = 0;
web.bodyOf = () => {
  count++;
  const lines = Array.from(
    { length: seriesCount },
    (_, index) => `http_requests_total{code="200",path="/p${index}"} ${count * (index + 1)}`,
  );
  return `# TYPE http_requests_total counter\n${lines.join('\n')}\n`;
};
const writing = { count: 0 };
const counted = <Result>(work: Promise<Result>): Promise<Result> => {
  writing.count++;
  return work.finally(() => writing.count--);
};
const live = liveRecordingFolder(folder);
const watched: RecordingFolder = {
  ...live,
  append: (file, text) => counted(live.append(file, text)),
  writeBody: (body, bytes) => counted(live.writeBody(body, bytes)),
};
const targets = Array.from({ length: targetCount }, (_, index) => `"t${index}:9100"`);
const config = `scrape_configs: [{job_name: day, scrape_interval: 15s, static_configs: [{targets: [${targets.join(',')}]}]}]`;
const recorded = await recordAgent(
  { config: configText(config), hostName: 'day', ports: { clock, openHttpClient: web.open, files: new ScriptedFiles() } },
  { folder: watched },
);
const recordedMs = performance.now();
void recorded.agent.start();
for (let minute = 0; minute < hours * 60; minute++) {
  await clock.advanceSettled(60_000, settled);
  do await settled();
  while (writing.count > 0);
}
await recorded.close();
const log = statSync(join(folder, 'log.ndjson')).size;
const expect = statSync(join(folder, 'expect.ndjson')).size;
console.log(`recorded ${hours} h: ${count} scrapes of ${seriesCount} series in ${((performance.now() - recordedMs) / 1000).toFixed(1)} s`);
console.log(`log ${(log / 1e6).toFixed(1)} MB, expected ${(expect / 1e6).toFixed(1)} MB`);
const replayedMs = performance.now();
const cpu = process.cpuUsage();
const { inputCount, checkpointCount, difference } = await replayExact({ source: liveRecordingSource(folder) });
console.log(difference === undefined ? 'equal' : differenceText(difference));
const seconds = (performance.now() - replayedMs) / 1000;
const { user, system } = process.cpuUsage(cpu);
const cpuSeconds = (user + system) / 1e6;
const perScrape = ((cpuSeconds * 1e6) / count).toFixed(0);
console.log(
  `replayed and compared ${inputCount} inputs, ${checkpointCount} checkpoints in ${seconds.toFixed(1)} s: ${perScrape} µs a scrape`,
);
rmSync(folder, { recursive: true });
