import { bindLoop } from './loop/loop.effects.ts';
import type { LoopOptions } from './loop/loop.effects.ts';
import type { ManagerOptions } from './manager/scrape.effects.ts';
import { bindLoops } from './loops/loops.logic.ts';
import { bindManager } from './manager/scrape.effects.ts';
import type { scrapeMachine } from './manager/scrape.machine.ts';
import { bindPool } from './pool/pool.effects.ts';
import type { ScrapePorts } from './ports.ts';

/** The scrape manager with its pools, supervisors and loops on their ports. Once per agent. */
export function createScrape(ports: ScrapePorts, options: LoopOptions & ManagerOptions = {}): typeof scrapeMachine {
  return bindManager(ports, bindPool(ports, bindLoops(ports, bindLoop(ports, options))), options);
}
