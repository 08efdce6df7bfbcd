import { DiagnosticError } from '../../base/errors.ts';
import type { FormatColumn } from '../contract/format.ts';
import { printType, type SqlType } from '../model/sql-type.ts';
import type { MessageField, MessageType, ScalarKind } from './message-type.ts';
import { DATE, DECIMAL, TIME_OF_DAY, TIMESTAMP, wellKnownMessages, wrappedKinds } from './well-known.ts';

/** How a column that is null is told from one that has the default value: not at all, `optional`, or by a wrapper. */
export type Nullables = 'none' | 'optional' | 'wrapper';

const DEFAULT_NAME = 'ConnectDefault';

/** What a name of the language is: what else a quoted column may be called has no place in a message. */
const IDENTIFIER = /^[A-Za-z_][A-Za-z0-9_]*$/;

const SCALARS: Readonly<Partial<Record<SqlType['kind'], ScalarKind>>> = {
  BOOLEAN: 'bool',
  INTEGER: 'int32',
  BIGINT: 'int64',
  DOUBLE: 'double',
  STRING: 'string',
  BYTES: 'bytes',
};

const LOGICAL: Readonly<Partial<Record<SqlType['kind'], string>>> = {
  DECIMAL,
  DATE,
  TIME: TIME_OF_DAY,
  TIMESTAMP,
};

const wrapperOf = new Map([...wrappedKinds].map(([name, kind]) => [kind, name]));

/**
 * The message that Connect makes of columns (`ProtobufData`): fields are numbered from 1 in the order of the columns, messages
 * without a name are `ConnectDefault1`, `ConnectDefault2`, … in the order in which they are met, maps are repeated messages of
 * a key and a value whose names end with `Entry`.
 * @param options.fullName of the message, with its package; the messages in it then count from `ConnectDefault1` on.
 * @throws {DiagnosticError} for columns that no message holds: arrays of arrays or maps, names that are none.
 */
export function messageOfColumns(
  columns: readonly FormatColumn[],
  options: { readonly nullables: Nullables; readonly fullName?: string | undefined },
): MessageType {
  return new MessageMaker(options.nullables).root(columns, options.fullName);
}

class MessageMaker {
  readonly #nullables: Nullables;
  #names = 0;

  constructor(nullables: Nullables) {
    this.#nullables = nullables;
  }

  root(columns: readonly FormatColumn[], fullName = this.#nextName()): MessageType {
    return this.#message(fullName, columns);
  }

  #nextName(): string {
    this.#names += 1;
    return `${DEFAULT_NAME}${this.#names}`;
  }

  #message(fullName: string, columns: readonly FormatColumn[]): MessageType {
    const nested: MessageType[] = [];
    const fields = columns.map(({ name, type }, index): MessageField => {
      if (!IDENTIFIER.test(name)) {
        throw new DiagnosticError({ message: `"${name}" is not a valid identifier.` });
      }
      return this.#field({ name, number: index + 1, type }, fullName, nested);
    });
    return { name: fullName.slice(fullName.lastIndexOf('.') + 1), fullName, fields, nested };
  }

  #field(
    { name, number, type }: FormatColumn & { readonly number: number },
    scope: string,
    nested: MessageType[],
  ): MessageField {
    const declare = (declared: MessageType): MessageType => {
      nested.push(declared);
      return declared;
    };
    const isRepeated = type.kind === 'ARRAY' || type.kind === 'MAP';
    const isOptional = this.#nullables === 'optional' && !isRepeated;
    const plain = { name, number, repeated: isRepeated, packed: false, hasPresence: isOptional };
    const value = type.kind === 'ARRAY' ? type.element : type;
    switch (value.kind) {
      case 'ARRAY':
        throw new DiagnosticError({ message: 'Array cannot be nested' });
      case 'MAP': {
        if (type.kind === 'ARRAY') {
          throw new DiagnosticError({
            message: `PROTOBUF format does not support maps in arrays: ${printType(type)}`,
          });
        }
        const entry = this.#entry(`${scope}.${this.#nextName()}Entry`, value);
        return { ...plain, kind: 'message', hasPresence: true, message: declare(entry) };
      }
      case 'STRUCT': {
        const made = this.#nextName();
        // A message and a field of it cannot have one name.
        const struct = this.#message(`${scope}.${made === name ? `${made}Message` : made}`, value.fields);
        return { ...plain, kind: 'message', hasPresence: true, message: declare(struct) };
      }
      default:
        return { ...plain, ...this.#leaf(value, isRepeated, isOptional) };
    }
  }

  /** A message of a key and a value, which Connect takes for a map by its name and those of its fields. */
  #entry(fullName: string, { key, value }: Extract<SqlType, { kind: 'MAP' }>): MessageType {
    const { nested, fields } = this.#message(fullName, [
      { name: 'key', type: key },
      { name: 'value', type: value },
    ]);
    return {
      name: fullName.slice(fullName.lastIndexOf('.') + 1),
      fullName,
      nested,
      // They are always there: `optional` says nothing.
      fields: fields.map((field) => (field.kind === 'message' ? field : { ...field, hasPresence: false })),
    };
  }

  #leaf(
    type: SqlType,
    isRepeated: boolean,
    isOptional: boolean,
  ): Pick<MessageField, 'kind' | 'packed' | 'hasPresence' | 'message' | 'meta'> {
    const scalar = SCALARS[type.kind];
    const wrapped = scalar !== undefined && this.#nullables === 'wrapper';
    const messageName = wrapped ? wrapperOf.get(scalar) : LOGICAL[type.kind];
    const message = messageName === undefined ? undefined : wellKnownMessages.get(messageName);
    if (message === undefined) {
      if (scalar === undefined) throw new RangeError(`no message holds ${type.kind}`);
      const packed = isRepeated && scalar !== 'string' && scalar !== 'bytes';
      return { kind: scalar, packed, hasPresence: isOptional };
    }
    return {
      kind: 'message',
      packed: false,
      hasPresence: true,
      message,
      ...(type.kind === 'DECIMAL' && {
        meta: { precision: String(type.precision), scale: String(type.scale) },
      }),
    };
  }
}
