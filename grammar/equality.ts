/** Whether expressions were written alike: ksqlDB compares clauses as they are written, before they have types. */
import type { Expression } from './ast.ts';

/** Whether two expressions are one but for their places in the text. */
export function sameSyntax(a: Expression, b: Expression): boolean {
  return same(a, b);
}

function same(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (!isObject(a) || !isObject(b)) return false;
  const keys = ownKeys(a);
  return keys.length === ownKeys(b).length && keys.every((key) => same(a[key], b[key]));
}

/** Fields that say where and how something is written, not what. */
const spelling: ReadonlySet<string> = new Set(['span', 'isDoubleQuoted']);

type Fields = Readonly<Record<string, unknown>>;

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null;
}

function ownKeys(fields: Fields): readonly string[] {
  return Object.keys(fields).filter((key) => !spelling.has(key) && fields[key] !== undefined);
}

/** Parts are asked for one by one, inside and outside of what they are part of. */
const hashes = new WeakMap<Fields, number>();

function hashOf(value: unknown): number {
  if (!isObject(value)) return hashText(String(value));
  let hash = hashes.get(value);
  if (hash === undefined) {
    // Whatever the order of the fields is: a rewritten node may have another one.
    hash = ownKeys(value).reduce(
      (sum, key) => (sum + Math.imul(hashText(key), hashOf(value[key]) | 1)) | 0,
      17,
    );
    hashes.set(value, hash);
  }
  return hash;
}

function hashText(text: string): number {
  let hash = 0;
  for (let at = 0; at < text.length; at += 1) hash = (Math.imul(hash, 31) + text.charCodeAt(at)) | 0;
  return hash;
}

/** Values by expression, whatever its place in the text; the first one stays. */
export class ExpressionMap<V> {
  readonly #byHash = new Map<number, { readonly key: Expression; readonly value: V }[]>();

  constructor(entries: Iterable<readonly [Expression, V]> = []) {
    for (const [key, value] of entries) this.add(key, value);
  }

  get(key: Expression): V | undefined {
    return this.#byHash.get(hashOf(key))?.find((entry) => same(entry.key, key))?.value;
  }

  /** False where there is a value for such an expression already. */
  add(key: Expression, value: V): boolean {
    if (this.get(key) !== undefined) return false;
    const hash = hashOf(key);
    const entries = this.#byHash.get(hash);
    if (entries === undefined) this.#byHash.set(hash, [{ key, value }]);
    else entries.push({ key, value });
    return true;
  }
}
