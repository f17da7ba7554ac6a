import assert from 'node:assert/strict';
import type { Config, ScrapeConfig } from '@limpet/config';
import { indexTimers, pendingTimers, settled } from '@limpet/driver';
import { compareBytewise } from '@limpet/model';
import type { Labels } from '@limpet/model';
import { compileRules, explain } from '@limpet/relabel';
import type { RelabelStep } from '@limpet/relabel';
import type { ScrapeDelivery } from '@limpet/remote-write';
import { createActor } from 'xstate';
import type { ActorRefFrom, AnyActorRef, InspectionEvent } from 'xstate';
import type { ActorTimer, Agent, AgentPhase, AgentStatus, LastReload, ReloadOutcome } from './agent.ts';
import type { AgentOptions } from './agent-options.ts';
import { makeParts, wantedDiscovery } from './agent-parts.ts';
import type { AgentParts } from './agent-parts.ts';
import { BatchStream, STREAM_BATCH_COUNT_MAX } from './consumer/batch-stream.ts';
import { AgentError } from './errors.ts';
import { registerTargets, withdrawTargets } from './push/target-registration.ts';
import type { RegistrationResult, TargetRegistration } from './push/target-registration.ts';
import { refusal } from './on-demand/asked-scrapes.ts';
import type { AskedScrape, ScrapeRequest } from './on-demand/asked-scrapes.ts';
import type { AgentEventOf, AgentEventType, AnyAgentEvent, EventsSince } from '@limpet/events';
import { liveRuntimeVersion } from './live/live-world.ts';
import { AGENT_METRICS, CONFIG_METRICS, RELOAD_METRICS } from './metrics.ts';
import { LOOP_CHANGES } from './reload/loop-fates.ts';
import { plannedPools } from './reload/planned-pools.ts';
import { reloadPlan } from './reload/reload-plan.ts';
import type { ReloadPlan } from './reload/reload-plan.ts';
import { ReloadRequests } from './reload-requests.ts';
import { bindAgent } from './root/agent.effects.ts';
import type { AgentEmitted, AgentEvent } from './root/agent-events.ts';
import type { agentMachine } from './root/agent.machine.ts';
import { actorsFrom } from './view/actor-walk.ts';
import type { History } from './view/history.ts';
import { targetMetadata } from './view/target-metadata.ts';
import type { TargetMetadata } from './view/target-metadata.ts';
import type { TargetsView } from './view/target-view.ts';
import { targetsView } from './view/targets-view.ts';
import { targetDeliveries } from './view/target-deliveries.ts';
import type { DeliveriesQuery } from './view/target-deliveries.ts';
import { targetTicks } from './view/target-ticks.ts';
import type { GapsQuery, TargetTicks } from './view/target-ticks.ts';

/** The root actor with the parts around it: commands go in as inputs of the driver, what it emits becomes promises and events. */
export class LimpetAgent implements Agent {
  readonly #parts: AgentParts;
  readonly #root: ActorRefFrom<typeof agentMachine>;
  readonly #requests = new ReloadRequests();
  readonly #started = Promise.withResolvers<void>();
  readonly #stopped = Promise.withResolvers<number>();
  readonly #version: string;
  #phase: AgentPhase = 'created';
  #startedAt: number | undefined;
  #lastReload: LastReload | undefined;
  /** Revision in force at the end of the last round; 0 before the first. */
  #lastRev = 0;
  /** Whether the last round applied anything. */
  #isApplied = false;
  #lastConfigAt: number | undefined;
  #streamCount = 0;
  #stopReason = '';

