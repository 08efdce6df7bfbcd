import { SerdeError } from '../model/serde-error.ts';

/** A number of a JSON text, as it was written: nothing of it is lost. */
export class JsonNumber {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }

  /** Written without a fraction and without an exponent. */
  get isInteger(): boolean {
    return /^-?[0-9]+$/.test(this.text);
  }
}

export type ExactJson = null | boolean | string | JsonNumber | readonly ExactJson[] | ExactObject;

export interface ExactObject {
  readonly [name: string]: ExactJson;
}

/** Names of objects in the order in which they stood, where JavaScript's has numbers first. */
const orders = new WeakMap<object, readonly string[]>();
const WHOLE_NUMBER = /^(?:0|[1-9][0-9]{0,9})$/;

/** Makes an object of fields; of one name the last value counts, at the place of the first. */
export class ExactFields {
  readonly #object: Record<string, ExactJson> = Object.create(null);
  /** Kept from the first whole number on: until then the object itself has this order. */
  #names: string[] | undefined;

  add(name: string, value: ExactJson): void {
    if (WHOLE_NUMBER.test(name)) this.#names ??= Object.keys(this.#object);
    if (this.#names !== undefined && !(name in this.#object)) this.#names.push(name);
    this.#object[name] = value;
  }

  object(): ExactObject {
    if (this.#names !== undefined) orders.set(this.#object, this.#names);
    return this.#object;
  }
}

/** The names of an object's fields in the order in which they stood. */
export function fieldNames(object: ExactObject): readonly string[] {
  return orders.get(object) ?? Object.keys(object);
}

/** How deep arrays and objects may nest, as in Jackson. */
const DEPTH_MAX = 1000;

/**
 * Parses JSON and keeps numbers as text. Slower than `JSON.parse`, so used only where a double would lose something.
 * @throws {SerdeError} where the text is not JSON.
 */
export function parseExactJson(text: string): ExactJson {
  return new ExactParser(text).document();
}

/**
 * The value that a text begins with, as Jackson's `readTree` finds it: what follows is not read. Undefined where there is
 * nothing but white space.
 * @throws {SerdeError} where the text does not begin with JSON.
 */
export function leadingExactJson(text: string): ExactJson | undefined {
  return new ExactParser(text).leadingValue();
}

/**
 * The elements of the array that a text begins with, each read when it is asked for; none where the text begins with
 * something else. @throws {SerdeError} at the first place that is not JSON.
 */
export function exactJsonElements(text: string): Iterable<ExactJson> {
  return new ExactParser(text).elements();
}

const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
/** A whole string token; `JSON.parse` then reads its escapes. */
const STRING = /"(?:[^"\\]|\\.)*"/sy;

class ExactParser {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  document(): ExactJson {
    const value = this.#value(0);
    this.#skipSpace();
    if (this.#at < this.#text.length) throw this.#unexpected();
    return value;
  }

  leadingValue(): ExactJson | undefined {
    this.#skipSpace();
    if (this.#at >= this.#text.length) return undefined;
    const value = this.#value(0);
    const next = this.#text.charAt(this.#at);
    // Strings, arrays and objects show where they end; numbers and words must be told from what follows.
    if (value instanceof JsonNumber && !/^\s?$/.test(next)) throw this.#unexpected();
    if ((value === null || typeof value === 'boolean') && /[\p{L}\p{N}_$]/u.test(next))
      throw this.#unexpected();
    return value;
  }

  *elements(): Generator<ExactJson> {
    this.#skipSpace();
    if (!this.#accept('[')) return;
    this.#skipSpace();
    if (this.#accept(']')) return;
    do yield this.#value(1);
    while (this.#hasAnother());
  }

  /** Whether a comma follows in an array, and not its end. */
  #hasAnother(): boolean {
    this.#skipSpace();
    if (this.#accept(',')) return true;
    if (!this.#accept(']')) throw this.#unexpected();
    return false;
  }

  #value(depth: number): ExactJson {
    if (depth > DEPTH_MAX) throw new SerdeError(`JSON nests deeper than ${DEPTH_MAX}`);
    this.#skipSpace();
    switch (this.#text.charAt(this.#at)) {
      case '{':
        return this.#object(depth);
      case '[':
        return this.#array(depth);
      case '"':
        return this.#string();
      case 't':
        return this.#word('true', true);
      case 'f':
        return this.#word('false', false);
      case 'n':
        return this.#word('null', null);
      default:
        return new JsonNumber(this.#token(NUMBER));
    }
  }

  #object(depth: number): ExactJson {
    const fields = new ExactFields();
    this.#at += 1;
    this.#skipSpace();
    if (this.#accept('}')) return fields.object();
    do {
      this.#skipSpace();
      const name = this.#string();
      this.#skipSpace();
      if (!this.#accept(':')) throw this.#unexpected();
      fields.add(name, this.#value(depth + 1));
      this.#skipSpace();
    } while (this.#accept(','));
    if (!this.#accept('}')) throw this.#unexpected();
    return fields.object();
  }

  #array(depth: number): ExactJson {
    const array: ExactJson[] = [];
    this.#at += 1;
    this.#skipSpace();
    if (this.#accept(']')) return array;
    do array.push(this.#value(depth + 1));
    while (this.#hasAnother());
    return array;
  }

  #string(): string {
    const token = this.#token(STRING);
    try {
      return JSON.parse(token) as string;
    } catch (error) {
      throw new SerdeError(`not JSON: bad string at position ${this.#at - token.length}`, { cause: error });
    }
  }

  #word<T>(word: string, value: T): T {
    if (!this.#text.startsWith(word, this.#at)) throw this.#unexpected();
    this.#at += word.length;
    return value;
  }

  #token(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#text);
    if (match === null) throw this.#unexpected();
    this.#at = pattern.lastIndex;
    return match[0];
  }

  #accept(character: string): boolean {
    if (this.#text.charAt(this.#at) !== character) return false;
    this.#at += 1;
    return true;
  }

  #skipSpace(): void {
    for (;;) {
      const code = this.#text.charCodeAt(this.#at);
      if (code !== 32 && code !== 10 && code !== 13 && code !== 9) return;
      this.#at += 1;
    }
  }

  #unexpected(): SerdeError {
    const found = this.#text.charAt(this.#at);
    return new SerdeError(
      `not JSON: ${found === '' ? 'unexpected end' : `unexpected '${found}' at position ${this.#at}`}`,
    );
  }
}
