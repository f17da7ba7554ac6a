import type { Scenario } from '../scenario.ts';
import { bodyScenarios } from './body-scenarios.ts';
import { changeScenarios } from './change-scenarios.ts';
import { errorScenarios } from './error-scenarios.ts';
import { healthScenarios } from './health-scenarios.ts';
import { labelScenarios } from './label-scenarios.ts';
import { limitScenarios } from './limit-scenarios.ts';
import { requestScenarios } from './request-scenarios.ts';
import { timestampScenarios } from './timestamp-scenarios.ts';
import { valueScenarios } from './value-scenarios.ts';

/** Every scripted target behaviour, all in one run. */
export const allScenarios: readonly Scenario[] = [
  ...healthScenarios,
  ...requestScenarios,
  ...bodyScenarios,
  ...valueScenarios,
  ...timestampScenarios,
  ...labelScenarios,
  ...limitScenarios,
  ...changeScenarios,
  ...errorScenarios,
];
