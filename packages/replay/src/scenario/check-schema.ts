import type { ScenarioFault } from './scenario-error.ts';

type TypeName = 'string' | 'number' | 'boolean' | 'object' | 'array' | 'null';

/** The part of JSON Schema that is used here. */
export interface Schema {
  readonly $schema?: string;
  readonly title?: string;
  readonly description?: string;
  readonly type?: TypeName | readonly TypeName[];
  readonly enum?: readonly string[];
  /** Of texts only. */
  readonly pattern?: string;
  readonly minimum?: number;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: boolean | Schema;
  readonly items?: Schema;
}

/** What of a value a schema forbids, each fault with its place. */
export function checkSchema(value: unknown, schema: Schema, path = ''): readonly ScenarioFault[] {
  const fault = valueFault(value, schema);
  if (fault !== undefined) return [{ path, message: fault }];
  if (Array.isArray(value)) return value.flatMap((item, index) => checkSchema(item, schema.items ?? {}, `${path}[${index}]`));
  if (typeof value === 'object' && value !== null) return objectFaults(value, schema, path);
  return [];
}

function valueFault(value: unknown, schema: Schema): string | undefined {
  const types =
    schema.type === undefined ? [] : Array.isArray(schema.type) ? (schema.type as readonly TypeName[]) : [schema.type as TypeName];
  const type = typeOf(value);
  if (types.length > 0 && !types.includes(type)) return `expected ${types.join(' or ')}, got ${type}`;
  if (schema.enum !== undefined && !schema.enum.includes(value as string)) return `expected one of ${schema.enum.join(', ')}`;
  if (typeof value === 'string' && schema.pattern !== undefined && !new RegExp(schema.pattern).test(value)) {
    return `${JSON.stringify(value)} is not ${schema.description ?? `of the form ${schema.pattern}`}`;
  }
  if (typeof value === 'number' && schema.minimum !== undefined && !(value >= schema.minimum)) return `expected at least ${schema.minimum}`;
  return undefined;
}

function objectFaults(value: object, schema: Schema, path: string): readonly ScenarioFault[] {
  const { properties = {}, required = [], additionalProperties = true } = schema;
  const at = (name: string): string => (path === '' ? name : `${path}.${name}`);
  const missing = required.filter((name) => !Object.hasOwn(value, name)).map((name) => ({ path, message: `${name} is missing` }));
  const faults = Object.entries(value).flatMap(([name, field]) => {
    const known = Object.hasOwn(properties, name) ? properties[name] : undefined;
    if (known !== undefined) return checkSchema(field, known, at(name));
    if (additionalProperties === false) {
      return [{ path: at(name), message: `nothing of this name is known here; there are ${Object.keys(properties).join(', ')}` }];
    }
    return additionalProperties === true ? [] : checkSchema(field, additionalProperties, at(name));
  });
  return [...missing, ...faults];
}

function typeOf(value: unknown): TypeName {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  const type = typeof value;
  return type === 'string' || type === 'number' || type === 'boolean' ? type : 'object';
}
