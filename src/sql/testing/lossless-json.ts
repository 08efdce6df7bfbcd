/**
 * JSON with comments, numbers kept as they are written: conformance cases hold integers beyond 2^53 and decimals whose
 * scale counts. `JSON.parse` would lose both.
 */
export type Json = null | boolean | string | JsonNumber | readonly Json[] | JsonObject;

export interface JsonObject {
  readonly [name: string]: Json;
}

/** A number as its text. */
export class JsonNumber {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  get isInteger(): boolean {
    return /^-?[0-9]+$/.test(this.text);
  }
}

/** @throws {SyntaxError} with the offset of what is no JSON. */
export function parseJson(text: string): Json {
  const reader = new JsonReader(text);
  const value = reader.value();
  reader.end();
  return value;
}

const numberPattern = /-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const stringPattern = /"(?:[^"\\]|\\[^])*"/y;

class JsonReader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  value(): Json {
    this.#skip();
    switch (this.#text[this.#at]) {
      case '{':
        return this.#object();
      case '[':
        return this.#array();
      case '"':
        return this.#string();
      case 't':
        return this.#word('true', true);
      case 'f':
        return this.#word('false', false);
      case 'n':
        return this.#word('null', null);
      default:
        return new JsonNumber(this.#match(numberPattern));
    }
  }

  end(): void {
    this.#skip();
    if (this.#at < this.#text.length) throw this.#error();
  }

  #object(): JsonObject {
    // No prototype: a field may be called anything.
    const object = Object.create(null) as Record<string, Json>;
    this.#at++;
    for (;;) {
      this.#skip();
      if (this.#take('}')) return object;
      const name = this.#string();
      this.#skip();
      if (!this.#take(':')) throw this.#error();
      object[name] = this.value();
      this.#skip();
      if (!this.#take(',') && this.#text[this.#at] !== '}') throw this.#error();
    }
  }

  #array(): readonly Json[] {
    const array: Json[] = [];
    this.#at++;
    for (;;) {
      this.#skip();
      if (this.#take(']')) return array;
      array.push(this.value());
      this.#skip();
      if (!this.#take(',') && this.#text[this.#at] !== ']') throw this.#error();
    }
  }

  #string(): string {
    // Line breaks inside strings are not JSON; some files have tabs.
    return JSON.parse(this.#match(stringPattern).replaceAll('\t', '\\t')) as string;
  }

  #word<T extends Json>(word: string, value: T): T {
    if (!this.#text.startsWith(word, this.#at)) throw this.#error();
    this.#at += word.length;
    return value;
  }

  #match(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0];
    if (found === undefined) throw this.#error();
    this.#at += found.length;
    return found;
  }

  #take(character: string): boolean {
    if (this.#text[this.#at] !== character) return false;
    this.#at++;
    return true;
  }

  /** White space and comments. */
  #skip(): void {
    const pattern = /(?:\s|\/\/[^\n]*|\/\*[^]*?\*\/)*/y;
    pattern.lastIndex = this.#at;
    this.#at += pattern.exec(this.#text)?.[0].length ?? 0;
  }

  #error(): SyntaxError {
    const line = this.#text.slice(0, this.#at).split('\n').length;
    return new SyntaxError(`not JSON at line ${line}: ${this.#text.slice(this.#at, this.#at + 20)}`);
  }
}

export function isObject(value: Json | undefined): value is JsonObject {
  return (
    typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof JsonNumber)
  );
}

export function isArray(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}

/** JSON text again, for messages. */
export function printJson(value: Json | undefined): string {
  if (value === undefined) return 'nothing';
  if (value instanceof JsonNumber) return value.text;
  if (isArray(value)) return `[${value.map(printJson).join(',')}]`;
  if (isObject(value)) {
    return `{${Object.entries(value)
      .map(([name, field]) => `${JSON.stringify(name)}:${printJson(field)}`)
      .join(',')}}`;
  }
  return JSON.stringify(value);
}
