import { type Int64, parseInt64 } from '../model/int64.ts';
import { BIGINT, BOOLEAN, INTEGER, STRING, type StructField, type SqlType } from '../model/sql-type.ts';
import { SerdeError } from '../model/serde-error.ts';
import { connectFields, connectTypeName, type ConnectType, valueType } from './connect-field.ts';
import { typeName } from './coercion.ts';
import { GeneratedFunctions } from './generated-functions.ts';
import type { MessageField, MessageType } from './message-type.ts';
import { isPackable } from './message-type.ts';
import { scalarPut, tagCode } from './scalar-put.ts';
import { isNotDefault, writtenValue } from './written-value.ts';
import * as puts from './put.ts';

/**
 * Generated code that writes messages: a function for each message that a column is made of, of bytes `b`, a place `p` and
 * a value `row`. Names are the generator's, never a user's.
 */
export class WriterCode {
  readonly functions = new GeneratedFunctions({ ...puts, keyInteger, missing, refuseNull });

  /** The name of a function that writes the fields of a struct. @throws {SerdeError} for a field that the message lacks. */
  structFunction(message: MessageType, fields: readonly StructField[], path: string): string {
    const targets = connectFields(message);
    const steps: { readonly number: number; readonly code: string }[] = [];
    for (const [index, { name, type }] of fields.entries()) {
      const target = namedAs(targets, name);
      if (target === undefined) {
        throw new SerdeError(`Schema from Schema Registry misses field with name: ${name}`);
      }
      const place = `${path}->${name}`;
      if ('field' in target) {
        const code = this.#fieldCode(target.field, type, place);
        steps.push({ number: target.field.number, code: `v = row[${index}]; ${code}` });
      } else if (type.kind === 'STRUCT') {
        const code = target.members
          .map((member) => this.#memberCode(member, type.fields, place))
          .join(' else ');
        steps.push({
          number: Math.min(...target.members.map(({ number }) => number)),
          code: `u = row[${index}]; if (u !== null && u !== undefined) { ${code} }`,
        });
      } else throw new SerdeError(`${typeName(type)} is written into a oneof: ${place}`);
    }
    const body = steps
      .toSorted((a, b) => a.number - b.number)
      .map(({ code }) => code)
      .join('\n');
    return this.#define(`let v, u, s, q; ${body} return p;`);
  }

  /** The first member of a oneof that is not null. */
  #memberCode(member: MessageField, fields: readonly StructField[], path: string): string {
    const field =
      namedAs(fields, member.name) ?? fields.find(({ name }) => name === member.name.toUpperCase());
    const index = field === undefined ? -1 : fields.indexOf(field);
    if (field === undefined) return 'if (false) {}';
    const code = this.#fieldCode({ ...member, hasPresence: true }, field.type, `${path}->${field.name}`);
    return `if ((v = u[${index}]) !== null && v !== undefined) { ${code} }`;
  }

