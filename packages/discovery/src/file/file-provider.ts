import { dirname, extname } from 'node:path';
import type { FileDiscoveryConfig } from '@limpet/config';
import type { TimerHandle } from '@limpet/driver';
import { labelsFrom, labelValue } from '@limpet/model';
import type { TargetGroup } from '@limpet/model';
import { bySource, changedGroups } from '../merge-groups.ts';
import type { GroupsBySource } from '../merge-groups.ts';
import { METRICS } from '../metrics.ts';
import { configOf } from '../provider-table.ts';
import type { ProviderScope, StartMechanism } from '../provider/callback-provider.ts';
import type { ProviderPorts } from '../provider/provider-ports.ts';
import type { DirectoryWatcher } from './directory-watcher.ts';

/** Label that says which file a group comes from (C-110). */
export const FILE_PATH_LABEL = '__meta_filepath';

/** `file_sd_configs`: reads its files at start, whenever a folder of theirs changes, and once in a refresh interval. */
export const startFile: StartMechanism = (scope, ports) => {
  const provider = new FileProvider(scope, ports);
  provider.start();
  return () => provider.end();
};

class FileProvider {
  readonly #scope: ProviderScope;
  readonly #ports: ProviderPorts;
  readonly #config: FileDiscoveryConfig;
  /** What was told of each file and still holds. */
  readonly #told = new Map<string, GroupsBySource>();
  #watcher: DirectoryWatcher | undefined;
  #timer: TimerHandle | undefined;
  #scan: 'idle' | 'running' | 'runningAndDueAgain' = 'idle';
  #hasEnded = false;

  constructor(scope: ProviderScope, ports: ProviderPorts) {
    this.#scope = scope;
    this.#ports = ports;
    this.#config = configOf(ports.table, scope.provider, 'file');
    for (const [path, groups] of groupsByFile(ports.table.groupsOf(scope.provider))) this.#told.set(path, bySource(groups));
  }

  start(): void {
    const directories = [...new Set(this.#config.files.map((pattern) => dirname(pattern)))];
    this.#watcher = this.#ports.files.watch(directories, {
      changed: () => this.#requestScan(),
      failed: (error) => this.#noteWatchFailure(error),
    });
    this.#requestScan();
    this.#armRefresh();
  }

  end(): void {
    this.#hasEnded = true;
    this.#watcher?.close();
    if (this.#timer !== undefined) this.#ports.driver.clock.clearTimeout(this.#timer);
    for (const path of this.#told.keys()) this.#ports.metrics.remove(METRICS.fileMtime, [path]);
  }

  /** Reads all files now, or once more after the scan that is under way. */
  #requestScan(): void {
    if (this.#hasEnded) return;
    if (this.#scan !== 'idle') {
      this.#scan = 'runningAndDueAgain';
      return;
    }
    this.#scan = 'running';
    void this.#scanUntilQuiet().catch((error: unknown) => this.#scope.crash(error));
  }

  #armRefresh(): void {
    this.#timer = this.#ports.driver.clock.setTimeout(() => {
      this.#armRefresh();
      this.#requestScan();
    }, this.#config.refreshIntervalMs);
  }

  async #scanUntilQuiet(): Promise<void> {
    do {
      this.#scan = 'running';
      const elapsedMs = this.#ports.files.stopwatch();
      await this.#scanOnce();
      if (!this.#hasEnded) this.#ports.metrics.observe(METRICS.fileScanDuration, [], elapsedMs() / 1000);
      await this.#watcher?.renew();
    } while (this.#isDueAgain() && !this.#hasEnded);
    this.#scan = 'idle';
  }

  #isDueAgain(): boolean {
    return this.#scan === 'runningAndDueAgain';
  }

  async #scanOnce(): Promise<void> {
    const paths = new Set<string>();
    for (const pattern of this.#config.files) for (const path of await this.#ports.files.match(pattern)) paths.add(path);
    for (const path of paths) {
      if (this.#hasEnded) return;
      await this.#readFile(path);
    }
    if (this.#hasEnded) return;
    for (const path of this.#told.keys()) if (!paths.has(path)) this.#noteGone(path);
  }

  /** One file is one update; one that cannot be understood keeps its last groups (C-112). */
  async #readFile(path: string): Promise<void> {
    const read = await this.#ports.files.read(path).then(
      (content) => ({ ok: true as const, content }),
      (error: unknown) => ({ ok: false as const, message: error instanceof Error ? error.message : String(error) }),
    );
    if (this.#hasEnded) return;
    if (!read.ok) {
      this.#noteReadFailure(path, read.message);
      return;
    }
    const parsed = this.#ports.parseTargetGroups({ file: path, text: read.content.text, format: formatOf(path) });
    if (!parsed.ok) {
      this.#noteReadFailure(path, parsed.error.message);
      return;
    }
    this.#ports.metrics.set(METRICS.fileMtime, [path], read.content.mtimeMs / 1000);
    this.#tell(
      path,
      parsed.value.map((group, index) => fileGroup(path, index, group)),
    );
  }

  /** Tells what differs, an empty group for each source that vanished included (C-113). */
  #tell(path: string, groups: readonly TargetGroup[]): void {
    const update = changedGroups(this.#told.get(path) ?? new Map(), groups);
    this.#told.set(path, bySource(groups));
    if (update.length > 0) this.#scope.push(update);
  }

  #noteGone(path: string): void {
    this.#tell(path, []);
    this.#told.delete(path);
    this.#ports.metrics.remove(METRICS.fileMtime, [path]);
  }

  #noteReadFailure(path: string, error: string): void {
    this.#ports.metrics.add(METRICS.fileReadErrors, [], 1);
    this.#ports.log.error('target file cannot be used, its last targets stay', {
      code: 'LIMPET_FILE_SD_READ',
      provider: this.#scope.provider,
      file: path,
      error,
    });
  }

  #noteWatchFailure(error: unknown): void {
    if (this.#hasEnded) return;
    this.#ports.metrics.add(METRICS.fileWatcherErrors, [], 1);
    this.#ports.log.error('folders of target files cannot be watched, changes are seen with the next refresh', {
      code: 'LIMPET_FILE_SD_WATCH',
      provider: this.#scope.provider,
      error: error instanceof Error ? error.message : String(error),
    });
  }
}

function fileGroup(path: string, index: number, { targets, labels }: Omit<TargetGroup, 'source'>): TargetGroup {
  return { source: `${path}:${index}`, targets, labels: labelsFrom([...labels, [FILE_PATH_LABEL, path]]) };
}

/** What an earlier run of the provider has left behind, so that files that are gone since are noticed. */
function groupsByFile(groups: GroupsBySource): Map<string, TargetGroup[]> {
  return Map.groupBy(groups.values(), ({ labels }) => labelValue(labels, FILE_PATH_LABEL));
}

/** By extension, in any case (C-114). */
function formatOf(path: string): 'json' | 'yaml' {
  return extname(path).toLowerCase() === '.json' ? 'json' : 'yaml';
}
