import { APPEND_MS_MIN, appendDeadlineMs } from '../loop/grid.ts';
import type { LoopInput } from '../loop/loop-events.ts';
import type { LoopStop, LoopsEvent } from '../loops/loops-events.ts';
import type { LoopStart, Plan, RunningLoop } from './plan.ts';

/** Slack on top of the longest that a scrape and its append may take. */
const OVERDUE_MS = 5_000;

/** First wait before a crashed loop is brought back, and the longest one. */
const REPAIR_MS_MIN = 1_000;
const REPAIR_MS_MAX = 300_000;

/** The loops that a pool runs, by target key: plain JSON, replaced and never mutated. */
export type LoopTable = Readonly<Record<string, RunningLoop>>;

export type MadePlan = Plan & { readonly ok: true };

/** The table as it is once a plan is carried out; loops that retire leave it at once. */
export function tableAfter(table: LoopTable, plan: Pick<MadePlan, 'start' | 'retire' | 'retarget' | 'replace'>): LoopTable {
  const loops = new Map(Object.values(table).map((loop) => [loop.id, loop]));
  for (const id of plan.retire) loops.delete(id);
  for (const { id, next } of plan.replace) {
    loops.delete(id);
    loops.set(next.id, next);
  }
  for (const loop of plan.retarget) if (loops.has(loop.id)) loops.set(loop.id, loop); // it may have crashed meanwhile
  for (const loop of plan.start) loops.set(loop.id, loop);
  return Object.fromEntries([...loops.values()].map(({ id, spec }) => [spec.key, { id, spec }]));
}

/** The table without a loop that is gone. */
export function tableWithout(table: LoopTable, id: string): LoopTable {
  return Object.fromEntries(Object.entries(table).filter(([, loop]) => loop.id !== id));
}

/** The plan in the supervisor's words. Loops that start know of the error that is forced upon their pool. */
export function applyEvent(plan: MadePlan, { job, token }: { readonly job: string; readonly token: number }): LoopsEvent {
  const input = ({ id, spec }: LoopStart): LoopInput => ({ id, job, spec, forcedError: plan.forced });
  const retire = plan.retire.map((id): LoopStop => ({ id, event: { type: 'stop', mode: 'retire' } }));
  const replace = plan.replace.map(({ id, next }): LoopStop => ({ id, event: { type: 'stop', mode: 'retire' }, next: input(next) }));
  return {
    type: 'apply',
    token,
    start: plan.start.map(input),
    tell: plan.retarget.map(({ id, spec }) => ({ id, event: { type: 'retarget', spec } })),
    stop: [...retire, ...replace],
  };
}

/** Longest time that loops may take to end the scrape under way, with slack. What takes longer is killed. */
export function drainMs(loops: readonly RunningLoop[]): number {
  const longest = loops.map(({ spec }) => spec.timeoutMs + appendDeadlineMs(spec.intervalMs));
  return longest.reduce((a, b) => Math.max(a, b), APPEND_MS_MIN) + OVERDUE_MS;
}

/** Wait before the next repair: doubled while loops keep crashing soon after one, else the shortest. */
export function repairDelayMs({ lastMs, msSinceCrash }: { readonly lastMs: number; readonly msSinceCrash: number }): number {
  return msSinceCrash > 2 * lastMs + REPAIR_MS_MAX ? REPAIR_MS_MIN : Math.min(Math.max(2 * lastMs, REPAIR_MS_MIN), REPAIR_MS_MAX);
}
