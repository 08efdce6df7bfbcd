import { ZERO_UUID } from '../base/bytes-reader.ts';
import type { ExactInt64 } from '../base/int64.ts';
import { ALL_VERSIONS, NO_VERSIONS, versionRange, type VersionRange } from './version-range.ts';

/**
 * How a message of the Kafka protocol is declared: as data, from which both the codecs (`compile.ts`) and the TypeScript
 * types of its values are derived.
 *
 * ```ts
 * const request = struct({
 *   transactionalId: string({ versions: '3+', nullable: '3+', default: null }),
 *   acks: int16(),
 * });
 * // Its values, decoded: { readonly transactionalId: string | null; readonly acks: number }
 * ```
 *
 * The order of the keys is the order on the wire.
 */
export interface Field<Out = unknown, In = unknown> {
  readonly type: FieldType;
  /** Versions in which the field exists. */
  readonly versions: VersionRange;
  /** Versions in which it may be null. */
  readonly nullable: VersionRange;
  /** Versions in which it is a tagged field (KIP-482). */
  readonly tagged: VersionRange;
  /** The tag; -1 where it has none. */
  readonly tag: number;
  /** What the field has where it is absent. Undefined: the default of a struct, which is made anew each time. */
  readonly default: unknown;
  /** True: a value may be dropped silently when it is encoded in a version that lacks the field. */
  readonly ignorable: boolean;
  /** True: encoded in the old way even in flexible versions; only the client id of request headers is. */
  readonly neverFlexible: boolean;
  /** Never set: carries the type of decoded values. */
  readonly $out?: Out;
  /** Never set: carries the type of values to encode. */
  readonly $in?: In;
}

type PrimitiveType =
  | 'bool'
  | 'int8'
  | 'int16'
  | 'uint16'
  | 'int32'
  | 'uint32'
  | 'int64'
  | 'float64'
  | 'string'
  | 'uuid'
  | 'bytes'
  | 'records';

export type FieldType =
  | { readonly kind: PrimitiveType }
  | { readonly kind: 'array'; readonly element: FieldType }
  | { readonly kind: 'struct'; readonly fields: Fields };

export type Fields = Readonly<Record<string, Field>>;

interface FieldOptions {
  /** Default: all versions. */
  readonly versions?: string;
  /** Default: none. */
  readonly nullable?: string;
  readonly tag?: number;
  /** Default with a tag: all versions of the field. */
  readonly tagged?: string;
  readonly ignorable?: boolean;
  readonly neverFlexible?: boolean;
}

interface WithDefault<T> extends FieldOptions {
  readonly default?: T;
}

type Nullable<T, O> = O extends { readonly nullable: string } ? T | null : T;

function field<Out, In>(
  type: FieldType,
  typeDefault: unknown,
  options: WithDefault<unknown> | undefined,
): Field<Out, In> {
  const versions = options?.versions === undefined ? ALL_VERSIONS : versionRange(options.versions);
  const tag = options?.tag ?? -1;
  const tagged = options?.tagged === undefined ? versions : versionRange(options.tagged);
  return {
    type,
    versions,
    nullable: options?.nullable === undefined ? NO_VERSIONS : versionRange(options.nullable),
    tagged: tag < 0 ? NO_VERSIONS : tagged,
    tag,
    default: options?.default === undefined ? typeDefault : options.default,
    ignorable: options?.ignorable ?? false,
    neverFlexible: options?.neverFlexible ?? false,
  };
}

type NumberField = Field<number, number>;

export function bool(options?: WithDefault<boolean>): Field<boolean, boolean> {
  return field({ kind: 'bool' }, false, options);
}

export function int8(options?: WithDefault<number>): NumberField {
  return field({ kind: 'int8' }, 0, options);
}

export function int16(options?: WithDefault<number>): NumberField {
  return field({ kind: 'int16' }, 0, options);
}

export function uint16(options?: WithDefault<number>): NumberField {
  return field({ kind: 'uint16' }, 0, options);
}

export function int32(options?: WithDefault<number>): NumberField {
  return field({ kind: 'int32' }, 0, options);
}

export function uint32(options?: WithDefault<number>): NumberField {
  return field({ kind: 'uint32' }, 0, options);
}

/**
 * Decoded, the nearest number: not a safe integer beyond 2^53. To encode, a safe integer, `INT64_MAX` or a bigint; another
 * number is refused.
 */
export function int64(options?: WithDefault<number>): Field<number, ExactInt64> {
  return field({ kind: 'int64' }, 0, options);
}

export function float64(options?: WithDefault<number>): NumberField {
  return field({ kind: 'float64' }, 0, options);
}

export function string<const O extends WithDefault<string | null>>(
  options?: O,
): Field<Nullable<string, O>, Nullable<string, O>> {
  return field({ kind: 'string' }, '', options);
}

/** Kafka's text form of a UUID: 22 characters of base64url; `ZERO_UUID` stands for none. */
export function uuid(options?: FieldOptions): Field<string, string> {
  return field({ kind: 'uuid' }, ZERO_UUID, options);
}

const NO_BYTES = Buffer.alloc(0);

/** Bytes: decoded as a view on the frame. */
export function bytes<const O extends WithDefault<null>>(
  options?: O,
): Field<Nullable<Buffer, O>, Nullable<Uint8Array, O>> {
  return field({ kind: 'bytes' }, NO_BYTES, options);
}

/** Record batches: decoded as a view on the frame, encoded without a copy, from one buffer or several. */
export function records<const O extends FieldOptions>(
  options?: O,
): Field<Buffer | null, Buffer | readonly Buffer[] | null> {
  return field({ kind: 'records' }, null, options);
}

const NO_ELEMENTS: readonly never[] = Object.freeze([]);

export function array<Out, In, const O extends WithDefault<null>>(
  element: Field<Out, In>,
  options?: O,
): Field<Nullable<readonly Out[], O>, Nullable<readonly In[], O>> {
  return field({ kind: 'array', element: element.type }, NO_ELEMENTS, options);
}

export function struct<const F extends Fields, const O extends WithDefault<null>>(
  fields: F,
  options?: O,
): Field<Nullable<StructOut<F>, O>, Nullable<StructIn<F>, O>> {
  return field({ kind: 'struct', fields }, undefined, options);
}

type StructOut<F extends Fields> = {
  readonly [K in keyof F]: F[K] extends { readonly $out?: infer Out } ? Out : never;
};
type StructIn<F extends Fields> = {
  readonly [K in keyof F]?: F[K] extends { readonly $in?: infer In } ? In : never;
};
