import { DnsServer } from './dns-server.ts';
import type { Zone } from './dns-server.ts';

/** What the parent sends: a new zone, or the wish to know what was asked since the last time. */
export type DnsServerOrder = { readonly zone: Zone } | 'questions';
/** What it is told: the port, that the zone is in force, or the questions. */
export type DnsServerReply = { readonly port: number } | 'zoneTaken' | { readonly questions: readonly string[] };

const server = new DnsServer();
const reply = (message: DnsServerReply): void => {
  process.send?.(message);
};
process.on('message', (order: DnsServerOrder) => {
  if (order === 'questions') {
    reply({ questions: server.questions });
    server.questions = [];
    return;
  }
  server.zone = order.zone;
  reply('zoneTaken');
});
process.on('disconnect', () => process.exit());
reply({ port: await server.listen() });
