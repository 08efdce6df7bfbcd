import type { AliasedSource, ColumnReference, Expression, FromClause } from '../../../grammar/ast.ts';
import { columnsOf, rewriteExpression, walkExpression } from '../../../grammar/traverse.ts';
import { assertDefined } from '../../base/assert.ts';
import type { SourceSpan } from '../../base/errors.ts';
import { nearestName } from '../../base/nearest-name.ts';
import type { SqlType } from '../../serde/model/sql-type.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { DataSource } from '../catalog/data-source.ts';
import { referenceTo, type SourceColumn } from './column-address.ts';
import { joinedNames, type JoinedNames, joinKeyNames, qualifiedName } from './generated-names.ts';
import { columnHints, columnMessages } from '../messages/columns.ts';
import { functionMessages } from '../messages/functions.ts';
import { joinMessages } from '../messages/joins.ts';
import { ownColumns } from './processing-row.ts';
import { refuse } from './sql-error.ts';
import { pseudoColumns, windowColumns } from './system-columns.ts';

const JOIN_WORDS = ['INNER', 'LEFT', 'RIGHT', 'FULL', 'OUTER'];

/** A source in a FROM clause. */
export interface BoundSource {
  readonly alias: string;
  readonly source: DataSource;
  readonly span: SourceSpan;
}

/** The sources of a query, by which its columns are found. */
export class QuerySources {
  readonly all: readonly BoundSource[];
  /** By alias and by the column's own name. */
  readonly #rowNames: JoinedNames;
  readonly #syntheticKeys: ReadonlySet<string>;
  /** Of each source the places of its columns in its row, by their names. */
  readonly #places: ReadonlyMap<string, ReadonlyMap<string, SourceColumn>>;

