import { DiagnosticError } from '../../base/errors.ts';
import type { TablePart } from './dsl.ts';
import type { ValueJoiner } from './functions.ts';
import type { ForeignKeyJoin, KTable } from './ktable.ts';

/** Joins each row of a table with the row of another table that it refers to. */
export function joinOnForeignKey<K, V, KO, VO, VR>(
  _left: TablePart<K, V>,
  _request: {
    readonly other: TablePart<KO, VO>;
    readonly joiner: ValueJoiner<K, V, VO, VR>;
    readonly options: ForeignKeyJoin<K, V, KO, VR>;
    readonly left: boolean;
  },
): KTable<K, VR> {
  throw new DiagnosticError({ message: 'foreign-key joins are not available yet' });
}
