import type { Field, Fields } from './schema.ts';
import { NO_VERSIONS, versionRange, type VersionRange } from './version-range.ts';

/** A declared struct with its versions: what the codecs are compiled from. */
export interface Message<Out = unknown, In = unknown> {
  readonly name: string;
  readonly versions: VersionRange;
  /** Versions with compact lengths and tagged fields (KIP-482). */
  readonly flexible: VersionRange;
  readonly fields: Fields;
  readonly $out?: Out;
  readonly $in?: In;
}

/** Declares a struct that is stored or sent outside of the requests: a record's key or value, a member's metadata. */
export function message<Out, In>(declaration: {
  readonly name: string;
  readonly versions: string;
  /** Default: none. */
  readonly flexible?: string;
  readonly fields: Field<Out, In>;
}): Message<Out, In> {
  return {
    name: declaration.name,
    versions: versionRange(declaration.versions),
    flexible: declaration.flexible === undefined ? NO_VERSIONS : versionRange(declaration.flexible),
    fields: fieldsOf(declaration.fields),
  };
}

/** A {@link Message} that has a number of its own among its kind: the type of a metadata record, the version of a key. */
export interface KeyedMessage<Out = unknown, In = unknown> extends Message<Out, In> {
  readonly key: number;
}

/** Declares a record of an internal topic by the number that says on disk which one it is. */
export function keyedMessage<Out, In>(declaration: {
  readonly key: number;
  readonly name: string;
  readonly versions: string;
  readonly flexible?: string;
  readonly fields: Field<Out, In>;
}): KeyedMessage<Out, In> {
  return { ...message(declaration), key: declaration.key };
}

export type ListenerKind = 'broker' | 'controller';

/** One API of the protocol: the declarations of its request and response. */
export interface Api<RequestOut = unknown, RequestIn = unknown, ResponseOut = unknown, ResponseIn = unknown> {
  readonly key: number;
  readonly name: string;
  /** Versions that can be read and written. */
  readonly versions: VersionRange;
  /** Versions to tell clients of, where a broker serves the API; see {@link api}. */
  readonly advertised: VersionRange;
  readonly flexible: VersionRange;
  readonly listeners: readonly ListenerKind[];
  /** True: the last version may still change and is not advertised. */
  readonly latestVersionUnstable: boolean;
  readonly request: Message<RequestOut, RequestIn>;
  readonly response: Message<ResponseOut, ResponseIn>;
}

/**
 * Declares an API.
 *
 * Advertised are all versions but an unstable last one, unless `advertised` says otherwise (Produce: KAFKA-18659).
 */
export function api<RequestOut, RequestIn, ResponseOut, ResponseIn>(declaration: {
  readonly key: number;
  readonly name: string;
  readonly versions: string;
  readonly advertised?: string;
  readonly flexible: string;
  readonly listeners: readonly ListenerKind[];
  readonly latestVersionUnstable?: boolean;
  readonly request: Field<RequestOut, RequestIn>;
  readonly response: Field<ResponseOut, ResponseIn>;
}): Api<RequestOut, RequestIn, ResponseOut, ResponseIn> {
  const { key, name, listeners } = declaration;
  const versions = versionRange(declaration.versions);
  const flexible = versionRange(declaration.flexible);
  const latestVersionUnstable = declaration.latestVersionUnstable ?? false;
  const stable = latestVersionUnstable ? { min: versions.min, max: versions.max - 1 } : versions;
  return {
    key,
    name,
    versions,
    advertised: declaration.advertised === undefined ? stable : versionRange(declaration.advertised),
    flexible,
    listeners,
    latestVersionUnstable,
    request: { name: `${name}Request`, versions, flexible, fields: fieldsOf(declaration.request) },
    response: { name: `${name}Response`, versions, flexible, fields: fieldsOf(declaration.response) },
  };
}

function fieldsOf(field: Field): Fields {
  if (field.type.kind !== 'struct') throw new TypeError('a message is a struct');
  return field.type.fields;
}

/** A decoded message, every field present. */
export type MessageOf<M> = M extends { readonly $out?: infer Out } ? Out : never;
/** A message to encode; what is left out has its default. */
export type MessageInput<M> = M extends { readonly $in?: infer In } ? In : never;
/** The decoded request of an API. */
export type RequestOf<A> = A extends { readonly request: infer M } ? MessageOf<M> : never;
/** A request to encode. */
export type RequestInput<A> = A extends { readonly request: infer M } ? MessageInput<M> : never;
/** The decoded response of an API. */
export type ResponseOf<A> = A extends { readonly response: infer M } ? MessageOf<M> : never;
/** A response to encode. */
export type ResponseInput<A> = A extends { readonly response: infer M } ? MessageInput<M> : never;
