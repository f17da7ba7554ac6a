/** How a server answers, from some moment on or some times. */
export interface ScenarioAnswer {
  /** 200 by default. */
  readonly status?: number;
  /** `{{n}}` stands for how often the server was asked, `{{t}}` for the seconds since the beginning. */
  readonly body?: string;
  /** `text/plain; version=0.0.4` by default, `application/json` for a body that is given as a list. */
  readonly contentType?: string;
  /** Milliseconds until the answer; `never` holds the request until it is given up. 5 by default. */
  readonly takesMs?: number | 'never';
  /** The request fails: a reason as in `limpet_scrape_request_failures_total`. */
  readonly fails?: string;
  /** Who does not send this gets 401: a bearer token, or `user:password`. */
  readonly needs?: string;
  /** Holds for so many requests, then the answer before it holds again. */
  readonly times?: number;
}

/** What happens at a moment of a scenario. Times are milliseconds since its beginning. */
export interface ScenarioStep {
  readonly atMs: number;
  /** Servers that answer in another way from now on, by `host:port` or URL. */
  readonly answer?: Readonly<Record<string, ScenarioAnswer>>;
  /** Files that are written, or with `null` go. */
  readonly file?: Readonly<Record<string, string | null>>;
  /** Names that have other records, or with `null` none that answers. */
  readonly dns?: Readonly<Record<string, readonly string[] | null>>;
  /** The configuration file is written. */
  readonly config?: string;
  readonly reload?: boolean;
  /** The wall clock jumps by so many milliseconds. */
  readonly clockMs?: number;
  /** The machine sleeps for so many milliseconds. */
  readonly suspendMs?: number;
  readonly stop?: boolean;
}

interface Stretch {
  /** Milliseconds since the beginning; the whole run by default. */
  readonly fromMs?: number;
  readonly toMs?: number;
}

/** What a scenario promises. Exactly one of the kinds. */
export type ScenarioExpectation =
  /** The samples of one series in a stretch, in order: numbers, or `stale`. */
  | (Stretch & { readonly kind: 'values'; readonly series: string; readonly values: string })
  /** What a query for one series finds at a moment: a number, or `none`. */
  | { readonly kind: 'value'; readonly series: string; readonly atMs: number; readonly value: string }
  /** Samples of all series that match. */
  | (Stretch & { readonly kind: 'count'; readonly series: string; readonly count: number })
  /** Stale markers of all series that match. */
  | (Stretch & { readonly kind: 'markers'; readonly markers: string; readonly count: number })
  | { readonly kind: 'health'; readonly health: string; readonly atMs: number; readonly is: string; readonly error?: string }
  /** What became of the ticks of a target: `scraped`, `failed(status)` …, in order. Equal ones in a row as `scraped x3`. */
  | (Stretch & { readonly kind: 'outcomes'; readonly outcomes: string; readonly are: string })
  /** How often an actor came into a state. `actor` is a path with `*`, `state` may leave out inner states. */
  | (Stretch & { readonly kind: 'transitions'; readonly actor: string; readonly state: string; readonly count: number })
  | (Stretch & { readonly kind: 'event'; readonly event: string; readonly where: Readonly<Record<string, string>>; readonly count: number })
  /** Requests that reached a server. */
  | (Stretch & { readonly kind: 'requests'; readonly requests: string; readonly count: number });

/** A story in virtual time: a world, what happens in it, and what the agent is to make of it. */
export interface Scenario {
  readonly name: string;
  /** The text of `prometheus.yml`. */
  readonly config: string;
  /** Wall milliseconds of the beginning. */
  readonly startMs: number;
  /** Milliseconds until the end. */
  readonly untilMs: number;
  readonly concurrency?: number;
  /** Whether the first targets are taken up at once instead of at the first tick of 5 s. On by default. */
  readonly reloadOnStartup?: boolean;
  readonly seed: number;
  readonly hostName: string;
  readonly answers: Readonly<Record<string, ScenarioAnswer>>;
  readonly files: Readonly<Record<string, string>>;
  readonly dns: Readonly<Record<string, readonly string[]>>;
  /** In order of time. */
  readonly timeline: readonly ScenarioStep[];
  readonly expect: readonly ScenarioExpectation[];
}
