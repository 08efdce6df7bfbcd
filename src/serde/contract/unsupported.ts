import { DiagnosticError } from '../../base/errors.ts';
import type { FormatColumn, FormatProperties, FormatSide, FormatSpec } from './format.ts';
import { quoteName } from '../../base/sql-quotes.ts';
import { printType, type SqlType } from '../model/sql-type.ts';
import type { SerdeSchemas } from '../schemas/schema-lookup.ts';

/** Columns as ksqlDB lists them: ``[`K` INTEGER KEY, `L` STRING KEY]``. */
export function printColumns(columns: readonly FormatColumn[], side: FormatSide): string {
  const suffix = side === 'key' ? ' KEY' : '';
  return `[${columns.map((column) => `${quoteName(column.name)} ${printType(column.type)}${suffix}`).join(', ')}]`;
}

/** Refuses MAPs whose keys are no strings, at any depth. @throws {DiagnosticError} */
export function requireStringMapKeys(spec: FormatSpec, message: string): void {
  const check = (type: SqlType): void => {
    switch (type.kind) {
      case 'MAP':
        if (type.key.kind !== 'STRING') throw new DiagnosticError({ message });
        check(type.value);
        return;
      case 'ARRAY':
        check(type.element);
        return;
      case 'STRUCT':
        for (const field of type.fields) check(field.type);
        return;
      default:
    }
  };
  for (const column of spec.columns) check(column.type);
}

/** Refuses properties that a format does not know. @throws {DiagnosticError} */
export function requireKnownProperties(
  format: string,
  known: readonly string[],
  properties: FormatProperties,
): void {
  const unknown = Object.keys(properties).filter((name) => !known.includes(name));
  if (unknown.length === 0) return;
  throw new DiagnosticError({
    message: `${format} does not support the following configs: [${unknown.join(', ')}]`,
  });
}

/** True when the spec has one column and it is laid out as the bare value. */
export function isUnwrapped(spec: FormatSpec, preferWrapped: boolean): boolean {
  if (spec.columns.length !== 1) return false;
  if (spec.features.has('WRAP_SINGLES')) return false;
  if (spec.features.has('UNWRAP_SINGLES')) return true;
  return spec.side === 'key' || !preferWrapped;
}

/** Refuses a name of the whole schema that is blank. @throws {DiagnosticError} */
export function requireFullName(properties: FormatProperties): void {
  const { fullSchemaName } = properties;
  if (fullSchemaName === undefined || fullSchemaName.trim() !== '') return;
  const shown = Object.entries({ ...properties, fullSchemaName: '' }).map(
    ([key, value]) => `${key}=${value}`,
  );
  throw new DiagnosticError({
    message: `fullSchemaName cannot be empty. Format configuration: {${shown.join(', ')}}`,
  });
}

/** What a serde of a format that uses a registry was given of it. @throws {RangeError} where it was given nothing. */
export function requireRegistry(format: string, schemas: SerdeSchemas | undefined): SerdeSchemas {
  if (schemas === undefined) throw new RangeError(`a serde of ${format} needs a schema registry`);
  return schemas;
}
