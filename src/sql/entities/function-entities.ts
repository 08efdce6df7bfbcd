import type { SqlFunction } from '../functions/definition.ts';
import { returnText } from './return-text.ts';

const KINDS = { scalar: 'SCALAR', aggregate: 'AGGREGATE', table: 'TABLE' } as const;

/** The `functions` of a `function_names` entity; names are in upper case, as ksqlDB lists them. */
export function functionNames(functions: readonly SqlFunction[]) {
  return functions.map(({ name, kind, category }) => ({
    name: name.toUpperCase(),
    type: KINDS[kind],
    category,
  }));
}

/** A `describe_function` entity, but for its common fields. */
export function functionDescription(definition: SqlFunction) {
  return {
    name: definition.name,
    description: definition.description,
    author: definition.author ?? 'Millrace',
    version: definition.version ?? '',
    path: definition.path ?? 'internal',
    type: KINDS[definition.kind],
    functions: definition.overloads.map((overload) => ({
      arguments: overload.parameters.map(argumentEntity),
      returnType: returnText(overload),
      description: overload.description ?? '',
    })),
  };
}

/** A parameter text is `name TYPE`, where three dots stand for any number of arguments. */
function argumentEntity(parameter: string) {
  const space = parameter.indexOf(' ');
  const type = parameter.slice(space + 1);
  const isVariadic = type.includes('...');
  return { name: parameter.slice(0, space), type: type.replace('...', ''), description: '', isVariadic };
}
