/** What is promised of one metric family. Whatever is left out is not promised. */
export interface FamilyContract {
  readonly type?: string;
  readonly unit?: string;
  /** Names of the labels of every series, `le` and `quantile` left out. */
  readonly labels?: readonly string[];
  /** Values that a label may have. */
  readonly values?: Readonly<Record<string, readonly string[]>>;
  /** Upper bounds of a classic histogram, `+Inf` included or not. */
  readonly buckets?: readonly (number | string)[];
  /** Time series at most. */
  readonly maxSeries?: number;
  /** Whether it may be missing. */
  readonly optional?: boolean;
}

/** What a team promises of its exposition: its metrics as an interface. */
export interface MetricsContract {
  readonly metrics: Readonly<Record<string, FamilyContract>>;
  /** Time series of the whole exposition at most. */
  readonly maxSeries?: number;
  /** Whether families that are not promised may be there. On by default. */
  readonly allowOthers?: boolean;
}

/** A contract that cannot be read; `path` says where. */
export class ContractError extends Error {
  override readonly name = 'ContractError';
  readonly code = 'LIMPET_CONTRACT';
  readonly path: string;

  constructor(path: string, message: string) {
    super(path === '' ? message : `${path}: ${message}`);
    this.path = path;
  }
}

type Check = (value: unknown) => boolean;

const isText: Check = (value) => typeof value === 'string';
const isCount: Check = (value) => typeof value === 'number' && value >= 0;
const isFlag: Check = (value) => typeof value === 'boolean';
const listOf =
  (check: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every(check);
const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const FAMILY_FIELDS: Readonly<Record<keyof FamilyContract, readonly [Check, string]>> = {
  type: [isText, 'a text'],
  unit: [isText, 'a text'],
  labels: [listOf(isText), 'a list of texts'],
  values: [(value) => isObject(value) && Object.values(value).every(listOf(isText)), 'a list of texts for each label'],
  buckets: [listOf((value) => isText(value) || typeof value === 'number'), 'a list of numbers'],
  maxSeries: [isCount, 'a number of 0 or more'],
  optional: [isFlag, 'true or false'],
};

/** A contract from a document, as a YAML file has it. Throws a `ContractError` for anything else. */
export function contractOf(document: unknown): MetricsContract {
  if (!isObject(document)) throw new ContractError('', 'a contract is an object with the field metrics');
  const { metrics, maxSeries, allowOthers, ...unknown } = document;
  refuseUnknown('', unknown, ['metrics', 'maxSeries', 'allowOthers']);
  if (!isObject(metrics)) throw new ContractError('metrics', 'expected an object of metric families');
  if (maxSeries !== undefined && !isCount(maxSeries)) throw new ContractError('maxSeries', 'expected a number of 0 or more');
  if (allowOthers !== undefined && !isFlag(allowOthers)) throw new ContractError('allowOthers', 'expected true or false');
  for (const [name, family] of Object.entries(metrics)) checkFamily(`metrics.${name}`, family ?? {});
  return { ...(document as unknown as MetricsContract), metrics: metrics as MetricsContract['metrics'] };
}

function checkFamily(path: string, family: unknown): void {
  if (!isObject(family)) throw new ContractError(path, 'expected an object');
  for (const [field, value] of Object.entries(family)) {
    const known = Object.hasOwn(FAMILY_FIELDS, field) ? FAMILY_FIELDS[field as keyof FamilyContract] : undefined;
    if (known === undefined) refuseUnknown(path, { [field]: value }, Object.keys(FAMILY_FIELDS));
    else if (!known[0](value)) throw new ContractError(`${path}.${field}`, `expected ${known[1]}`);
  }
}

function refuseUnknown(path: string, fields: Readonly<Record<string, unknown>>, known: readonly string[]): void {
  const [field] = Object.keys(fields);
  if (field !== undefined) throw new ContractError(path === '' ? field : `${path}.${field}`, `unknown; there are ${known.join(', ')}`);
}
