import { OperationalError } from '../../base/errors.ts';
import type { PreparedStatement } from '../../sql/index.ts';
import { definitionOf } from '../../sql/statements/index.ts';
import { touchedNames } from '../../sql/statements/touched-names.ts';
import { ignoredWarning } from '../config/ignored-properties.ts';

/** All that the statements of a script touch. */
export function namesOf(prepared: readonly PreparedStatement[]): readonly string[] {
  return [
    ...new Set(
      prepared.flatMap((each) => (each.prepared === undefined ? [] : touchedNames(each.prepared.plan))),
    ),
  ];
}

/** What it refuses is said alone, as in ksqlDB: neither a place in the script, nor what came before it. */
export function isAssertion({ statement }: PreparedStatement): boolean {
  const definition = definitionOf(statement);
  return definition.family === 'direct' && definition.isAssertion === true;
}

/** What is said of properties without effect: of those that a query has been given, and of the one that ALTER SYSTEM sets. */
export function propertyWarnings(
  { statement, session }: PreparedStatement,
  { startsQuery }: { readonly startsQuery: boolean },
): readonly string[] {
  const definition = definitionOf(statement);
  const altered = definition.family === 'planned' ? definition.systemProperty?.(statement)?.name : undefined;
  const given = startsQuery ? Object.keys(session.properties) : [];
  return [...given, ...(altered === undefined ? [] : [altered])].flatMap(
    (name) => ignoredWarning(name) ?? [],
  );
}

/** The error of a statement that was planned again and again, and each time not in time. */
export function overtaken(attempts: number): OperationalError {
  const message = `the statement was not run: others came first, ${attempts} times; try again`;
  return new OperationalError('OVERTAKEN', message, { retriable: true });
}
