import { columnOfField } from '../contract/field-names.ts';
import type { StructField, SqlType } from '../model/sql-type.ts';
import { SerdeError } from '../model/serde-error.ts';
import { coerced, defaultLiteral, mismatch } from './coercion.ts';
import { connectFields, type ConnectType, isMapEntry, isMapOfLists, valueType } from './connect-field.ts';
import { type FieldCode, fieldLoop } from './field-loop.ts';
import { GeneratedFunctions } from './generated-functions.ts';
import { isPackable, type MessageField, type MessageType, tagOf } from './message-type.ts';
import { decimalReader, readDate, readTimeOfDay, readTimestamp } from './read-well-known.ts';
import { READ_LENGTH, rawValue, readHelpers } from './scalar-code.ts';

/** A struct, or a row, that is read from a message. */
interface StructTarget {
  readonly fields: readonly StructField[];
  /** Where it is, for errors: `->A->B`. */
  readonly path: string;
  readonly trailingNulls?: number;
  readonly unread?: ReadonlySet<string>;
}

/** A value that is read, and the local that gets it. */
interface ValueTarget {
  readonly type: SqlType;
  readonly path: string;
}

/** Code that reads a value, its tag behind it, and the expression of the value afterwards. */
interface ValueCode {
  readonly code: string;
  readonly value: string;
}

/**
 * Generated code that reads messages: a function for each message that a column is made of. It takes bytes `b` from `p` to `e`
 * and gives the fields' values as an array.
 */
export class ReaderCode {
  readonly functions = new GeneratedFunctions({ ...readHelpers, readDate, readTimeOfDay, readTimestamp });

