import type { Clock } from '@limpet/driver';
import type { HttpClient, HttpConnection, HttpOutcome, HttpRequest } from '@limpet/http-client';
import { failed, succeeded } from '@limpet/model';
import type { Result } from '@limpet/model';

/** How a host answers: after some milliseconds or never, with a status or by refusing the connection. */
export interface Behaviour {
  readonly takes: number | 'never';
  readonly status?: number;
  readonly refuses?: boolean;
}

/** How clients open: after some milliseconds or never, or with a refusal. */
export interface Opening {
  readonly takes: number | 'never';
  readonly refuses?: boolean;
}

/** One scrape request as the network saw it. `endMs` is undefined while it runs. */
export interface ScrapeRequest {
  readonly url: string;
  readonly startMs: number;
  endMs: number | undefined;
  ending: 'answered' | 'aborted' | 'closed' | undefined;
}

/** Host of the service discovery answers; every other host is a target. */
export const SD_HOST = 'sd.test';

const HEALTHY: Behaviour = { takes: 5 };
const encoder = new TextEncoder();

/** Every server that an agent can reach, and the clients that speak to them, in memory and virtual time. */
export class ScriptedWeb {
  /** By host name; hosts without an entry are healthy. */
  readonly behaviours = new Map<string, Behaviour>();
  /** Bodies of service discovery by path; paths without an entry answer 500. */
  readonly groups = new Map<string, string>();
  readonly scrapes: ScrapeRequest[] = [];
  /** What healthy targets expose, by URL. */
  bodyOf: (url: string) => string = () => 'temperature_celsius 21.5\n';
  opening: Opening = { takes: 0 };
  openClients = 0;
  openConnections = 0;
  /** Called at the start of each scrape request, with those in flight, itself included. */
  onScrape: (request: ScrapeRequest, inFlight: ReadonlySet<ScrapeRequest>) => void = () => {};
  readonly #inFlight = new Set<ScrapeRequest>();
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get inFlightCount(): number {
    return this.#inFlight.size;
  }

  readonly open = async (): Promise<Result<HttpClient, Error>> => {
    const { takes, refuses = false } = this.opening;
    await this.#after(takes);
    if (refuses) return failed(new Error('no such certificate'));
    this.openClients++;
    const connections = new Set<HttpConnection>();
    let isOpen = true;
    return succeeded({
      connect: () => {
        const connection = this.#connect(() => connections.delete(connection));
        connections.add(connection);
        return connection;
      },
      close: () => {
        if (isOpen) this.openClients--;
        isOpen = false;
        for (const connection of connections) connection.close();
      },
    });
  };

  #connect(onClosed: () => void): HttpConnection {
    this.openConnections++;
    const cuts = new Set<() => void>();
    let isOpen = true;
    return {
      send: (request) => this.#send(request, cuts),
      close: () => {
        if (!isOpen) return;
        isOpen = false;
        this.openConnections--;
        for (const cut of cuts) cut();
        onClosed();
      },
    };
  }

  #send(request: HttpRequest, cuts: Set<() => void>): Promise<HttpOutcome> {
    const { hostname, pathname } = new URL(request.url);
    const isScrape = hostname !== SD_HOST;
    const behaviour = this.behaviours.get(hostname) ?? HEALTHY;
    const scrape: ScrapeRequest = { url: request.url, startMs: this.#clock.mono(), endMs: undefined, ending: undefined };
    if (isScrape) {
      this.scrapes.push(scrape);
      this.#inFlight.add(scrape);
      this.onScrape(scrape, this.#inFlight);
    }
    return new Promise((resolve) => {
      const end = (ending: NonNullable<ScrapeRequest['ending']>, outcome: HttpOutcome): void => {
        scrape.ending = ending;
        scrape.endMs = this.#clock.mono();
        this.#inFlight.delete(scrape);
        cuts.delete(cut);
        request.signal.removeEventListener('abort', abort);
        if (timer !== undefined) this.#clock.clearTimeout(timer);
        resolve(outcome);
      };
      const answer = (): void =>
        end('answered', isScrape ? outcomeOf(behaviour, this.bodyOf(request.url)) : this.#groupsAt(pathname, behaviour));
      const abort = (): void => end('aborted', { ok: false, reason: 'aborted', error: 'aborted' });
      const cut = (): void => end('closed', { ok: false, reason: 'closed', error: 'closed' });
      const timer = behaviour.takes === 'never' ? undefined : this.#clock.setTimeout(answer, behaviour.takes);
      request.signal.addEventListener('abort', abort);
      cuts.add(cut);
    });
  }

  #groupsAt(path: string, { status = 200 }: Behaviour): HttpOutcome {
    const text = this.groups.get(path);
    return answered(text === undefined ? 500 : status, 'application/json', text ?? '');
  }

  #after(takes: number | 'never'): Promise<void> {
    if (takes === 0) return Promise.resolve();
    return new Promise((resolve) => {
      if (takes !== 'never') this.#clock.setTimeout(resolve, takes);
    });
  }
}

function outcomeOf({ status = 200, refuses = false }: Behaviour, text: string): HttpOutcome {
  if (refuses) return { ok: false, reason: 'connectionRefused', error: 'connection refused' };
  return answered(status, 'text/plain; version=0.0.4', text);
}

function answered(status: number, contentType: string, text: string): HttpOutcome {
  const body = encoder.encode(text);
  return { ok: true, status, statusText: 'Scripted', headers: { 'content-type': contentType }, body, wireBytes: body.length };
}
