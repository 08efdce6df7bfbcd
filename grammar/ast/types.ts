import type { Node } from './node.ts';

/** A type by name: a primitive (`INT` and `VARCHAR` are read as INTEGER and STRING) or a custom type. */
export interface NamedTypeNode extends Node {
  readonly kind: 'NamedType';
  /** Upper-cased unless quoted. */
  readonly name: string;
  /** The name was quoted: it can only be a custom type. */
  readonly quoted?: true;
}
export interface DecimalTypeNode extends Node {
  readonly kind: 'DecimalType';
  readonly precision: number;
  readonly scale: number;
}
export interface ArrayTypeNode extends Node {
  readonly kind: 'ArrayType';
  readonly element: TypeNode;
}
export interface MapTypeNode extends Node {
  readonly kind: 'MapType';
  readonly key: TypeNode;
  readonly value: TypeNode;
}
export interface StructTypeField extends Node {
  readonly kind: 'StructTypeField';
  readonly name: string;
  readonly type: TypeNode;
}
export interface StructTypeNode extends Node {
  readonly kind: 'StructType';
  readonly fields: readonly StructTypeField[];
}

export type TypeNode = NamedTypeNode | DecimalTypeNode | ArrayTypeNode | MapTypeNode | StructTypeNode;

export type TimeUnit = 'MILLISECONDS' | 'SECONDS' | 'MINUTES' | 'HOURS' | 'DAYS' | 'MONTHS' | 'YEARS';

/** `10 MINUTES`. */
export interface Duration extends Node {
  readonly kind: 'Duration';
  readonly amount: string;
  readonly unit: TimeUnit;
}
