import type { Log, Result } from '@limpet/model';

/** Asks as before, and logs each new failure once: a bad file is asked for with every request. */
export function reportedOnce<Value, Failure extends Error>(ask: () => Result<Value, Failure>, log: Log): () => Result<Value, Failure> {
  let reported: Error | undefined;
  return () => {
    const outcome = ask();
    const error = outcome.ok ? undefined : outcome.error;
    if (error !== undefined && error !== reported) {
      log.error('the web configuration cannot be used; nobody is served', { code: 'LIMPET_WEB_CONFIG', cause: error.message });
    }
    reported = error;
    return outcome;
  };
}
