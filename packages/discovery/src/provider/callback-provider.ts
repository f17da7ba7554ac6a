import { fromCallback } from 'xstate';
import type { CallbackActorLogic } from 'xstate';
import type { GroupUpdate } from '../merge-groups.ts';
import type { ProviderInput } from './provider-input.ts';
import type { ProviderNotice } from './provider-notice.ts';
import type { ProviderPorts } from './provider-ports.ts';
import { UpdateLine } from './update-line.ts';

/** What a mechanism that pushes may do while it runs. */
export interface ProviderScope {
  readonly provider: string;
  /** Hands over one update, unless the provider has ended. */
  readonly push: (update: GroupUpdate) => void;
  /** Ends the provider because of a fault of ours: its targets stay and it is started again after a while. */
  readonly crash: (fault: unknown) => void;
}

/** Starts a mechanism; what it returns ends it. */
export type StartMechanism = (scope: ProviderScope, ports: ProviderPorts) => () => void;

/** Sent by the provider to itself: a callback actor can end in an error only while it handles an event. */
interface Crash {
  readonly type: 'crash';
}

/** A provider that needs no states: it tells what it finds until it is stopped. */
export function callbackProvider(ports: ProviderPorts, start: StartMechanism): CallbackActorLogic<Crash, ProviderInput> {
  return fromCallback<Crash, ProviderInput>(({ input: { provider }, self, sendBack, receive }) => {
    const line = new UpdateLine(ports, provider);
    let fault: unknown;
    const notify = (notice: ProviderNotice): void => sendBack(notice);
    const end = start(
      {
        provider,
        push: (update) => line.push(update, (rev) => notify({ type: 'providerUpdate', provider, rev })),
        crash: (error) => line.tell('crash', () => crash(error)),
      },
      ports,
    );
    const dispose = (): void => {
      line.close();
      end();
    };
    const crash = (error: unknown): void => {
      fault = error;
      self.send({ type: 'crash' });
    };
    receive(() => {
      dispose();
      throw fault;
    });
    return dispose;
  });
}
