/** What a fixture is told: begin with these settings, or report what happened so far. */
export type FixtureOrder = { readonly type: 'start'; readonly settings: FixtureSettings } | { readonly type: 'report' };

/** What a fixture answers. `ports` are on 127.0.0.1. */
export type FixtureAnswer<Report> =
  | { readonly type: 'listening'; readonly ports: readonly number[] }
  | { readonly type: 'report'; readonly report: Report };

/** Of the targets; the receiver has none. */
export interface FixtureSettings {
  readonly targets: number;
  readonly series: number;
}

export interface TargetReport {
  /** Wall milliseconds, with fractions, at which each target's scrapes arrived since the start. */
  readonly arrivalsMs: readonly (readonly number[])[];
  readonly bodyBytes: number;
}

export interface SinkReport {
  readonly requests: number;
  readonly bodyBytes: number;
  readonly samples: number;
}

/** Wall milliseconds with fractions: comparable between processes of one machine. */
export function preciseWallMs(): number {
  return performance.timeOrigin + performance.now();
}
