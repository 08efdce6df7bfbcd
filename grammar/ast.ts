/**
 * The syntax tree of Millrace SQL: frozen plain objects, one interface per node, with the span that the user wrote.
 *
 * The tree has no semantics: names are not resolved, numbers are kept as their text (exact), custom types are names.
 * Unquoted identifiers are upper-cased, as ksqlDB does; quoted and backquoted ones are taken as written.
 */
export type * from './ast/expressions.ts';
export type * from './ast/node.ts';
export type * from './ast/queries.ts';
export type * from './ast/statements.ts';
export type * from './ast/types.ts';
