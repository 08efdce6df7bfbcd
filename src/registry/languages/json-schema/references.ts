import { InvalidSchemaError } from '../invalid-schema.ts';
import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '../json-text.ts';
import { readJson } from '../read-json.ts';

/** Finds what references lead to: within a text, and in the texts that it refers to by name. */
export class JsonReferences {
  /** By the URI or the name under which a text, or a part of one, is known; the empty one is the text itself. */
  readonly #documents = new Map<string, JsonValue>();
  /** What the texts call themselves, which relative references are relative to. */
  readonly #uris = new Map<string, string>();
  /** The text that an object is in. */
  readonly #homes = new Map<JsonObject, string>();

  constructor(root: JsonValue, resolved: ReadonlyMap<string, string>) {
    for (const [name, text] of resolved) this.#add(name, readJson(text));
    this.#add('', root);
  }

  /** @throws {InvalidSchemaError} for one that leads nowhere. */
  find(ref: string, from: JsonObject): JsonValue {
    // A draft's own schema lets any schema through.
    if (/^https?:\/\/json-schema\.org\//.test(ref)) return true;
    const home = this.#homes.get(from) ?? '';
    const whole = this.#documents.get(ref);
    if (whole !== undefined) return whole;
    const [base, fragment] = splitOnce(ref, '#');
    const document = base === '' ? this.#documents.get(home) : this.#document(base, home);
    const target = document === undefined ? undefined : pointed(document, fragment);
    if (target !== undefined) return target;
    throw new InvalidSchemaError(`could not resolve the reference ${JSON.stringify(ref)}`);
  }

  #document(base: string, home: string): JsonValue | undefined {
    return this.#documents.get(base) ?? this.#documents.get(absolute(base, this.#uris.get(home) ?? home));
  }

  #add(name: string, root: JsonValue): void {
    const id = isJsonObject(root) ? idOf(root) : undefined;
    this.#uris.set(name, id ?? name);
    this.#visit(root, name);
    this.#documents.set(name, root);
  }

  #visit(value: JsonValue, home: string): void {
    if (isJsonArray(value)) for (const item of value) this.#visit(item, home);
    if (!isJsonObject(value)) return;
    this.#homes.set(value, home);
    const id = idOf(value);
    if (id !== undefined) {
      this.#documents.set(id, value);
      this.#documents.set(absolute(id, this.#uris.get(home) ?? home), value);
    }
    const anchor = value.get('$anchor');
    if (typeof anchor === 'string') this.#documents.set(`#${anchor}`, value);
    for (const entry of value.values()) this.#visit(entry, home);
  }
}

/** Drafts up to 4 say `id`, which may also be the name of a property. */
function idOf(value: JsonObject): string | undefined {
  const id = value.get('$id') ?? value.get('id');
  return typeof id === 'string' ? id.replace(/#$/, '') : undefined;
}

/** Follows a JSON pointer. RFC 6901. */
function pointed(document: JsonValue, fragment: string): JsonValue | undefined {
  if (fragment === '' || fragment === '/') return document;
  if (!fragment.startsWith('/')) return undefined;
  let value: JsonValue | undefined = document;
  for (const part of fragment.slice(1).split('/')) {
    const name = decodeURIComponent(part).replaceAll('~1', '/').replaceAll('~0', '~');
    if (isJsonObject(value)) value = value.get(name);
    else if (isJsonArray(value)) value = value[Number(name)];
    else return undefined;
  }
  return value;
}

function absolute(uri: string, home: string): string {
  return URL.canParse(uri, home) ? new URL(uri, home).href : uri;
}

function splitOnce(text: string, separator: string): [string, string] {
  const place = text.indexOf(separator);
  return place === -1 ? [text, ''] : [text.slice(0, place), text.slice(place + 1)];
}
