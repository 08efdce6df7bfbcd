import { quotedEnd, unquote } from '../../base/sql-quotes.ts';
import {
  arrayType,
  type DecimalType,
  mapType,
  primitiveTypes,
  printType,
  type SqlType,
  structType,
} from '../../serde/model/sql-type.ts';
import type { ParameterText } from './definition.ts';

/** What a parameter accepts: a type with holes. */
export type TypePattern =
  | { readonly kind: 'TYPE'; readonly type: SqlType }
  /** A DECIMAL of any precision and scale. */
  | { readonly kind: 'ANY_DECIMAL' }
  | { readonly kind: 'VARIABLE'; readonly name: string }
  | { readonly kind: 'ANY' }
  | { readonly kind: 'ARRAY_OF'; readonly element: TypePattern }
  | { readonly kind: 'MAP_OF'; readonly key: TypePattern; readonly value: TypePattern }
  | {
      readonly kind: 'STRUCT_OF';
      readonly fields: readonly { readonly name: string; readonly pattern: TypePattern }[];
    }
  | { readonly kind: 'INTERVAL' }
  | { readonly kind: 'LAMBDA'; readonly parameters: readonly TypePattern[]; readonly result: TypePattern };

export interface Parameter {
  readonly name: string;
  readonly pattern: TypePattern;
  readonly variadic: boolean;
  readonly literal: boolean;
}

/** Reads a parameter: `name TYPE`, `name TYPE...`, `name TYPE LITERAL`. @throws {RangeError} where the text is wrong. */
export function parseParameter(text: ParameterText): Parameter {
  const space = text.indexOf(' ');
  if (space === -1) throw new RangeError(`a parameter is a name and a type: '${text}'`);
  let type = text.slice(space + 1).trim();
  const literal = type.endsWith(' LITERAL');
  if (literal) type = type.slice(0, -' LITERAL'.length);
  const variadic = type.endsWith('...');
  if (variadic) type = type.slice(0, -3);
  return { name: text.slice(0, space), pattern: parsePattern(type), variadic, literal };
}

/** Reads a type with holes. @throws {RangeError} where the text is wrong. */
export function parsePattern(text: string): TypePattern {
  const parser = new PatternParser(text);
  const pattern = parser.pattern();
  parser.end();
  return pattern;
}

