import type { FormatColumn } from '../contract/format.ts';
import { SerdeError } from '../model/serde-error.ts';
import {
  arrayType,
  BIGINT,
  BOOLEAN,
  BYTES,
  DATE,
  decimalType,
  DOUBLE,
  INTEGER,
  mapType,
  STRING,
  type SqlType,
  type StructField,
  structType,
  TIME,
  TIMESTAMP,
} from '../model/sql-type.ts';
import { connectFields, isMapEntry, valueType } from './connect-field.ts';
import type { MessageField, MessageType } from './message-type.ts';

/**
 * The columns that ksqlDB infers of a message, names as they are in it. Fields that it has no type for are left out.
 * @throws {SerdeError} for a message that holds itself.
 */
export function columnsOfMessage(message: MessageType): readonly FormatColumn[] {
  return new Inference().fields(message);
}

class Inference {
  /** The messages around the one that is looked at. */
  readonly #open = new Set<MessageType>();

  fields(message: MessageType): readonly StructField[] {
    if (this.#open.has(message)) {
      throw new SerdeError(`a message that holds itself cannot become a column: ${message.fullName}`);
    }
    this.#open.add(message);
    const fields = connectFields(message).flatMap(({ name, ...connect }): readonly StructField[] => {
      const type =
        'members' in connect
          ? structType(connect.members.flatMap((member) => this.#named(member)))
          : this.#type(connect.field);
      return type === undefined ? [] : [{ name, type }];
    });
    this.#open.delete(message);
    return fields;
  }

  #named(field: MessageField): readonly StructField[] {
    const type = this.#type(field);
    return type === undefined ? [] : [{ name: field.name, type }];
  }

  #type(field: MessageField): SqlType | undefined {
    const { message, repeated } = field;
    if (repeated && message !== undefined && isMapEntry(message)) {
      const value = message.fields[1] === undefined ? undefined : this.#type(message.fields[1]);
      return value === undefined ? undefined : mapType(STRING, value);
    }
    const value = this.#value(field);
    return value !== undefined && repeated ? arrayType(value) : value;
  }

  #value(field: MessageField): SqlType | undefined {
    const connect = valueType(field);
    switch (connect?.kind) {
      case 'int32':
        return INTEGER;
      case 'int64':
        return BIGINT;
      case 'float32':
      case 'float64':
        return DOUBLE;
      case 'boolean':
        return BOOLEAN;
      case 'string':
        return STRING;
      case 'bytes':
        return BYTES;
      case 'date':
        return DATE;
      case 'time':
        return TIME;
      case 'timestamp':
        return TIMESTAMP;
      case 'decimal':
        return decimalType(Math.max(connect.precision, connect.scale, 1), connect.scale);
      case 'struct':
        return structType(this.fields(connect.message));
      default:
        return undefined;
    }
  }
}
