import type { NonReducibleUnknown } from 'xstate';
import { fromEffect } from '@limpet/driver';
import type { Driver } from '@limpet/driver';
import type { AgentPorts, EffectResult } from './agent-ports.ts';
import { AGENT_DEADLINES, agentMachine } from './agent.machine.ts';

/** Slack of the root's deadlines over what its children need, in milliseconds. */
const SLACK_MS = 1_000;

/** The root machine on its ports. Once per agent. */
export function bindAgent(driver: Driver, ports: AgentPorts): typeof agentMachine {
  return agentMachine.provide({
    actors: {
      openStorage: fromEffect<EffectResult, NonReducibleUnknown>(driver, 'openStorage', ({ signal }) => ports.openStorage(signal)),
      loadConfig: fromEffect<EffectResult, { readonly rev: number }>(driver, 'loadConfig', ({ input, signal }) =>
        ports.loadConfig(input, signal),
      ),
      applyStorage: fromEffect<EffectResult, { readonly rev: number }>(driver, 'applyStorage', ({ input, signal }) =>
        ports.applyStorage(input, signal),
      ),
      flush: fromEffect<void, NonReducibleUnknown>(driver, 'flush', ({ signal }) => ports.flush(signal)),
      discovery: ports.discovery,
      scrape: ports.scrape,
    },
    delays: {
      // A pool takes a new configuration only when the scrapes under way have ended.
      applyScrapeDeadline: () => ports.scrapeGraceMs() + AGENT_DEADLINES.applyScrapeMs,
      scrapeStopDeadline: () => ports.scrapeGraceMs() + SLACK_MS,
      flushDeadline: () => ports.flushDeadlineMs + SLACK_MS,
    },
  });
}
