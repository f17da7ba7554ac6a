/** What a relabelling rule does to a label set. Source: Prometheus 3.14, model/relabel. */
export const RELABEL_ACTIONS = [
  'replace',
  'keep',
  'drop',
  'keepequal',
  'dropequal',
  'hashmod',
  'lowercase',
  'uppercase',
  'labelmap',
  'labeldrop',
  'labelkeep',
] as const;
export type RelabelAction = (typeof RELABEL_ACTIONS)[number];

/** Which metric and label names are allowed: any UTF-8, or `[a-zA-Z_][a-zA-Z0-9_]*`. */
export type NameValidationScheme = 'utf8' | 'legacy';

/** A rule as configured: data only, comparable by value, defaults filled in. Compile it before use. */
export interface RelabelConfig {
  readonly sourceLabels: readonly string[];
  readonly separator: string;
  /** RE2 source as written; matched anchored at both ends, dot matches newline. */
  readonly regex: string;
  /** 0 where not set. Unsigned 64 bits. */
  readonly modulus: bigint;
  readonly targetLabel: string;
  readonly replacement: string;
  readonly action: RelabelAction;
}

/** A field of a rule, by its name in `RelabelConfig`. */
export type RelabelField = keyof RelabelConfig;

/** What a rule says where the configuration is silent. */
export const RELABEL_DEFAULTS: RelabelConfig = {
  sourceLabels: [],
  separator: ';',
  regex: '(.*)',
  modulus: 0n,
  targetLabel: '',
  replacement: '$1',
  action: 'replace',
};
