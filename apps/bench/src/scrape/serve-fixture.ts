import type { FixtureAnswer, FixtureOrder, FixtureSettings } from './fixture-messages.ts';

/** A fixture as its process runs it. */
export interface Fixture<Report> {
  readonly ports: readonly number[];
  readonly report: () => Report;
}

/** Obeys the parent process until it lets go of this one. */
export function serveFixture<Report>(start: (settings: FixtureSettings) => Promise<Fixture<Report>>): void {
  let fixture: Fixture<Report> | undefined;
  const answer = (message: FixtureAnswer<Report>) => process.send?.(message);
  const obey = async (order: FixtureOrder): Promise<void> => {
    if (order.type === 'start') {
      fixture = await start(order.settings);
      answer({ type: 'listening', ports: fixture.ports });
    } else if (fixture !== undefined) answer({ type: 'report', report: fixture.report() });
  };
  process.on('message', (order) => void obey(order as FixtureOrder));
  process.on('disconnect', () => process.exit(0));
}