  constructor(options: AgentOptions) {
    this.#version = options.version ?? '0.0.0';
    this.#parts = makeParts(options);
    const { driver, ports, metrics } = this.#parts;
    const input = { reloadOnStartup: options.reloadOnStartup ?? false };
    this.#root = createActor(bindAgent(driver, ports), { id: 'agent', input, clock: driver.clock });
    indexTimers(this.#root.system);
    this.#root.on('*', (emitted) => this.#onEmitted(emitted));
    this.#root.subscribe({ error: (error) => this.#onBroken(error) });
    metrics.beforeExposition(() => this.#refreshGauges());
    this.#started.promise.catch(() => {}); // whoever calls `start` gets the rejection
  }

  get selfMetrics(): AgentParts['metrics'] {
    return this.#parts.metrics;
  }

  start(): Promise<void> {
    if (this.#phase !== 'created') {
      return Promise.reject(new AgentError('LIMPET_AGENT_STATE', `an agent starts once; this one is ${this.#phase}`, { exitCode: 1 }));
    }
    this.#phase = 'starting';
    this.#startedAt = Math.trunc(this.#parts.driver.clock.wall());
    const { world, driver } = this.#parts;
    world.command({ type: 'start' }, () => driver.accept({ kind: 'command', key: 'start' }, () => this.#root.start()));
    return this.#started.promise;
  }

  stop(reason = 'asked to stop'): Promise<number> {
    if (this.#phase === 'created') this.#onEmitted({ type: 'stopped', exitCode: 0 });
    else if (this.#phase !== 'stopped') this.#send({ type: 'shutdown', reason });
    return this.#stopped.promise;
  }

  reload(): Promise<ReloadOutcome> {
    if (this.#phase === 'stopping' || this.#phase === 'stopped' || this.#phase === 'created') {
      return Promise.resolve({ ok: false, revision: 0, errors: [`the agent is ${this.#phase}`] });
    }
    const { id, outcome } = this.#requests.open();
    this.#send({ type: 'reload', requestId: id, by: 'library' });
    return outcome;
  }

  async plan(candidate: Config): Promise<ReloadPlan> {
    const { tables, providers } = this.#parts;
    const pools = plannedPools(this.#root, tables);
    const forecast = providers.forecast(wantedDiscovery(candidate));
    const never = new AbortController().signal;
    const plan = await reloadPlan({ running: this.config(), candidate, pools, forecast }, { pause: settled, signal: never });
    assert(plan !== undefined, 'nobody gave it up');
    const { unknown: _, ...counts } = plan.counts;
    this.#parts.hub.emit('config.planned', { counts });
    return plan;
  }

  targets(): TargetsView {
    const { tables, directory, ledgers } = this.#parts;
    return targetsView(tables, { stateOf: (loopId) => directory.state(loopId) ?? 'stopped', ledgers });
  }

  deliveries(query: DeliveriesQuery): Promise<readonly ScrapeDelivery[] | undefined> {
    const { receivers, tables } = this.#parts;
    return targetDeliveries(receivers, tables, query);
  }

  gaps(query: GapsQuery = {}): readonly TargetTicks[] {
    const { tables, ledgers } = this.#parts;
    return targetTicks(tables, ledgers, query);
  }

  targetMetadata(): readonly TargetMetadata[] {
    const { tables, directory } = this.#parts;
    return targetMetadata(tables, (loopId) => directory.state(loopId) ?? 'stopped');
  }

  relabelSteps(pool: string, labels: Labels): readonly RelabelStep[] | undefined {
    const config = this.poolConfig(pool);
    return config === undefined ? undefined : explain(labels, compileRules(config.relabelConfigs, config.metricNameValidationScheme));
  }

  pools(): readonly string[] {
    return [...this.#parts.tables.pools.keys()].sort(compareBytewise);
  }

  poolConfig(pool: string): ScrapeConfig | undefined {
    return this.#parts.tables.pools.get(pool)?.config;
  }

  config(): Config | undefined {
    return this.#parts.configs.get(this.#root.getSnapshot().context.cfgRev);
  }

  status(): AgentStatus {
    const { directory, registry, reloads } = this.#parts;
    const last = this.#lastReload;
    return {
      phase: this.#phase,
      startedAt: this.#startedAt,
      lastReload: last === undefined || !this.#isApplied ? last : { ...last, loops: reloads.loops },
      lastConfigAt: this.#lastConfigAt,
      loopCount: directory.size,
      actorCount: actorCount(this.#root) + directory.size,
      seriesCount: registry.size,
    };
  }

  batches({ name, batchCountMax = STREAM_BATCH_COUNT_MAX }: { readonly name?: string; readonly batchCountMax?: number } = {}): BatchStream {
    const { fanOut, registry } = this.#parts;
    const stream: BatchStream = new BatchStream({
      registry,
      name: name ?? `stream-${++this.#streamCount}`,
      batchCountMax,
      onClosed: () => fanOut.remove(stream),
    });
    fanOut.add(stream);
    return stream;
  }

  on<Type extends AgentEventType>(type: Type, listener: (event: AgentEventOf<Type>) => void): () => void {
    return this.#parts.hub.on(type, listener);
  }

  onAny(listener: (event: AnyAgentEvent) => void): () => void {
    return this.#parts.hub.onAny(listener);
  }

  registerTargets(registration: TargetRegistration): RegistrationResult {
    return registerTargets(this.#parts, registration);
  }

  withdrawTargets(registration: Pick<TargetRegistration, 'name' | 'source'>): RegistrationResult {
    return withdrawTargets(this.#parts, registration);
  }

  async scrapeNow(targetId: string, request: ScrapeRequest): Promise<AskedScrape> {
    const { asked, directory, driver, targetEvents, log, world } = this.#parts;
    const { purpose, by } = request;
    const state = directory.state(targetId);
    if (state === undefined) return refusal('there is no such target');
    if (asked.isFull) return refusal('too many scrapes are asked for already');
    const answer = asked.wait(targetId, !state.startsWith('idle'));
    const tell = (): void => directory.tell(targetId, { type: 'scrapeNow', purpose });
    world.command({ type: 'scrapeNow', targetId, request }, () => driver.accept({ kind: 'command', key: `scrapeNow:${targetId}` }, tell));
    const result = await answer;
    const { ok, error, isJoined, sampleCount } = result;
    log.info('a scrape was asked for', { target: targetId, purpose, by, ok, ...(error !== undefined && { err: error }) });
    targetEvents.scrapedOnDemand(targetId, { purpose, by, ok, ...(error !== undefined && { error }), isJoined, sampleCount });
    return result;
  }

  eventsSince(id: string): EventsSince {
    return this.#parts.hub.since(id);
  }

  lastEventId(): string {
    return this.#parts.hub.lastId();
  }

  inspect(observer: (event: InspectionEvent) => void): () => void {
    const { receiverObservers } = this.#parts;
    const subscription = this.#root.system.inspect(observer);
    receiverObservers.add(observer);
    return () => {
      subscription.unsubscribe();
      receiverObservers.delete(observer);
    };
  }

  *actors(): Generator<AnyActorRef> {
    yield* actorsFrom(this.#root);
    for (const receiver of this.#parts.receivers.actors()) yield* actorsFrom(receiver);
  }

  timersOf(actor: AnyActorRef): readonly ActorTimer[] {
    const nowMono = this.#parts.driver.clock.mono();
    return pendingTimers(actor).map(({ id, dueMono }) => ({ id, remainingMs: dueMono === undefined ? undefined : dueMono - nowMono }));
  }

  history(): History | undefined {
    return this.#parts.storage.history;
  }

  async metrics(): Promise<{ readonly contentType: string; readonly text: string }> {
    const { metrics } = this.#parts;
    return { contentType: metrics.contentType, text: await metrics.exposition() };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop('disposed');
  }

  #send(event: AgentEvent & { readonly type: 'reload' | 'shutdown' }): void {
    const { world, driver } = this.#parts;
    const { type } = event;
    const command = event.type === 'shutdown' ? event : { type: event.type };
    world.command(command, () => driver.accept({ kind: 'command', key: type }, () => this.#root.send(event)));
  }

  #onEmitted(emitted: AgentEmitted): void {
    switch (emitted.type) {
      case 'ready':
        this.#phase = 'running';
        this.#parts.hub.emit('agent.ready', {});
        this.#started.resolve();
        return;
      case 'reloaded':
        this.#onReloaded(emitted);
        return;
      case 'draining':
        this.#phase = 'stopping';
        this.#stopReason = emitted.reason;
        this.#parts.hub.emit('agent.stopping', { reason: emitted.reason });
        return;
      case 'stopped':
        this.#onStopped(emitted.exitCode);
    }
  }

  #onReloaded({ ok, rev, errors, requestIds }: AgentEmitted & { readonly type: 'reloaded' }): void {
    const { hub, metrics, log, driver, reloads, tables } = this.#parts;
    const at = Math.trunc(driver.clock.wall());
    this.#lastReload = { ok, at, errors };
    this.#isApplied = rev !== this.#lastRev;
    this.#lastRev = rev;
    if (this.#isApplied) reloads.applied(Math.max(0, ...tables.groups.keys()));
    metrics.set(CONFIG_METRICS.lastReloadSuccessful, [], ok ? 1 : 0);
    if (ok) {
      this.#lastConfigAt = at;
      metrics.set(CONFIG_METRICS.lastReloadSuccessTimestamp, [], at / 1000);
      hub.emit('config.applied', { revision: rev, loops: reloads.loops });
    } else {
      log.error('the configuration could not be taken on', { code: 'LIMPET_RELOAD', errors: errors.join('; ') });
      hub.emit('config.failed', { revision: rev, errors });
    }
    this.#requests.settle(requestIds, { ok, revision: rev, errors });
  }

  #onStopped(exitCode: number): void {
    const { errors = [] } = this.#lastReload ?? {};
    this.#phase = 'stopped';
    this.#requests.settleAll({ ok: false, revision: 0, errors: ['the agent has stopped'] });
    const code = exitCode === 2 ? 'LIMPET_AGENT_CONFIG' : 'LIMPET_AGENT_START';
    this.#started.reject(new AgentError(code, errors.join('; ') || this.#whyNotReady(exitCode), { exitCode }));
    const { fanOut, folder } = this.#parts;
    void fanOut.close().finally(() => folder.close()); // where no flush was reached, or it took too long
    this.#parts.hub.emit('agent.stopped', { exitCode });
    this.#stopped.resolve(exitCode);
  }

  #whyNotReady(exitCode: number): string {
    return exitCode === 0 ? 'the agent was stopped before it was ready' : this.#stopReason;
  }

  /** The root actor failed: a fault of ours that nothing contained. */
  #onBroken(error: unknown): void {
    this.#parts.log.error('the root actor failed', { code: 'LIMPET_FAULT', cause: String(error) });
    this.#onStopped(1);
  }

  #refreshGauges(): void {
    const { metrics, directory, registry, reloads } = this.#parts;
    const { counts, isSettled } = reloads.loops;
    for (const change of LOOP_CHANGES) metrics.set(RELOAD_METRICS.loops, [change], counts[change]);
    metrics.set(RELOAD_METRICS.settled, [], isSettled ? 1 : 0);
    metrics.set(AGENT_METRICS.loops, [], directory.size);
    metrics.set(AGENT_METRICS.series, [], registry.size);
    metrics.set(AGENT_METRICS.ready, [], this.#phase === 'running' ? 1 : 0);
    metrics.set(AGENT_METRICS.buildInfo, [this.#version, liveRuntimeVersion()], 1);
  }
}

/** Actors below and with this one, loops left out: those are held by their supervisors, not as children. */
function actorCount(actor: AnyActorRef): number {
  const { children = {} } = actor.getSnapshot() as { readonly children?: Readonly<Record<string, AnyActorRef>> };
  return 1 + Object.values(children).reduce((count, child) => count + actorCount(child), 0);
}