  #define(body: string): string {
    return this.functions.define('b, p, row', body);
  }

  /** Code that writes `v` as a field, with its tag, where it is not null. */
  #fieldCode(field: MessageField, type: SqlType, path: string): string {
    const { message, repeated } = field;
    if (!repeated) {
      const isThere = field.hasPresence ? '' : ` && ${isNotDefault(field)}`;
      const absent = field.isRequired === true ? `else throw missing(${JSON.stringify(path)});` : '';
      return `if (v !== null && v !== undefined${isThere}) { ${tagCode(field)} ${this.#valueCode(field, type, path)} } ${absent}`;
    }
    if (type.kind === 'MAP' && message !== undefined) {
      const [key, value] = message.fields;
      if (key === undefined || value === undefined) throw new SerdeError(`no map: ${path}`);
      const entry = this.#define(`let v = row[0], s, q;
        refuseNull(v); ${this.#keyCode(key, `${path}->MAP_KEY`)}
        v = row[1]; refuseNull(v); ${this.#fieldCode(value, type.value, `${path}->MAP_VAL`)}
        return p;`);
      return `if (v !== null && v !== undefined) for (const x of v) { ${tagCode(field)} p = putLength(b, p, ${entry}(b, p + 1, x)); }`;
    }
    if (type.kind !== 'ARRAY') throw mismatch({ kind: 'array' }, type, path);
    const element = this.#valueCode(field, type.element, `${path}->ARRAY`);
    if (!field.packed || !isPackable(field.kind)) {
      return `if (v !== null && v !== undefined) for (q of v) { ${tagCode(field)} ${onElement(element)} }`;
    }
    return `if (v !== null && v !== undefined && v.length > 0) {
      ${tagCode(field)} s = p++; for (q of v) { ${onElement(element)} } p = putLength(b, s, p); }`;
  }

  /** Keys are texts in SQL, and may be whole numbers or booleans in a message. */
  #keyCode(key: MessageField, path: string): string {
    switch (valueType(key)?.kind) {
      case 'int32':
        return `v = keyInteger(v); ${this.#fieldCode(key, INTEGER, path)}`;
      case 'int64':
        return `v = keyInteger(v); ${this.#fieldCode(key, BIGINT, path)}`;
      case 'boolean':
        return `v = v === 'true'; ${this.#fieldCode(key, BOOLEAN, path)}`;
      default:
        return this.#fieldCode(key, STRING, path);
    }
  }

  /** Code that writes `v`, which is not null, without its tag. */
  #valueCode(field: MessageField, type: SqlType, path: string): string {
    const connect = valueType(field);
    if (connect === undefined)
      throw new SerdeError(`Unknown Connect schema type: ${field.kind} for path: ${path}`);
    if (field.kind === 'message' && field.message !== undefined) {
      return `p = putLength(b, p, ${this.#messageCall(field.message, connect, type, path)});`;
    }
    const value = writtenValue(connect, type);
    if (value === undefined) throw mismatch(connect, type, path);
    return scalarPut(field, value, this.functions);
  }

  #messageCall(message: MessageType, connect: ConnectType, type: SqlType, path: string): string {
    switch (connect.kind) {
      case 'struct':
        if (type.kind !== 'STRUCT') throw mismatch(connect, type, path);
        return `${this.structFunction(message, type.fields, path)}(b, p + 1, v)`;
      case 'decimal':
        if (type.kind !== 'DECIMAL') throw mismatch(connect, type, path);
        return 'putDecimal(b, p + 1, v)';
      case 'date':
        if (type.kind !== 'DATE') throw mismatch(connect, type, path);
        return 'putDate(b, p + 1, v)';
      case 'time':
        if (type.kind !== 'TIME') throw mismatch(connect, type, path);
        return 'putTimeOfDay(b, p + 1, v)';
      case 'timestamp':
        if (type.kind !== 'TIMESTAMP') throw mismatch(connect, type, path);
        return 'putTimestamp(b, p + 1, v)';
      default: {
        const [wrapped] = message.fields;
        if (wrapped === undefined) throw new RangeError(`no wrapper: ${path}`);
        return `${this.#define(`let v = row, s, q; ${this.#fieldCode(wrapped, type, path)} return p;`)}(b, p + 1, v)`;
      }
    }
  }
}

/** What has a name, else what has it in other letters: names that nobody quoted are upper case in the columns. */
function namedAs<T extends { readonly name: string }>(all: readonly T[], name: string): T | undefined {
  return all.find((each) => each.name === name) ?? all.find((each) => each.name.toUpperCase() === name);
}

/** An element is read into `q`, and written as `v`: the array itself is no longer needed as that. */
const onElement = (code: string): string => `v = q; refuseNull(v); ${code}`;

function refuseNull(value: unknown): void {
  if (value === null || value === undefined) {
    throw new SerdeError('PROTOBUF cannot hold null within an ARRAY or a MAP');
  }
}

function keyInteger(key: string): Int64 {
  const value = parseInt64(key);
  if (value === undefined) throw new SerdeError(`the key of a map is no whole number: ${key}`);
  return value;
}

const missing = (path: string): SerdeError => new SerdeError(`a required field cannot be null: ${path}`);

function mismatch(connect: { readonly kind: ConnectType['kind'] }, type: SqlType, path: string): SerdeError {
  return new SerdeError(
    `Cannot serialize type ${typeName(type)} as type ${connectTypeName(connect)} for path: ${path}`,
  );
}
