import { hostname } from 'node:os';
import { liveClock, TimerWheel } from '@limpet/driver';
import { liveDns, liveFiles } from '@limpet/discovery';
import { BodyBudget, liveHttpEffects, openHttpClient } from '@limpet/http-client';
import type { AgentWorld } from '../agent-options.ts';

/** This machine: its time, network and files. All bodies that come over the network share one budget. */
export function liveWorld(userAgent: string, bodyBudget = new BodyBudget()): AgentWorld {
  const clock = new TimerWheel(liveClock);
  return {
    clock,
    files: liveFiles,
    dns: liveDns(),
    httpEffects: liveHttpEffects,
    openHttpClient: (config) => openHttpClient(config, { effects: liveHttpEffects, userAgent, bodyBudget }),
  };
}

/** The name of this machine, for the jitter of scrapes. */
export function liveHostName(): string {
  return hostname();
}

/** The version of Node that runs this. */
export function liveRuntimeVersion(): string {
  return process.version;
}
