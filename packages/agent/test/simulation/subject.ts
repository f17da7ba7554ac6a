import { indexTimers } from '@limpet/driver';
import type { Driver } from '@limpet/driver';
import { createActor } from 'xstate';
import type { ActorRefFrom, InspectionEvent } from 'xstate';
import type { Agent, ReloadOutcome } from '../../src/agent.ts';
import type { AgentOptions } from '../../src/agent-options.ts';
import { makeParts } from '../../src/agent-parts.ts';
import { createAgent } from '../../src/create-agent.ts';
import { ReloadRequests } from '../../src/reload-requests.ts';
import { bindAgent } from '../../src/root/agent.effects.ts';
import type { AgentPorts } from '../../src/root/agent-ports.ts';
import type { agentMachine } from '../../src/root/agent.machine.ts';

/** What the simulation needs of an agent. A real one has it. */
export interface Subject extends Pick<Agent, 'stop' | 'reload' | 'pools' | 'config' | 'inspect'> {
  start(): Promise<void>;
  readonly loopCount: number;
  /** The account of ticks; a faulty agent has none. */
  readonly gaps?: Agent['gaps'];
}

export type MakeSubject = (options: AgentOptions) => Subject;

/** The real thing. */
export const realAgent: MakeSubject = (options) => subjectOfAgent(createAgent(options));

/** An agent that somebody else holds too. */
export function subjectOfAgent(agent: Agent): Subject {
  return {
    start: () => agent.start(),
    stop: () => agent.stop(),
    reload: () => agent.reload(),
    pools: () => agent.pools(),
    config: () => agent.config(),
    inspect: (observer) => agent.inspect(observer),
    gaps: (query) => agent.gaps(query),
    get loopCount() {
      return agent.status().loopCount;
    },
  };
}

/** A fault put in on purpose: in the machines, in their ports, or in the way that answers take to them. */
export interface Fault {
  readonly options?: Partial<AgentOptions>;
  readonly ports?: (ports: AgentPorts) => AgentPorts;
  readonly root?: (machine: typeof agentMachine) => typeof agentMachine;
  readonly driver?: (driver: Driver) => void;
}

/** An agent of the same parts with something broken. */
export function faultyAgent({
  options: spoilt = {},
  ports: spoilPorts = (ports) => ports,
  root: spoilRoot = (machine) => machine,
  driver: spoilDriver,
}: Fault): MakeSubject {
  return (options) => {
    const parts = makeParts({ ...options, ...spoilt });
    const { driver, tables, directory, configs } = parts;
    spoilDriver?.(driver);
    const machine = spoilRoot(bindAgent(driver, spoilPorts(parts.ports)));
    const root = createActor(machine, { id: 'agent', input: { reloadOnStartup: false }, clock: driver.clock });
    indexTimers(root.system);
    return subjectOf(root, driver, {
      pools: () => [...tables.pools.keys()],
      config: () => configs.get(root.getSnapshot().context.cfgRev),
      get loopCount() {
        return directory.size;
      },
    });
  };
}

function subjectOf(
  root: ActorRefFrom<typeof agentMachine>,
  driver: Driver,
  views: Pick<Subject, 'pools' | 'config' | 'loopCount'>,
): Subject {
  const requests = new ReloadRequests();
  const started = Promise.withResolvers<void>();
  const stopped = Promise.withResolvers<number>();
  root.on('ready', () => started.resolve());
  root.on('reloaded', ({ requestIds, ok, rev, errors }) => requests.settle(requestIds, { ok, revision: rev, errors }));
  root.on('stopped', ({ exitCode }) => {
    requests.settleAll({ ok: false, revision: 0, errors: ['stopped'] });
    stopped.resolve(exitCode);
  });
  const send = (event: Parameters<typeof root.send>[0]): void =>
    driver.accept({ kind: 'command', key: event.type }, () => root.send(event));
  return {
    start: () => {
      driver.accept({ kind: 'command', key: 'start' }, () => root.start());
      return started.promise;
    },
    stop: () => {
      send({ type: 'shutdown', reason: 'test' });
      return stopped.promise;
    },
    reload: (): Promise<ReloadOutcome> => {
      const { id, outcome } = requests.open();
      send({ type: 'reload', requestId: id, by: 'library' });
      return outcome;
    },
    inspect: (observer: (event: InspectionEvent) => void) => {
      const subscription = root.system.inspect(observer);
      return () => subscription.unsubscribe();
    },
    pools: () => views.pools(),
    config: () => views.config(),
    get loopCount() {
      return views.loopCount;
    },
  };
}
