import { Hono } from 'hono';
import type { Context } from 'hono';
import { streamSSE } from 'hono/streaming';
import { crowdMembers, Inspector, SPOTLIGHT_MAX, StatelyViewer, Viewer } from '@limpet/inspect';
import type { InspectMessage } from '@limpet/inspect';
import type { ApiOptions } from '../api-options.ts';
import type { ApiBindings } from '../instrument.ts';
import { externalPath } from '../page.ts';
import { inspectGate } from './inspect-gate.ts';
import type { InspectOptions } from './inspect-options.ts';
import type { MessageSocket } from './message-socket.ts';
import { statelyBridge } from './stately-bridge.ts';

/** Viewers at once, streams and sockets together; more get 503. */
export const INSPECT_VIEWER_COUNT_MAX = 16;
/** Members of a crowd that one answer lists. */
const MEMBERS_MAX = 500;

type Inspected = ApiOptions & { readonly inspect: InspectOptions };

/**
 * What `--inspect` opens, below `/-/inspect` and for reading only:
 * `events` for our page, `actors` to look for loops, `stately` (a socket) and `bridge` (a page) for Stately's inspector.
 */
export function inspectRoutes(options: Inspected): Hono {
  const { agent, wall, log } = options;
  const inspector = new Inspector({
    source: agent,
    wall,
    every: (intervalMs, run) => options.every(intervalMs, run),
    onFault: (error) => log.error('the inspector failed and has let go of the agent', { code: 'LIMPET_INSPECT', cause: String(error) }),
  });
  const routes = new Hono();
  routes.use('/-/inspect', inspectGate(options));
  routes.use('/-/inspect/*', inspectGate(options));
  routes.get('/-/inspect', (context) => context.redirect(`${externalPath(options)}/inspect`, 302));
  routes.get('/-/inspect/events', (context) => events(context, inspector));
  routes.get('/-/inspect/actors', (context) => actors(context, inspector));
  routes.get('/-/inspect/stately', (context) => stately(context, inspector));
  routes.get('/-/inspect/bridge', (context) => context.html(statelyBridge()));
  return routes;
}

/** `events?spotlight=PATH&spotlight=…&level=counts`: server-sent events, the id of a step being its number. */
function events(context: Context, inspector: Inspector): Response | Promise<Response> {
  if (context.req.method === 'HEAD') return context.body(null, 200); // a stream that nobody reads would never end
  const spotlight = spotlightOf(context);
  const refused = refusedViewer(context, inspector, spotlight);
  if (refused !== undefined) return refused;
  const lastSeq = Number(context.req.header('last-event-id') ?? -1);
  return streamSSE(context, async (stream) => {
    const viewer = new Viewer(inspector, {
      spotlight,
      wantsSteps: context.req.query('level') !== 'counts',
      ...(Number.isSafeInteger(lastSeq) ? { afterSeq: lastSeq } : {}),
    });
    stream.onAbort(() => viewer.close());
    while (await viewer.ready()) await stream.write(viewer.take().map(eventText).join(''));
  });
}

/** `actors?of=PATH&search=TEXT&state=STATE`, `actors?id=ID`: members of crowds, which are in no tree. */
function actors(context: Context, inspector: Inspector): Response {
  const { of, id, search, state } = context.req.query();
  const query = { ...(of && { of }), ...(id && { id }), ...(search && { search }), ...(state && { state }), countMax: MEMBERS_MAX };
  return context.json(crowdMembers(inspector.actors(), query));
}

/** `stately?spotlight=PATH…`: the messages of `@statelyai/inspect` over a web socket. */
function stately(context: Context, inspector: Inspector): Response {
  const { acceptSocket } = (context.env ?? {}) as ApiBindings;
  if (acceptSocket === undefined) return context.text('a web socket is served here\n', 426, { Upgrade: 'websocket' });
  const spotlight = spotlightOf(context);
  const refused = refusedViewer(context, inspector, spotlight);
  if (refused !== undefined) return refused;
  acceptSocket((socket) => void serveStately(socket, new StatelyViewer(inspector, spotlight)));
  return context.body(null, 204);
}

async function serveStately(socket: MessageSocket, viewer: StatelyViewer): Promise<void> {
  socket.onClose(() => viewer.close());
  try {
    while (await viewer.ready()) for (const message of viewer.take()) await socket.send(JSON.stringify(message));
  } catch {
    // the connection has ended: `onClose` has closed the viewer, or is about to
  }
  socket.close();
}

function spotlightOf(context: Context): readonly string[] {
  return [...new Set(context.req.queries('spotlight') ?? [])];
}

function refusedViewer(context: Context, inspector: Inspector, spotlight: readonly string[]): Response | undefined {
  if (spotlight.length > SPOTLIGHT_MAX) return context.text(`at most ${SPOTLIGHT_MAX} actors may be in the spotlight\n`, 400);
  return inspector.onlookerCount >= INSPECT_VIEWER_COUNT_MAX ? context.text('too many viewers\n', 503) : undefined;
}

function eventText(message: InspectMessage): string {
  const id = message.type === 'step' ? `id: ${message.seq}\n` : '';
  return `event: ${message.type}\n${id}data: ${JSON.stringify(message)}\n\n`;
}
