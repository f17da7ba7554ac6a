/** One thing that is wrong with a scenario file. */
export interface ScenarioFault {
  /** Where: `timeline[2].answer`. Empty: the whole file. */
  readonly path: string;
  readonly message: string;
}

/** A scenario that cannot be run. */
export class ScenarioError extends Error {
  override readonly name = 'ScenarioError';
  readonly code = 'LIMPET_SCENARIO';
  readonly file: string;
  readonly faults: readonly ScenarioFault[];

  constructor(file: string, faults: readonly ScenarioFault[]) {
    super(faults.map(({ path, message }) => `${file}: ${path === '' ? '' : `${path}: `}${message}`).join('\n'));
    this.file = file;
    this.faults = faults;
  }
}
