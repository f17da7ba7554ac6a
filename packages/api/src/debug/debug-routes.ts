import { Hono } from 'hono';
import type { Context } from 'hono';
import type { ApiOptions } from '../api-options.ts';
import type { ApiBindings } from '../instrument.ts';
import type { DebugOptions } from './debug-options.ts';
import { debugRefusal } from './debug-refusal.ts';

/** Length of a CPU profile: where none is asked for, as Go has it, and the longest, in seconds. */
const SECONDS_FALLBACK = 30;
const SECONDS_MAX = 120;
const BUSY = 'A CPU profile or a heap snapshot is being taken; there is one at a time.\n';

type Debugged = Pick<ApiOptions, 'externalUrl' | 'host' | 'log'> & { readonly debug: DebugOptions };

/** `/debug/pprof/profile` and `/debug/pprof/heap`: one at a time, for whom `debugRefusal` lets in. */
export function debugRoutes({ debug, externalUrl, host, log }: Debugged): Hono {
  const routes = new Hono();
  let isBusy = false;
  const free = (): void => {
    isBusy = false;
  };
  routes.use('/debug/*', async (context, next) => {
    const { peerAddress: remoteAddress } = (context.env ?? {}) as ApiBindings;
    const { isRemoteAllowed } = debug;
    const ownNames = [externalUrl.hostname, host.hostName];
    const refusal = debugRefusal({ request: context.req.raw, remoteAddress, isRemoteAllowed, ownNames });
    if (refusal !== undefined) return context.text(`${refusal}\n`, 403);
    if (context.req.method === 'HEAD') return context.body(null, 200); // nobody would read what was taken
    return next();
  });
  routes.get('/debug/pprof/profile', async (context) => {
    const seconds = secondsOf(context.req.query('seconds'));
    if (seconds === undefined) return context.text(`seconds must be a number above 0 and at most ${SECONDS_MAX}\n`, 400);
    if (isBusy) return context.text(BUSY, 409);
    isBusy = true;
    log.info('a CPU profile is taken', { seconds });
    const { signal } = context.req.raw;
    try {
      return download(context, await debug.cpuProfile({ durationMs: seconds * 1000, signal }), 'profile.pb.gz');
    } catch (error) {
      if (!signal.aborted) throw error;
      return context.body(null, 503); // for the counter of requests: the client has gone
    } finally {
      free();
    }
  });
  routes.get('/debug/pprof/heap', (context) => {
    if (isBusy) return context.text(BUSY, 409);
    isBusy = true;
    log.warn('a heap snapshot is taken; scraping stands still meanwhile', { code: 'LIMPET_HEAP_SNAPSHOT' });
    try {
      return download(context, whenOver(debug.heapSnapshot(), free), 'limpet.heapsnapshot');
    } catch (error) {
      free();
      throw error;
    }
  });
  return routes;
}

function secondsOf(text: string | undefined): number | undefined {
  const seconds = text === undefined ? SECONDS_FALLBACK : text.trim() === '' ? NaN : Number(text);
  return seconds > 0 && seconds <= SECONDS_MAX ? seconds : undefined;
}

function download(context: Context, body: Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array>, fileName: string): Response {
  return context.body(body, 200, {
    'Content-Type': 'application/octet-stream',
    'Content-Disposition': `attachment; filename="${fileName}"`,
    'Cache-Control': 'no-store',
  });
}

/** The same stream, which says when it was read to its end, has failed, or was given up. */
function whenOver(stream: ReadableStream<Uint8Array>, over: () => void): ReadableStream<Uint8Array> {
  const reader = stream.getReader();
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const { done, value } = await reader.read();
          if (!done) return controller.enqueue(value);
          over();
          controller.close();
        } catch (error) {
          over();
          controller.error(error);
        }
      },
      cancel(reason) {
        over();
        return reader.cancel(reason);
      },
    },
    { highWaterMark: 0 },
  );
}
