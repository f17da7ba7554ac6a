import type { LoopDirectory, ScrapePorts, ScrapeTables } from '@limpet/scrape';
import { isGone } from '../view/targets-view.ts';
import type { ReloadTally } from './reload-tally.ts';

export interface TalliedPorts {
  readonly tally: ReloadTally;
  readonly tables: Pick<ScrapeTables, 'loops'>;
  readonly directory: Pick<LoopDirectory, 'state'>;
}

/** Tells the tally what the scrape machines are asked for and what they report, besides what the ports do. */
export function withReloadTally(ports: ScrapePorts, { tally, tables, directory }: TalliedPorts): ScrapePorts {
  const loopCountOf = (wanted: string): number => {
    let count = 0;
    for (const { id, job } of tables.loops.values()) if (job === wanted && !isGone(directory.state(id) ?? 'stopped')) count++;
    return count;
  };
  return {
    ...ports,
    configDifferences: (input) => {
      const differences = ports.configDifferences(input);
      if (differences.refusal === undefined) tally.begin(input.cfgRev, differences, loopCountOf);
      return differences;
    },
    jobsToSync: (input) => {
      const found = ports.jobsToSync(input);
      tally.syncing(input.targetsRev, found);
      return found;
    },
    plan: async (input, signal) => {
      const plan = await ports.plan(input, signal);
      tally.planned(input, plan);
      return plan;
    },
    poolReconciled: (reconciled) => {
      ports.poolReconciled(reconciled);
      tally.reconciled(reconciled);
    },
    closeClient: (job) => {
      ports.closeClient(job);
      tally.closed(job);
    },
  };
}
