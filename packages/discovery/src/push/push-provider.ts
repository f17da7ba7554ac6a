import { fromCallback } from 'xstate';
import type { TimerHandle } from '@limpet/driver';
import type { TargetGroup } from '@limpet/model';
import { emptyGroup } from '../merge-groups.ts';
import { configOf } from '../provider-table.ts';
import type { ProviderInput } from '../provider/provider-input.ts';
import type { ProviderPorts } from '../provider/provider-ports.ts';
import { UpdateLine } from '../provider/update-line.ts';
import { pushMachine } from './push.machine.ts';
import type { BoardOrder, PushEvent } from './push.machine.ts';
import type { Registration } from './push-board.ts';

/** Longest wait for the next expiry, milliseconds: timers cannot wait for ever. */
const EXPIRY_MS_MAX = 3_600_000;
/** Registrations that come within this time of the first are told together, milliseconds. */
const GATHER_MS = 20;

/** The machine of `push_sd_configs` on the board that registrations come to. */
export function bindPush(ports: ProviderPorts): typeof pushMachine {
  const { clock } = ports.driver;
  return pushMachine.provide({
    actors: {
      board: fromCallback<BoardOrder, ProviderInput>(({ input, sendBack, receive }) => {
        const reader = new BoardReader(ports, input.provider, sendBack);
        receive(() => reader.expireDue());
        return () => reader.close();
      }),
    },
    delays: { untilExpiry: ({ context }) => Math.min(Math.max(context.nextMono - clock.mono(), 0), EXPIRY_MS_MAX) },
  });
}

/** Reads one section of the board for its provider, and remembers what it has told. */
class BoardReader {
  readonly #ports: ProviderPorts;
  readonly #name: string;
  readonly #line: UpdateLine;
  readonly #send: (event: PushEvent) => void;
  readonly #leave: () => void;
  /** The groups as told, as a text, and how many they were, by source. */
  readonly #told = new Map<string, { readonly text: string; readonly groupCount: number }>();
  /** Who has registered, renewed or withdrawn since the last update. */
  readonly #changed = new Set<string>();
  #timer: TimerHandle | undefined;

  constructor(ports: ProviderPorts, provider: string, send: (event: PushEvent) => void) {
    this.#ports = ports;
    this.#name = configOf(ports.table, provider, 'push').name;
    this.#line = new UpdateLine(ports, provider);
    this.#send = send;
    this.#leave = ports.board.serve(this.#name, (source) => this.#note(source));
    const gone = [...ports.table.groupsOf(provider).keys()].filter((group) => !this.#isRegistered(group));
    this.#tell(
      [...ports.board.sources(this.#name).keys()],
      gone.map((group) => emptyGroup(group)),
    );
  }

  expireDue(): void {
    const { board, driver } = this.#ports;
    this.#tell(board.takeExpired(this.#name, driver.clock.mono()));
  }

  close(): void {
    if (this.#timer !== undefined) this.#ports.driver.clock.clearTimeout(this.#timer);
    this.#leave();
    this.#line.close();
  }

  /** A burst of registrations becomes one update. */
  #note(source: string): void {
    this.#changed.add(source);
    this.#timer ??= this.#ports.driver.clock.setTimeout(() => {
      this.#timer = undefined;
      const sources = [...this.#changed];
      this.#changed.clear();
      this.#tell(sources);
    }, GATHER_MS);
  }

  #isRegistered(group: string): boolean {
    const end = group.lastIndexOf(':');
    const groups = this.#ports.board.registration(this.#name, group.slice(0, end))?.groups ?? [];
    return Number(group.slice(end + 1)) < groups.length;
  }

  /** `gone`: groups that this provider told in an earlier life and that are registered no more. */
  #tell(sources: readonly string[], gone: readonly TargetGroup[] = []): void {
    const update = [...sources.flatMap((source) => this.#update(source)), ...gone];
    if (update.length === 0) this.#line.tell('renewed', () => this.#send(this.#event()));
    else this.#line.push(update, (rev) => this.#send({ ...this.#event(), rev }));
  }

  #event(): PushEvent {
    const { board } = this.#ports;
    return { type: 'changed', sourceCount: board.sources(this.#name).size, nextMono: board.nextExpiryMono(this.#name) };
  }

  /** The groups of one source, if they have changed, and an empty one for each that is gone. */
  #update(source: string): readonly TargetGroup[] {
    const registration = this.#ports.board.registration(this.#name, source);
    const groups = registration === undefined ? [] : groupsOf(source, registration);
    const text = JSON.stringify(groups);
    const told = this.#told.get(source);
    if (told?.text === text || (told === undefined && groups.length === 0)) return [];
    if (groups.length === 0) this.#told.delete(source);
    else this.#told.set(source, { text, groupCount: groups.length });
    const goneCount = Math.max((told?.groupCount ?? 0) - groups.length, 0);
    return [...groups, ...Array.from({ length: goneCount }, (_, index) => emptyGroup(groupName(source, groups.length + index)))];
  }
}

function groupsOf(source: string, { groups }: Registration): readonly TargetGroup[] {
  return groups.map(({ targets, labels }, index) => ({
    source: groupName(source, index),
    targets,
    labels: [...labels.filter(([name]) => name !== META_SOURCE), [META_SOURCE, source] as const].toSorted(([a], [b]) => (a < b ? -1 : 1)),
  }));
}

/** Who registered the target. */
const META_SOURCE = '__meta_push_source';

function groupName(source: string, index: number): string {
  return `${source}:${index}`;
}