  /** The name of a function that reads a message as the fields of a struct; where they do not fit, it refuses every message. */
  structFunction(message: MessageType, target: StructTarget): string {
    return this.#orRefusal(() => {
      const values = target.fields.map(() => 'null');
      const code: FieldCode[] = [];
      const fields = connectFields(message);
      for (const { name, ...connect } of fields) {
        const index = columnOfField(target.fields, name, fields);
        const field = target.fields[index];
        if (field === undefined) continue;
        const local = `v${code.length}`;
        const value = { type: field.type, path: `${target.path}->${field.name}` };
        values[index] = target.unread?.has(field.name) === true ? 'null' : local;
        code.push(
          'members' in connect
            ? this.#union(connect.members, value, local)
            : this.#field(connect.field, value, local),
        );
      }
      for (let rest = target.trailingNulls ?? 0; rest > 0; rest -= 1) values.push('null');
      return this.#loop(code, { finish: `return [${values.join(', ')}];` });
    });
  }

  /** A function that reads fields as long as there are any. */
  #loop(
    code: readonly FieldCode[],
    { parameters = 'b, p, e', finish }: { readonly parameters?: string; readonly finish: string },
  ): string {
    return this.functions.define(parameters, fieldLoop(code, finish));
  }

  /** The function that is made, or one that throws what kept it from being made. */
  #orRefusal(make: () => string): string {
    try {
      return make();
    } catch (error) {
      if (!(error instanceof SerdeError)) throw error;
      return this.functions.add(() => {
        throw new SerdeError(error.message);
      });
    }
  }

  /** What reads a field into a local. @throws {SerdeError} where the field does not fit the type. */
  #field(field: MessageField, target: ValueTarget, local: string): FieldCode {
    if (field.repeated) return this.#repeated(field, target, local);
    if (field.kind === 'message') return this.#message(field, target, local);
    const { code, value } = this.#value(field, target);
    const isNull = field.hasPresence && field.isRequired !== true;
    return {
      locals: [`${local} = ${isNull ? 'null' : this.#default(field, target)}`],
      cases: `case ${tagOf(field)}: ${code} ${local} = ${value}; break;`,
    };
  }

  #default(field: MessageField, target: ValueTarget): string {
    return defaultLiteral(field, this.#connect(field, target.path), target.type);
  }

  /** A message that stands in several pieces is that of the pieces put together. */
  #message(field: MessageField, target: ValueTarget, local: string): FieldCode {
    const read = this.#messageFunction(field, target);
    const [start, end, whole] = [`${local}s`, `${local}e`, `${local}w`];
    return {
      locals: [`${local} = null`, `${start} = 0`, `${end} = 0`, `${whole} = null`],
      cases: `case ${tagOf(field)}:
        ${READ_LENGTH}
        if (${local} === null) { ${start} = s; ${end} = p; ${local} = ${read}(b, s, p); }
        else {
          ${whole} = joined(${whole} === null ? b.subarray(${start}, ${end}) : ${whole}, b, s, p);
          ${local} = ${read}(${whole}, 0, ${whole}.length);
        }
        break;`,
    };
  }

  #repeated(field: MessageField, target: ValueTarget, local: string): FieldCode {
    const { message } = field;
    const { type, path } = target;
    const tag = tagOf(field);
    if (message !== undefined && (isMapEntry(message) || (type.kind === 'MAP' && isMapOfLists(message)))) {
      if (type.kind !== 'MAP') throw new SerdeError(mismatch({ kind: 'map' }, type, path));
      const entry = this.#entryFunction(message, type, path);
      return {
        locals: [`${local} = new Map()`],
        cases: `case ${tag}: ${READ_LENGTH} ${entry}(b, s, p, ${local}); break;`,
      };
    }
    if (type.kind !== 'ARRAY') throw new SerdeError(mismatch({ kind: 'array' }, type, path));
    const { code, value } = this.#valueOrRefusal(field, { type: type.element, path: `${path}->ARRAY` });
    const add = `${code} ${local}.push(${value});`;
    const packed = isPackable(field.kind)
      ? `case ${tagOf({ ...field, packed: true })}:
          ${READ_LENGTH} q = p; p = s; while (p < q) { ${add} } if (p !== q) throw truncated(); break;`
      : '';
    return {
      locals: [`${local} = []`],
      cases: `case ${tagOf({ ...field, packed: false })}: ${add} break; ${packed}`,
    };
  }

  /** The members of a oneof: each makes a struct of its own, the last one in the bytes is there. */
  #union(members: readonly MessageField[], { type, path }: ValueTarget, local: string): FieldCode {
    if (type.kind !== 'STRUCT') throw new SerdeError(mismatch({ kind: 'struct' }, type, path));
    const { fields } = type;
    const cases = members.map((member) => {
      const index = columnOfField(fields, member.name, members);
      const field = fields[index];
      const read =
        field === undefined
          ? { code: `p = skip(b, p, ${tagOf(member)});`, value: 'null' }
          : this.#valueOrRefusal(member, { type: field.type, path: `${path}->${field.name}` });
      const values = fields.map((_, at) => (at === index ? read.value : 'null'));
      return `case ${tagOf(member)}: ${read.code} ${local} = [${values.join(', ')}]; break;`;
    });
    return { locals: [`${local} = null`], cases: cases.join('\n') };
  }

  /** A function that puts an entry into a map; what an entry lacks has its default, messages too. */
  #entryFunction(entry: MessageType, type: Extract<SqlType, { kind: 'MAP' }>, path: string): string {
    const [key, value] = entry.fields;
    if (key === undefined || value === undefined) throw new RangeError(`${entry.fullName} is no entry`);
    const keyTarget = { type: type.key, path: `${path}->MAP_KEY` };
    const valueTarget = { type: type.value, path: `${path}->MAP_VAL` };
    return this.#orRefusal(() =>
      this.#loop([this.#field(key, keyTarget, 'k'), this.#field(value, valueTarget, 'v')], {
        parameters: 'b, p, e, map',
        finish: `${this.#whole(key, keyTarget, 'k')} ${this.#whole(value, valueTarget, 'v')} map.set(k, v);`,
      }),
    );
  }

  #whole(field: MessageField, target: ValueTarget, local: string): string {
    if (field.repeated || !field.hasPresence) return '';
    const value =
      field.kind === 'message'
        ? `${this.#messageFunction(field, target)}(b, p, p)`
        : this.#default(field, target);
    return `if (${local} === null) ${local} = ${value};`;
  }

  #connect(field: MessageField, path: string): ConnectType {
    const connect = valueType(field);
    if (connect !== undefined) return connect;
    throw new SerdeError(`Unknown Connect schema type: ${field.kind.toUpperCase()} for path: ${path}`);
  }

  /** As {@link #value}; where the types do not fit, code that refuses a value when there is one. */
  #valueOrRefusal(field: MessageField, target: ValueTarget): ValueCode {
    try {
      return this.#value(field, target);
    } catch (error) {
      if (!(error instanceof SerdeError)) throw error;
      return {
        code: `${this.#orRefusal(() => {
          throw error;
        })}();`,
        value: 'null',
      };
    }
  }

  /** @throws {SerdeError} where the field does not fit the type. */
  #value(field: MessageField, target: ValueTarget): ValueCode {
    if (field.kind === 'message') {
      return { code: READ_LENGTH, value: `${this.#messageFunction(field, target)}(b, s, p)` };
    }
    const connect = this.#connect(field, target.path);
    const raw = rawValue(field, this.functions);
    return { code: raw.code, value: this.#fitting(connect, target, raw.value) };
  }

  #fitting(connect: ConnectType, { type, path }: ValueTarget, value: string): string {
    const fitting = coerced(connect, type, value);
    if (fitting === undefined) throw new SerdeError(mismatch(connect, type, path));
    return fitting;
  }

  /** The name of a function that reads a message as a value. @throws {SerdeError} */
  #messageFunction(field: MessageField, target: ValueTarget): string {
    const { message } = field;
    const { type, path } = target;
    const connect = this.#connect(field, path);
    if (message === undefined) throw new RangeError(`no message: ${path}`);
    switch (connect.kind) {
      case 'struct':
        if (type.kind !== 'STRUCT') throw new SerdeError(mismatch(connect, type, path));
        return this.structFunction(message, { fields: type.fields, path });
      case 'decimal':
        if (type.kind !== 'DECIMAL') throw new SerdeError(mismatch(connect, type, path));
        return this.functions.add(decimalReader(type.precision, type.scale));
      case 'date':
        return this.#converted(connect, target, 'readDate');
      case 'time':
        return this.#converted(connect, target, 'readTimeOfDay');
      case 'timestamp':
        return this.#converted(connect, target, 'readTimestamp');
      default: {
        const [wrapped] = message.fields;
        if (wrapped === undefined) throw new RangeError(`no wrapper: ${path}`);
        return this.#loop([this.#field(wrapped, target, 'v')], { finish: 'return v;' });
      }
    }
  }

  #converted(connect: ConnectType, target: ValueTarget, read: string): string {
    const value = this.#fitting(connect, target, `${read}(b, p, e)`);
    return this.functions.define('b, p, e', `return ${value};`);
  }
}
