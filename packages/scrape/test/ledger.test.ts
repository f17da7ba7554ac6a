import assert from 'node:assert/strict';
import test from 'node:test';
import type { LedgerTick, TickLedger } from '../src/ledger/tick-ledger.ts';
import { ScrapeRig } from './scrape-rig.ts';

const INTERVAL_MS = 15_000;
const ADDRESSES = ['h1:1', 'h2:1', 'h3:1', 'h4:1'];

async function running(): Promise<ScrapeRig> {
  const rig = new ScrapeRig();
  await rig.configure({});
  await rig.discover({ node: ADDRESSES });
  await rig.advance(60_000);
  return rig;
}

function ledgers(rig: ScrapeRig): readonly TickLedger[] {
  return rig.loops.map((id) => rig.ledgers.of(id)).filter((ledger) => ledger !== undefined);
}

/** Ticks as `outcome×count`, in order. */
function told(ticks: readonly LedgerTick[]): string {
  const runs: { outcome: string; count: number }[] = [];
  for (const { outcome } of ticks) {
    const last = runs.at(-1);
    if (last?.outcome === outcome) last.count++;
    else runs.push({ outcome, count: 1 });
  }
  return runs.map(({ outcome, count }) => (count === 1 ? outcome : `${outcome}×${count}`)).join(' ');
}

const HOUR_MS = 3_600_000;

test('S-101 a wall clock set forward by an hour costs no scrape and is one entry for each target', async () => {
  const rig = await running();
  const before = rig.appends.length;
  rig.clock.stepWall(HOUR_MS);
  await rig.advance(10 * INTERVAL_MS);
  assert.equal(rig.appends.length - before, 10 * ADDRESSES.length, 'neither a flood nor a stall');
  for (const ledger of ledgers(rig)) assert.match(told(ledger.ticks()), /^scraped×[45] clockJumped scraped×10$/);
});

test('S-101 a wall clock set back by an hour costs no scrape; times that have two ticks keep both', async () => {
  const rig = await running();
  const before = rig.appends.length;
  rig.clock.stepWall(-HOUR_MS);
  await rig.advance(10 * INTERVAL_MS);
  assert.equal(rig.appends.length - before, 10 * ADDRESSES.length);
  for (const ledger of ledgers(rig)) {
    const ticks = ledger.ticks();
    assert.ok(ticks.length === 14 || ticks.length === 15, `${ticks.length}`);
    const steps = ticks.slice(1).map(({ atMs }, index) => atMs - (ticks[index]?.atMs ?? 0));
    const back = steps.filter((step) => step !== INTERVAL_MS);
    assert.equal(back.length, 1);
    assert.ok(Math.abs((back[0] ?? 0) - (INTERVAL_MS - HOUR_MS)) <= 1, back.join());
  }
});

test('S-101 ten minutes of sleep are made up by one scrape at most, and the ticks slept through are named', async () => {
  const rig = await running();
  const before = rig.appends.length;
  rig.clock.suspend(600_000);
  await rig.advance(0);
  const late = rig.appends.length - before;
  assert.ok(late > 0 && late <= ADDRESSES.length, `${late} made up`);
  await rig.advance(10 * INTERVAL_MS);
  assert.ok(rig.appends.length - before <= 11 * ADDRESSES.length);
  for (const ledger of ledgers(rig)) {
    assert.match(told(ledger.ticks()), /^scraped×[45] skippedSuspended×(39|40) (late )?scraped×1[01]$/);
    assert.ok(ledger.count === 54 || ledger.count === 55, `${ledger.count}`);
  }
});

test('a reload that replaces loops carries their account on', async () => {
  const rig = await running();
  rig.isHanging = true;
  await rig.configure({ honorLabels: true });
  await rig.advance(20_000); // the scrapes under way time out, and then the new generation begins
  rig.isHanging = false;
  await rig.advance(60_000);
  for (const id of rig.loops) {
    assert.match(id, /~2$/);
    const ledger = rig.ledgers.of(id);
    assert.equal(ledger?.loopId, id);
    assert.ok((ledger?.count ?? 0) >= 8, `${ledger?.count}`);
  }
});

test('a target that goes and comes back begins a new account', async () => {
  const rig = await running();
  await rig.discover({ node: ADDRESSES.slice(1) });
  await rig.advance(5_000);
  await rig.discover({ node: ADDRESSES });
  await rig.advance(40_000);
  const counts = rig.loops.filter((id) => id.startsWith('node/h1')).map((id) => rig.ledgers.of(id)?.count ?? 0);
  assert.ok(
    counts.some((count) => count > 0 && count <= 3),
    counts.join(),
  );
});
