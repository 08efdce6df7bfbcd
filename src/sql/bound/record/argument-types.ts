import { assert } from '../../../base/assert.ts';
import { printType } from '../../../serde/model/sql-type.ts';
import type { ArgumentType } from '../../functions/definition.ts';
import { readType } from '../../types/read-type.ts';
import type { ArgumentTypeRecord } from './expression-record.ts';
import { asList, asObject, asText } from './checks.ts';

const INTERVAL = 'INTERVAL';

export function encodeArgumentType(type: ArgumentType): ArgumentTypeRecord {
  switch (type?.kind) {
    case undefined:
      return null;
    case 'INTERVAL':
      return INTERVAL;
    case 'LAMBDA':
      return { parameters: type.parameters.map(printType), result: printType(type.result) };
    case 'UNTYPED_LAMBDA':
      assert(false, 'the lambdas of a resolved call have types');
      return null;
    default:
      return type === null ? null : printType(type);
  }
}

/** @throws {DiagnosticError} for what is no type. */
export function decodeArgumentType(record: unknown): ArgumentType {
  if (record === null) return null;
  if (record === INTERVAL) return { kind: 'INTERVAL' };
  if (typeof record === 'string') return readType(record);
  const { parameters, result } = asObject(record, 'the type of an argument');
  return {
    kind: 'LAMBDA',
    parameters: asList(parameters).map((type) => readType(asText(type))),
    result: readType(asText(result)),
  };
}
