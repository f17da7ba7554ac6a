import { MACHINES } from '@limpet/agent';
import { linkMachine } from '@limpet/nats';

/** Every machine of the program by the name of its statechart: those of an agent, then those around it. */
export const EVERY_MACHINE: typeof MACHINES = new Map([
  ...MACHINES,
  ['nats-link', { machine: linkMachine, about: 'the link to a NATS server: publishes while it is up, tries again while it is down' }],
]);
