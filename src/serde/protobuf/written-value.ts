import { SerdeError } from '../model/serde-error.ts';
import type { SqlType } from '../model/sql-type.ts';
import type { ConnectType } from './connect-field.ts';
import type { EnumType, MessageField } from './message-type.ts';

/** A test of `v` that it is not what a field without presence has anyway. */
export function isNotDefault(field: MessageField): string {
  switch (field.kind) {
    case 'bool':
      return 'v';
    case 'string':
    case 'bytes':
      return 'v.length > 0';
    case 'double':
    case 'float':
      return '(v !== 0 || 1 / v < 0)';
    case 'enum':
      return `v !== ${JSON.stringify(field.enumType?.values[0]?.name ?? '')}`;
    case 'message':
    case 'group':
      return 'true';
    default:
      return 'v !== 0';
  }
}

/** The expression of `v` as the field takes it; undefined where it takes no such type. */
export function writtenValue(connect: ConnectType, type: SqlType): string | undefined {
  switch (type.kind) {
    case 'BOOLEAN':
      return connect.kind === 'boolean' ? 'v' : undefined;
    case 'INTEGER':
    case 'DATE':
    case 'TIME':
      return connect.kind === 'int32' || connect.kind === 'int64' ? 'v' : undefined;
    case 'BIGINT':
    case 'TIMESTAMP':
      return connect.kind === 'int64' ? 'v' : undefined;
    case 'DOUBLE':
      return connect.kind === 'float64' || connect.kind === 'float32' ? 'v' : undefined;
    case 'STRING':
      return connect.kind === 'string' ? 'v' : undefined;
    case 'BYTES':
      return connect.kind === 'bytes' ? 'v' : undefined;
    default:
      return undefined;
  }
}

/** The numbers of an enum's names. The function throws a {@link SerdeError} for a name that there is not. */
export function enumNumbers(type: EnumType | undefined): (name: string) => number {
  const numbers = new Map((type?.values ?? []).map(({ name, number }) => [name, number]));
  return (name) => {
    const number = numbers.get(name);
    if (number === undefined) throw new SerdeError(`${name} is no value of the enum ${type?.name ?? ''}`);
    return number;
  };
}
