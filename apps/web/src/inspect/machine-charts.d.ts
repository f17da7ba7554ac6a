declare module 'virtual:machine-charts' {
  /** Written by `layout/machine-charts.ts`, as JSON of `ChartLayout`. */
  export const MACHINE_CHARTS: unknown;
}