class PatternParser {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  pattern(): TypePattern {
    const word = this.#word();
    switch (word) {
      case 'ANY':
      case 'INTERVAL':
        return { kind: word };
      case 'DECIMAL':
        return this.#accept('(') ? { kind: 'TYPE', type: this.#decimal() } : { kind: 'ANY_DECIMAL' };
      case 'ARRAY':
        return this.#inAngles(() => ({ kind: 'ARRAY_OF', element: this.pattern() }));
      case 'MAP':
        return this.#inAngles(() => {
          const key = this.pattern();
          this.#expect(',');
          return { kind: 'MAP_OF', key, value: this.pattern() };
        });
      case 'STRUCT':
        return this.#inAngles(() => this.#fields());
      case 'LAMBDA':
        return this.#lambda();
      default:
        return this.#named(word);
    }
  }

  end(): void {
    if (this.#at < this.#text.length) throw this.#wrong();
  }

  #named(word: string): TypePattern {
    if (/^[A-Z]$/.test(word)) return { kind: 'VARIABLE', name: word };
    const type = (primitiveTypes as Readonly<Record<string, SqlType>>)[word];
    if (type === undefined) throw this.#wrong();
    return { kind: 'TYPE', type };
  }

  #decimal(): DecimalType {
    const precision = Number(this.#word());
    this.#expect(',');
    const scale = Number(this.#word());
    this.#expect(')');
    return { kind: 'DECIMAL', precision, scale };
  }

  #fields(): TypePattern {
    const fields: { name: string; pattern: TypePattern }[] = [];
    do fields.push({ name: this.#fieldName(), pattern: this.pattern() });
    while (this.#accept(','));
    return { kind: 'STRUCT_OF', fields };
  }

  #lambda(): TypePattern {
    const parameters: TypePattern[] = [];
    this.#expect('(');
    do parameters.push(this.pattern());
    while (this.#accept(','));
    this.#expect(')');
    this.#expect('=>');
    return { kind: 'LAMBDA', parameters, result: this.pattern() };
  }

  #inAngles(read: () => TypePattern): TypePattern {
    this.#expect('<');
    const pattern = read();
    this.#expect('>');
    return pattern;
  }

  /** As it is, or in backticks, as types are printed. */
  #fieldName(): string {
    this.#skipSpace();
    if (this.#text[this.#at] !== '`') return this.#word();
    const end = quotedEnd(this.#text, this.#at);
    if (end === -1) throw this.#wrong();
    const name = unquote(this.#text.slice(this.#at, end));
    this.#at = end;
    return name;
  }

  #word(): string {
    this.#skipSpace();
    const word = /^[A-Za-z0-9_]+/.exec(this.#text.slice(this.#at))?.[0];
    if (word === undefined) throw this.#wrong();
    this.#at += word.length;
    return word;
  }

  #accept(sign: string): boolean {
    this.#skipSpace();
    if (!this.#text.startsWith(sign, this.#at)) return false;
    this.#at += sign.length;
    return true;
  }

  #expect(sign: string): void {
    if (!this.#accept(sign)) throw this.#wrong();
  }

  #skipSpace(): void {
    while (this.#text[this.#at] === ' ') this.#at += 1;
  }

  #wrong(): RangeError {
    return new RangeError(`not a type: '${this.#text}' (position ${this.#at})`);
  }
}

function printPattern(pattern: TypePattern): string {
  switch (pattern.kind) {
    case 'TYPE':
      return printType(pattern.type);
    case 'ANY_DECIMAL':
      return 'DECIMAL';
    case 'VARIABLE':
      return pattern.name;
    case 'ARRAY_OF':
      return `ARRAY<${printPattern(pattern.element)}>`;
    case 'MAP_OF':
      return `MAP<${printPattern(pattern.key)}, ${printPattern(pattern.value)}>`;
    case 'STRUCT_OF':
      return `STRUCT<${pattern.fields.map((field) => `${field.name} ${printPattern(field.pattern)}`).join(', ')}>`;
    case 'LAMBDA':
      return `LAMBDA (${pattern.parameters.map(printPattern).join(', ')}) => ${printPattern(pattern.result)}`;
    default:
      return pattern.kind;
  }
}

/** `least(INTEGER val, INTEGER... vals)`, as error texts and DESCRIBE FUNCTION list overloads. */
export function printSignature(name: string, parameters: readonly Parameter[]): string {
  const list = parameters.map(
    (parameter) => `${printPattern(parameter.pattern)}${parameter.variadic ? '...' : ''} ${parameter.name}`,
  );
  return `${name}(${list.join(', ')})`;
}

/** `STRING, INTEGER...`: parameters without their names. */
export function printParameterTypes(parameters: readonly Parameter[]): string {
  return parameters
    .map(
      ({ pattern, variadic, literal }) =>
        `${printPattern(pattern)}${variadic ? '...' : ''}${literal ? ' LITERAL' : ''}`,
    )
    .join(', ');
}

/** How many of the parameters have type variables in them. */
export function countGenerics(parameters: readonly Parameter[]): number {
  return parameters.filter((parameter) => hasVariable(parameter.pattern)).length;
}

function hasVariable(pattern: TypePattern): boolean {
  switch (pattern.kind) {
    case 'VARIABLE':
    case 'ANY':
      return true;
    case 'ARRAY_OF':
      return hasVariable(pattern.element);
    case 'MAP_OF':
      return hasVariable(pattern.key) || hasVariable(pattern.value);
    case 'LAMBDA':
      return true;
    default:
      return false;
  }
}

/** The type that a pattern stands for once its variables are known; undefined while one of them is not. */
export function substitute(
  pattern: TypePattern,
  variables: ReadonlyMap<string, SqlType>,
): SqlType | undefined {
  switch (pattern.kind) {
    case 'TYPE':
      return pattern.type;
    case 'VARIABLE':
      return variables.get(pattern.name);
    case 'ARRAY_OF': {
      const element = substitute(pattern.element, variables);
      return element === undefined ? undefined : arrayType(element);
    }
    case 'MAP_OF': {
      const key = substitute(pattern.key, variables);
      const value = substitute(pattern.value, variables);
      return key === undefined || value === undefined ? undefined : mapType(key, value);
    }
    case 'STRUCT_OF': {
      const fields = pattern.fields.flatMap(({ name, pattern: inner }) => {
        const type = substitute(inner, variables);
        return type === undefined ? [] : [{ name, type }];
      });
      return fields.length === pattern.fields.length ? structType(fields) : undefined;
    }
    default:
      return undefined;
  }
}
