/** Why a configuration is refused, as a stable name for programs. */
export type ConfigErrorCode =
  | 'LIMPET_CONFIG_SYNTAX'
  | 'LIMPET_CONFIG_UNKNOWN_FIELD'
  | 'LIMPET_CONFIG_DUPLICATE_FIELD'
  | 'LIMPET_CONFIG_TYPE'
  | 'LIMPET_CONFIG_VALUE'
  | 'LIMPET_CONFIG_EMPTY'
  | 'LIMPET_CONFIG_CONFLICT'
  | 'LIMPET_CONFIG_NOT_SUPPORTED'
  | 'LIMPET_CONFIG_LIMIT'
  | 'LIMPET_CONFIG_FILE';

/** Where a problem is and what surrounds it. */
export interface ConfigErrorPlace {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 1, in UTF-16 units. */
  readonly column: number;
  /** The way from the top of the document, as `scrape_configs[2].relabel_configs[0].regex`; empty for the document. */
  readonly path: string;
  /** The lines around the place with a marker, secrets masked; empty where there is no text to show. */
  readonly frame: string;
}

/** What else is known about a problem. */
export interface ConfigErrorDetail {
  /** What to do about it, where that is known. */
  readonly hint?: string | undefined;
  readonly cause?: unknown;
}

/** One refusal of a configuration: what is wrong and where. Holds no secret: neither message nor frame show one. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly code: ConfigErrorCode;
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly path: string;
  readonly frame: string;
  readonly hint: string | undefined;

  constructor(code: ConfigErrorCode, message: string, place: ConfigErrorPlace, detail: ConfigErrorDetail = {}) {
    super(message, detail.cause === undefined ? {} : { cause: detail.cause });
    this.code = code;
    this.file = place.file;
    this.line = place.line;
    this.column = place.column;
    this.path = place.path;
    this.frame = place.frame;
    this.hint = detail.hint;
  }

  /** One line: `file:line:column: message`, with the hint where there is one. */
  get summary(): string {
    const hint = this.hint === undefined ? '' : ` (${this.hint})`;
    return `${this.file}:${this.line}:${this.column}: ${this.message}${hint}`;
  }

  /** The summary and below it the code frame. */
  print(): string {
    return this.frame === '' ? this.summary : `${this.summary}\n${this.frame}`;
  }
}

const DECODING_CODES: ReadonlySet<ConfigErrorCode> = new Set([
  'LIMPET_CONFIG_UNKNOWN_FIELD',
  'LIMPET_CONFIG_DUPLICATE_FIELD',
  'LIMPET_CONFIG_TYPE',
]);

/** Every refusal of one load, in the order in which upstream would have met them. Never empty. */
export class ConfigErrors extends Error {
  override readonly name = 'ConfigErrors';
  readonly code = 'LIMPET_CONFIG';
  readonly errors: readonly ConfigError[];
  /** How many more problems there were than `CONFIG_ERRORS_MAX`; they are not kept. */
  readonly omittedCount: number;

  constructor(file: string, errors: readonly ConfigError[], { omittedCount = 0, format = 'YAML' } = {}) {
    const lines = errors.map((error) => `  ${error.summary}`);
    super([heading(file, format, errors), ...lines, ...omission(omittedCount)].join('\n'));
    this.errors = errors;
    this.omittedCount = omittedCount;
  }

  /** All errors with their code frames, for a terminal. */
  print(): string {
    return [...this.errors.map((error) => error.print()), ...omission(this.omittedCount)].join('\n\n');
  }
}

function heading(file: string, format: string, errors: readonly ConfigError[]): string {
  const isDecoding = errors.some(({ code }) => DECODING_CODES.has(code));
  return `parsing ${format} file ${file}:${isDecoding ? ' unmarshal errors:' : ''}`;
}

function omission(count: number): string[] {
  return count === 0 ? [] : [`  … and ${count} more`];
}
