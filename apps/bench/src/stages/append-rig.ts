import { Driver, VirtualClock } from '@limpet/driver';
import { openLineMemory } from '@limpet/line-template';
import type { LineMemory } from '@limpet/line-template';
import { SeriesRegistry, silentLog, silentMetrics } from '@limpet/model';
import { compileRules } from '@limpet/relabel';
import { createAppendPort, emptyTables, newLoopEntry, targetsFromGroups } from '@limpet/scrape';
import type { AppendPort, LoopEntry } from '@limpet/scrape';
import { onlyJob, parsedConfig } from '../parsed-config.ts';

const JOB = 'bench';
const INTERVAL_MS = 15_000;

export interface AppendRigOptions {
  readonly targetCount?: number;
  /** Whether known lines are recognised, or every line is read by the reference parser. */
  readonly path: 'template' | 'reference';
  readonly pause?: () => Promise<void>;
  /** Told that an append has been done. */
  readonly onAppended?: () => void;
}

/** A real append port over some targets, with nothing behind it that takes batches. */
export class AppendRig {
  readonly registry = new SeriesRegistry();
  readonly lines: LineMemory | undefined;
  /** Samples of the last batch. */
  batchCount = 0;
  readonly #clock = new VirtualClock();
  readonly #tables = emptyTables();
  readonly #loops: LoopEntry[] = [];
  readonly #port: AppendPort;
  #seq = 0;

  constructor({ targetCount = 1, path, pause, onAppended }: AppendRigOptions) {
    const config = onlyJob(parsedConfig(`scrape_configs: [{job_name: ${JOB}}]`));
    this.#tables.configs.set(1, new Map([[JOB, config]]));
    const addresses = Array.from({ length: targetCount }, (_, index) => [['__address__', `localhost:${9100 + index}`]] as const);
    const groups = [{ source: 'bench', targets: addresses, labels: [] }];
    for (const target of targetsFromGroups(groups, config, compileRules([], config.metricNameValidationScheme)).targets.values()) {
      const entry = newLoopEntry({ id: target.key, job: JOB, target });
      this.#tables.loops.set(target.key, entry);
      this.#loops.push(entry);
    }
    const opened = path === 'template' ? openLineMemory() : undefined;
    if (opened?.ok === false) throw opened.error;
    this.lines = opened?.memory;
    const onFault = (error: unknown): never => {
      throw error;
    };
    this.#port = createAppendPort({
      lines: this.lines,
      tables: this.#tables,
      driver: new Driver({ clock: this.#clock, onFault }),
      tell: () => onAppended?.(),
      registry: this.registry,
      sink: { append: ({ count }) => (this.batchCount = count) },
      log: silentLog,
      metrics: silentMetrics,
      ...(pause && { pause }),
    });
  }

  get targetCount(): number {
    return this.#loops.length;
  }

  /** Lets an interval pass. */
  tick(): void {
    this.#clock.advance(INTERVAL_MS);
  }

  /** Begins the append of a body for one target; it is over at the return unless the rig has pauses. */
  append(bytes: Uint8Array, index = 0): void {
    const entry = this.#loops[index];
    if (entry === undefined) throw new Error(`there is no target ${index}`);
    const seq = ++this.#seq;
    this.#tables.bodies.set(seq, { bytes, contentType: 'text/plain; version=0.0.4' });
    const spec = { key: entry.target.key, intervalMs: INTERVAL_MS, timeoutMs: 10_000, cfgRev: 1, offsetHash: '0' };
    const outcome = { kind: 'response', handle: seq, bytes: bytes.length } as const;
    const times = { scrapeAt: this.#clock.wall(), startedMono: this.#clock.mono() };
    this.#port.startAppend({ loopId: entry.id, job: JOB, seq, tick: seq, ...times, spec, outcome });
  }

  /** Forgets all series of a target. */
  forget(index = 0): void {
    const entry = this.#loops[index];
    if (entry !== undefined) this.#port.release(entry.id);
    this.registry.reclaim(Infinity);
  }
}
