import type { SqlFunction } from '../../sql/functions/definition.ts';

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
    author: 'Millrace',
    version: '',
    path: 'internal',
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

/** An aggregate's type follows from its arguments when it is bound, so it has no text of its own. */
function returnText(overload: SqlFunction['overloads'][number]): string {
  const isText = 'returns' in overload && typeof overload.returns === 'string';
  return isText ? overload.returns : 'depends on the arguments';
}
