import { Hono } from 'hono';
import { streamSSE } from 'hono/streaming';
import { success } from './envelope.ts';
import type { NotificationBoard } from './notifications.ts';

/** Messages that may wait for one slow subscriber; further ones are dropped and counted. */
export const NOTIFICATIONS_WAITING_MAX = 10;

/** `notifications` and `notifications/live`. Not gated: they tell about starting and stopping. */
export function notificationRoutes(board: NotificationBoard): Hono {
  const routes = new Hono();
  routes.get('/notifications', (context) => success(context, board.list()));
  routes.get('/notifications/live', (context) => {
    if (context.req.method === 'HEAD') return context.body(null, 200); // a stream that nobody reads would never end
    let waitingCount = 0;
    let deliver: ((data: string) => Promise<unknown>) | undefined;
    const early: string[] = []; // told while subscribing, before there is a stream
    const unsubscribe = board.subscribe((notification) => {
      const data = JSON.stringify(notification);
      if (deliver === undefined) return early.push(data) > 0;
      if (waitingCount >= NOTIFICATIONS_WAITING_MAX) return false;
      waitingCount++;
      deliver(data)
        .catch(() => {})
        .finally(() => waitingCount--);
      return true;
    });
    if (unsubscribe === undefined) return context.body(null, 204);
    return streamSSE(context, async (stream) => {
      const aborted = new Promise<void>((resolve) => {
        stream.onAbort(() => {
          unsubscribe();
          resolve();
        });
      });
      deliver = (data) => stream.writeSSE({ data });
      await Promise.all(early.map(deliver));
      await aborted;
    });
  });
  return routes;
}