  /** @throws {DiagnosticError} for unknown sources and for one source twice. */
  constructor(from: FromClause, catalog: Catalog) {
    const bind = ({ name, alias, nameSpan }: AliasedSource): BoundSource => ({
      alias,
      source: catalog.require(name, nameSpan),
      span: nameSpan,
    });
    this.all = [bind(from.source), ...from.joins.map(({ source }) => bind(source))];
    this.#checkDistinct();
    this.#places = new Map(this.all.map(({ alias, source }, number) => [alias, placesOf(source, number)]));
    this.#rowNames = this.isJoin ? rowNames(this.all) : new Map();
    this.#syntheticKeys = joinKeyNames(
      this.all.map(({ alias, source }) => source.schema.columns.map(({ name }) => this.rowName(alias, name))),
    );
  }

  get isJoin(): boolean {
    return this.all.length > 1;
  }

  get first(): BoundSource {
    const first = this.all[0];
    return assertDefined(first, 'a query has a source');
  }

  /** @param column what is asked of the source, for hints. */
  byAlias(alias: string, span: SourceSpan, column = 'field'): BoundSource {
    const found = this.all.find((bound) => bound.alias === alias);
    if (found !== undefined) return found;
    const suggestion = nearestName(
      alias,
      this.all.map((bound) => bound.alias),
    );
    const hint = this.#hintFor(alias, column);
    throw refuse(
      columnMessages.unknownSource(alias, hint === undefined ? suggestion : undefined, hint),
      span,
    );
  }

  /** What an unknown alias is: the name of a source that has an alias, or a column that is a struct or a map. */
  #hintFor(name: string, column: string): string | undefined {
    const named = this.all.find(({ source }) => source.name === name);
    if (named !== undefined) {
      const word = nearestName(named.alias, JOIN_WORDS);
      if (word !== undefined && named.alias !== word) return columnHints.joinWord(named.alias, word);
      return columnHints.otherAlias(name, named.alias);
    }
    const kinds = this.all.map(({ source }) => source.schema.find(name)?.type.kind);
    if (kinds.includes('MAP')) return columnHints.mapValue(name);
    return kinds.includes('STRUCT') ? columnHints.structField(name, column) : undefined;
  }

  /** All names of columns, for hints; those of the records and windows come last. */
  columnNames(): readonly string[] {
    const isWindowed = this.all.some(({ source }) => source.topic.keyFormat.window !== undefined);
    return [
      ...this.all.flatMap(({ source }) => source.schema.columns.map(({ name }) => name)),
      ...pseudoColumns.keys(),
      ...(isWindowed ? windowColumns.keys() : []),
    ];
  }

  /** More than one source has a column of this name. */
  isClashing(name: string): boolean {
    return this.all.filter(({ source }) => typeOfColumn(source, name) !== undefined).length > 1;
  }

  /** Gives every column the alias of its source. Names that no source has are left as they are. */
  qualify(expression: Expression): Expression {
    this.#checkLambdas(expression);
    for (const { source, name, span } of columnsOf(expression))
      if (source !== undefined) this.byAlias(source, span, name);
    return rewriteExpression(expression, (part) =>
      part.kind === 'ColumnReference' ? this.#qualifyColumn(part) : undefined,
    );
  }

  #checkLambdas(expression: Expression): void {
    walkExpression(expression, (part) => {
      if (part.kind !== 'Lambda') return;
      const hiding = part.parameters.find((name) =>
        this.all.some(({ source }) => source.schema.find(name) !== undefined),
      );
      if (hiding !== undefined) throw refuse(functionMessages.lambdaColumn(hiding), part.span);
    });
  }

  #qualifyColumn(column: ColumnReference): ColumnReference {
    if (column.source !== undefined) return column;
    const owners = this.all.filter(({ source }) => typeOfColumn(source, column.name) !== undefined);
    if (owners.length > 1) {
      const aliases = owners.map(({ alias }) => alias);
      throw refuse(columnMessages.ambiguous(column.name, aliases), column.span);
    }
    const owner = owners[0];
    return owner === undefined ? column : { ...column, source: owner.alias };
  }

  /** The name of a column of `source.*` or `*`: `ALIAS_NAME` in joins. */
  starName(alias: string, name: string): string {
    return this.isJoin ? qualifiedName(alias, name) : name;
  }

  /** The name under which a column of a source travels through the query, which no other one has. */
  rowName(alias: string, name: string): string {
    return this.#rowNames.get(alias)?.get(name) ?? this.starName(alias, name);
  }

  /** Whether a join may give this name to a key that is neither side's. */
  isSyntheticKey(name: string): boolean {
    return this.#syntheticKeys.has(name);
  }

  /**
   * Replaces qualified columns by references to them. A name that its source has not may be that of what a later step adds:
   * the bound of a window.
   */
  resolve(expression: Expression): Expression {
    return rewriteExpression(expression, (part) => {
      if (part.kind !== 'ColumnReference' || part.source === undefined) return undefined;
      const name = this.rowName(part.source, part.name);
      const column = this.#places.get(part.source)?.get(part.name);
      return column === undefined
        ? { kind: 'ColumnReference', name, span: part.span }
        : referenceTo(column, name, part);
    });
  }

  #checkDistinct(): void {
    const names = new Set<string>();
    const aliases = new Set<string>();
    for (const { source, alias, span } of this.all) {
      if (names.has(source.name)) {
        throw refuse(
          this.all.length > 2 ? joinMessages.sourceTwice(source.name) : joinMessages.selfJoin(source.name),
          span,
        );
      }
      if (aliases.has(alias)) throw refuse(joinMessages.aliasTwice(alias), span);
      names.add(source.name);
      aliases.add(alias);
    }
  }
}

function rowNames(sources: readonly BoundSource[]): JoinedNames {
  return joinedNames(
    sources.map(({ alias, source }) => {
      const columns = source.schema.columns.map(({ name }) => name);
      return { alias, columns: [...columns, ...pseudoColumns.keys(), ...windowColumns.keys()] };
    }),
  );
}

function placesOf(source: DataSource, number: number): ReadonlyMap<string, SourceColumn> {
  return new Map(ownColumns(source).map(({ name }, index) => [name, { source: number, index }]));
}

const pseudoTypes: ReadonlyMap<string, SqlType> = pseudoColumns;
const windowTypes: ReadonlyMap<string, SqlType> = windowColumns;

/** The type of a source's own or system column. */
export function typeOfColumn(source: DataSource, name: string): SqlType | undefined {
  const own = source.schema.find(name)?.type ?? pseudoTypes.get(name);
  if (own !== undefined || source.topic.keyFormat.window === undefined) return own;
  return windowTypes.get(name);
}
