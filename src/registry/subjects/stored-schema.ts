import { createHash } from 'node:crypto';
import { type JsonValue, printJson } from '../languages/json-text.ts';
import type { SchemaReference, SchemaType } from '../languages/parsed-schema.ts';

/** What makes two schemas the same one: they have one id within a context, and one guid everywhere. */
export interface SchemaContent {
  readonly type: SchemaType;
  /** Canonical. */
  readonly schema: string;
  readonly references: readonly SchemaReference[];
  /** What users keep with a schema; without effect here. */
  readonly metadata: JsonValue | undefined;
  readonly ruleSet: JsonValue | undefined;
}

/** A version of a subject. */
export interface StoredSchema extends SchemaContent {
  readonly subject: string;
  /** From 1 on. */
  readonly version: number;
  readonly id: number;
  /** Softly: it is answered to who asks for deleted ones. */
  readonly isDeleted: boolean;
}

/** Under what a version of a subject is kept among others. */
export function placeKey({ subject, version }: Pick<StoredSchema, 'subject' | 'version'>): string {
  return `${version} ${subject}`;
}

/** Each is asked for when a schema is registered, and whenever it is applied. */
const guids = new WeakMap<SchemaContent, string>();
const keys = new WeakMap<SchemaContent, string>();

/** The id of a schema that is the same in every registry: the MD5 of its text and of what goes with it, as a UUID. */
export function guidOf(content: SchemaContent): string {
  let guid = guids.get(content);
  if (guid === undefined) guids.set(content, (guid = newGuid(content)));
  return guid;
}

function newGuid({ schema, references, metadata, ruleSet }: SchemaContent): string {
  const hash = createHash('md5').update(schema);
  for (const { name, subject, version } of references) {
    const number = Buffer.alloc(4);
    number.writeInt32BE(version);
    hash.update(name).update(subject).update(number);
  }
  for (const part of [metadata, ruleSet]) {
    if (part !== undefined) hash.update(Buffer.of(1)).update(printJson(part, { sorted: true }));
  }
  return hash.digest('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/** Equal for schemas that are the same. */
export function contentKey(content: SchemaContent): string {
  let key = keys.get(content);
  if (key === undefined) {
    keys.set(content, (key = `${content.type} ${attachedKey(content)} ${content.schema}`));
  }
  return key;
}

/** Whether two schemas are the same: as equal keys say it, without writing out the text of each that differs. */
export function isSameContent(one: SchemaContent, other: SchemaContent): boolean {
  const isSameText = one.type === other.type && one.schema === other.schema;
  return isSameText && attachedKey(one) === attachedKey(other);
}

/** What goes with a schema's text. */
function attachedKey({ references, metadata, ruleSet }: SchemaContent): string {
  if (references.length === 0 && metadata === undefined && ruleSet === undefined) return '';
  const named = references.map(({ name, subject, version }) => [name, subject, version]);
  const kept = [metadata, ruleSet].map((part) => (part === undefined ? null : printJson(part)));
  return JSON.stringify([named, ...kept]);
}
