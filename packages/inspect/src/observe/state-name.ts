import type { StateValue } from 'xstate';

/** A state value as the API and the pages write it: `idle.waiting`; regions side by side are joined with commas. */
export function stateName(value: StateValue): string {
  if (typeof value === 'string') return value;
  const names: string[] = [];
  for (const [state, inner] of Object.entries(value)) names.push(inner === undefined ? state : joined(state, stateName(inner)));
  return names.join(',');
}

function joined(state: string, inner: string): string {
  return inner === '' ? state : `${state}.${inner}`;
}
