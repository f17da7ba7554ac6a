/** What a unit is measured in by convention: itself where it is a base unit. */
const BASE_UNITS: ReadonlyMap<string, string> = new Map([
  ...['amperes', 'bytes', 'celsius', 'grams', 'joules', 'kelvin', 'meters', 'metres', 'seconds', 'volts'].map(
    (unit) => [unit, unit] as const,
  ),
  ...['minutes', 'hours', 'days', 'weeks'].map((unit) => [unit, 'seconds'] as const),
  ['kelvins', 'kelvin'],
  ...['fahrenheit', 'rankine'].map((unit) => [unit, 'celsius'] as const),
  ...['inches', 'yards', 'miles'].map((unit) => [unit, 'meters'] as const),
  ['bits', 'bytes'],
  ['calories', 'joules'],
  ...['pounds', 'ounces'].map((unit) => [unit, 'grams'] as const),
]);

/** `mibi` is how upstream spells `mebi`. */
const PREFIXES = [
  'pico', 'nano', 'micro', 'milli', 'centi', 'deci', 'deca', 'hecto', 'kilo', 'kibi', 'mega', 'mibi', 'mebi', 'giga', 'gibi',
  'tera', 'tebi', 'peta', 'pebi',
]; // prettier-ignore

/** The unit in a metric name and the one that it should be, where they differ. The first part that is a unit decides. */
export function otherBaseUnit(name: string): { readonly unit: string; readonly base: string } | undefined {
  for (const unit of name.split('_')) {
    const base = baseOf(unit);
    if (base !== undefined) return base === unit ? undefined : { unit, base };
  }
  return undefined;
}

function baseOf(part: string): string | undefined {
  const prefix = PREFIXES.find((candidate) => part.startsWith(candidate) && BASE_UNITS.has(part.slice(candidate.length)));
  return BASE_UNITS.get(part) ?? (prefix === undefined ? undefined : BASE_UNITS.get(part.slice(prefix.length)));
}
