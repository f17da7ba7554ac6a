import { fromCallback } from 'xstate';
import type { CallbackActorLogic } from 'xstate';
import type { Result, TargetGroup } from '@limpet/model';
import { bySource, changedGroups } from '../merge-groups.ts';
import { METRICS } from '../metrics.ts';
import type { PollingEvent, SourceOrder } from './polling.machine.ts';
import type { ProviderInput } from './provider-input.ts';
import type { ProviderPorts } from './provider-ports.ts';
import { UpdateLine } from './update-line.ts';

/** All groups there are now, or why they are not known. */
export type Refreshed = Result<readonly TargetGroup[], { readonly message: string }>;

/** One thing to ask again and again, with the client that it takes. */
export interface Refresher {
  /** Finds all groups there are now. A rejection is a fault of ours: it crashes the provider. */
  refresh(signal: AbortSignal): Promise<Refreshed>;
  /** A refresh has failed or was given up: for the mechanism's own counter. */
  noteFailure(): void;
  /** Frees the client. Called once, after the signal of a refresh under way was aborted. */
  end(): void;
}

/** Makes the refresher of a provider; whatever takes time happens in its `refresh`. */
export type OpenRefresher = (provider: string, ports: ProviderPorts) => Refresher;

type Order = SourceOrder | { readonly type: 'crash' };

/** The `source` of the polling machine: asks when told to, and answers with what has changed. */
export function pollingSource(ports: ProviderPorts, open: OpenRefresher): CallbackActorLogic<SourceOrder, ProviderInput> {
  // The `crash` that the actor sends to itself is nobody else's business.
  return fromCallback<Order, ProviderInput>(({ input: { provider }, self, sendBack, receive }) => {
    const source = new PollingSource(provider, ports, {
      refresher: open(provider, ports),
      answer: sendBack,
      crash: () => self.send({ type: 'crash' }),
    });
    receive((order) => source.obey(order));
    return () => source.end();
  }) as unknown as CallbackActorLogic<SourceOrder, ProviderInput>;
}

interface PollingSourceParts {
  readonly refresher: Refresher;
  answer(event: PollingEvent): void;
  /** Makes the actor receive a `crash`, in which it may end in an error. */
  crash(): void;
}

class PollingSource {
  readonly #provider: string;
  readonly #ports: ProviderPorts;
  readonly #parts: PollingSourceParts;
  readonly #line: UpdateLine;
  /** Mechanism and first job, as of the start: the table forgets a provider before it has ended. */
  readonly #labels: readonly [mechanism: string, job: string];
  #underWay: { readonly controller: AbortController; readonly startedMono: number } | undefined;
  #fault: unknown;

  constructor(provider: string, ports: ProviderPorts, parts: PollingSourceParts) {
    this.#provider = provider;
    this.#ports = ports;
    this.#parts = parts;
    this.#line = new UpdateLine(ports, provider);
    const planned = ports.table.provider(provider);
    this.#labels = [planned?.config.mechanism ?? '', planned?.jobs[0] ?? ''];
  }

  obey(order: Order): void {
    if (order.type === 'refresh') this.#refresh();
    else if (order.type === 'giveUp') this.#giveUp();
    else {
      this.end();
      throw this.#fault;
    }
  }

  end(): void {
    if (this.#line.isClosed) return;
    this.#line.close();
    this.#underWay?.controller.abort();
    this.#underWay = undefined;
    this.#parts.refresher.end();
    this.#ports.metrics.remove(METRICS.refreshFailures, this.#labels);
    this.#ports.metrics.remove(METRICS.refreshDuration, this.#labels);
  }

  #refresh(): void {
    const controller = new AbortController();
    const refresh = { controller, startedMono: this.#ports.driver.clock.mono() };
    this.#underWay = refresh;
    this.#parts.refresher.refresh(controller.signal).then(
      (outcome) => this.#underWay === refresh && this.#finish(outcome),
      (fault: unknown) => this.#line.tell('crash', () => this.#crash(fault)),
    );
  }

  #giveUp(): void {
    this.#underWay?.controller.abort();
    this.#noteEnd();
    this.#noteFailure('the refresh took too long');
  }

  #finish(outcome: Refreshed): void {
    if (!outcome.ok) {
      this.#line.tell('refresh', () => {
        this.#noteEnd();
        this.#noteFailure(outcome.error.message);
        this.#parts.answer({ type: 'refreshFailed' });
      });
      return;
    }
    const told = this.#ports.table.groupsOf(this.#provider);
    const update = changedGroups(told, [...bySource(outcome.value).values()]);
    if (update.length === 0) {
      this.#line.tell('refresh', () => {
        this.#noteEnd();
        this.#parts.answer({ type: 'confirmed' });
      });
      return;
    }
    this.#line.push(update, (rev) => {
      this.#noteEnd();
      this.#parts.answer({ type: 'refreshed', rev });
    });
  }

  #crash(fault: unknown): void {
    this.#fault = fault;
    this.#parts.crash();
  }

  #noteEnd(): void {
    const { metrics, driver } = this.#ports;
    const seconds = (driver.clock.mono() - (this.#underWay?.startedMono ?? driver.clock.mono())) / 1000;
    this.#underWay = undefined;
    metrics.observe(METRICS.refreshDuration, this.#labels, seconds);
    metrics.observe(METRICS.refreshDurationHistogram, [this.#labels[0]], seconds);
  }

  #noteFailure(error: string): void {
    this.#parts.refresher.noteFailure();
    this.#ports.metrics.add(METRICS.refreshFailures, this.#labels, 1);
    this.#ports.log.error('targets cannot be refreshed, the last ones stay', {
      code: 'LIMPET_SD_REFRESH',
      provider: this.#provider,
      error,
    });
  }
}
