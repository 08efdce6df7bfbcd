import type { InPieces } from '../../base/pieces.ts';
import type { Row } from '../../serde/model/sql-value.ts';
import { StreamsBuilder } from '../../streams/builder/streams-builder.ts';
import type { StoreQueryOptions } from '../../streams/runtime/queryable-stores.ts';
import type { ReadOnlyKeyValueStore, ReadOnlyWindowStore, WindowEntry } from '../../streams/state/store.ts';
import { Windowed } from '../../streams/windows/windowed.ts';
import type { KeyBounds, MaterializedRow, MaterializedTable, PartPlace, TimeRange } from '../host/host.ts';
import type { FormatInfo } from '../catalog/data-source.ts';
import { bindAggregate } from '../lowering/lower-aggregate.ts';
import {
  formatColumns,
  type KeyLayout,
  keyLayout,
  PROJECTED_KEYS,
  rowAsStored,
} from '../lowering/row-serdes.ts';
import {
  boundCondition,
  boundExpression,
  type LoweringContext,
  rowProjection,
  rowTest,
} from '../lowering/lowering-context.ts';
import type { Test } from '../expressions/compiled.ts';
import type { AggregateStep, FilterStep, ProjectStep, QueryPlan, Step } from '../physical/steps.ts';
import { functionsOf } from '../physical/used-functions.ts';
import { keyRanges } from './key-ranges.ts';

/** Where the stores of a running query can be had. */
interface Stores {
  keyValueStore<K, V>(name: string, options?: StoreQueryOptions): ReadOnlyKeyValueStore<K, V>;
  windowStore<K, V>(name: string, options?: StoreQueryOptions): ReadOnlyWindowStore<K, V>;
  /** Partitions that there may be rows of a key in, or of any key; undefined where a store is not in parts. */
  partitionsOf(store: string, key?: Row): readonly number[] | undefined;
  /** See {@link MaterializedTable.places}. */
  places(store: string, key?: Row): readonly PartPlace[];
  /** Resolves when other work of the process has had its turn. */
  turn(): Promise<void>;
}

/** From what a store holds to the row of the result; undefined where HAVING leaves it out. */
type Finish = (
  stored: Row,
  key: Row,
  window?: { readonly startMs: number; readonly endMs: number },
) => Row | undefined;

interface Kept {
  readonly store: string;
  /** How its keys are written; undefined where their order says nothing. */
  readonly layout?: KeyLayout | undefined;
  readonly windowed: boolean;
  readonly finish: Finish;
}

/** What the table of a plan is lowered with. */
type TableContext = Pick<LoweringContext, 'analysis' | 'code'>;

/** The table that a query keeps: the store of its aggregation with the steps behind it, or that of its projection. */
export function materializedTable(
  plan: QueryPlan,
  context: TableContext,
  stores: Stores,
): MaterializedTable | undefined {
  const { analysis } = context;
  const functions = functionsOf(plan, analysis.functions);
  const kept = keptBy(plan.root, { ...context, analysis: { ...analysis, functions } });
  if (kept === undefined) return undefined;
  return kept.windowed ? new WindowedTable(kept, stores) : new PlainTable(kept, stores);
}

function keptBy(root: Step, context: TableContext): Kept | undefined {
  if (root.step === 'source' && root.store !== undefined) {
    // Values, then what headers gave.
    const count = root.valueColumns.length + root.headers.length;
    const layout = root.window === undefined ? keyLayout(root.formats.key, root.keyColumns) : undefined;
    return { store: root.store, layout, windowed: false, finish: (row) => row.slice(0, count) };
  }
  const project = projectOf(root);
  if (project?.store !== undefined) {
    const asStored = rowAsStored(resultFormat(root), formatColumns(project.schema.row));
    const layout = project.window === undefined ? keyLayout(PROJECTED_KEYS, project.schema.key) : undefined;
    return { store: project.store, layout, windowed: false, finish: (row) => asStored(row) };
  }
  const aggregated = project === undefined ? undefined : aggregatedBy(project);
  if (aggregated === undefined) return undefined;
  const made = new FinishLater(aggregated, context);
  return {
    store: aggregated.aggregate.store,
    layout: keyLayout(aggregated.aggregate.formats.key, aggregated.aggregate.schema.key),
    windowed: isWindowed(aggregated),
    finish: (state, key, window) => made.finish(state, key, window),
  };
}

/** ksqlDB keeps rows in the format of their topic. */
function resultFormat(root: Step): FormatInfo {
  return root.step === 'sink' ? root.formats.value : { format: 'JSON', properties: {}, features: [] };
}

/** Returns what there is to know of the table that a plan keeps before its query is made; undefined where it keeps none. */
export function keptTable(root: Step): Pick<MaterializedTable, 'isWindowed' | 'store'> | undefined {
  if (root.step === 'source' && root.store !== undefined) return { store: root.store, isWindowed: false };
  const project = projectOf(root);
  if (project?.store !== undefined) return { store: project.store, isWindowed: false };
  const aggregated = project === undefined ? undefined : aggregatedBy(project);
  if (aggregated === undefined) return undefined;
  return { store: aggregated.aggregate.store, isWindowed: isWindowed(aggregated) };
}

/** The projection that results in a table. */
function projectOf(root: Step): ProjectStep | undefined {
  const project = root.step === 'sink' ? root.input : root;
  return project.step === 'project' && project.output === 'TABLE' ? project : undefined;
}

function aggregatedBy(project: ProjectStep): Aggregated | undefined {
  const filter = project.input.step === 'filter' ? project.input : undefined;
  const aggregate = filter === undefined ? project.input : filter.input;
  return aggregate.step === 'aggregate' ? { project, filter, aggregate } : undefined;
}

const isWindowed = ({ aggregate }: Aggregated): boolean => aggregate.timeWindow !== undefined;

/** The steps behind an aggregation, and the aggregation. */
interface Aggregated {
  readonly project: ProjectStep;
  readonly filter: FilterStep | undefined;
  readonly aggregate: AggregateStep;
}

/** What reads the states of an aggregation: it is made before the query starts, or for the first pull query. */
class FinishLater {
  readonly #steps: Aggregated;
  readonly #context: LoweringContext;
  #finish: Finish | undefined;

  constructor(steps: Aggregated, context: TableContext) {
    this.#steps = steps;
    this.#context = { ...context, builder: new StreamsBuilder() };
    context.code?.add(() => this.#make());
  }

  get finish(): Finish {
    this.#finish ??= finishOf(this.#steps, this.#context);
    return this.#finish;
  }

  *#make(): InPieces<void> {
    this.#finish ??= finishOf(this.#steps, this.#context);
    yield;
  }
}

function finishOf({ project, filter, aggregate }: Aggregated, lowering: LoweringContext): Finish {
  const { results, stateColumns } = bindAggregate(aggregate, lowering);
  const asStored = rowAsStored(aggregate.formats.value, stateColumns);
  const { row } = aggregate.schema;
  const keep: Test =
    filter === undefined ? () => true : rowTest(boundCondition(filter.predicate, row, lowering), lowering);
  const select = rowProjection(
    project.columns.map(({ expression }) => boundExpression(expression, row, lowering)),
    lowering,
  );
  return (state, key, window) => {
    const values = results(asStored(state));
    if (window !== undefined) values.push(window.startMs, window.endMs);
    values.push(...key);
    return keep(values) ? select(values) : undefined;
  };
}

/** What tables have in common: the store that their rows are in. */
abstract class KeptTable {
  protected readonly kept: Kept;
  protected readonly stores: Stores;

  constructor(kept: Kept, stores: Stores) {
    this.kept = kept;
    this.stores = stores;
  }

  get store(): string {
    return this.kept.store;
  }

  async places(key?: Row): Promise<readonly PartPlace[]> {
    return this.stores.places(this.store, key);
  }

  /**
   * What is asked for: each partition that there may be rows in, so that one that is elsewhere is missed and not passed over. Where a
   * store is in no parts it is asked as it is.
   */
  protected partsOf(options: StoreQueryOptions, key?: Row): readonly StoreQueryOptions[] {
    const partitions = this.stores.partitionsOf(this.store, key);
    if (options.partition !== undefined || partitions === undefined) return [options];
    return partitions.map((partition) => ({ ...options, partition }));
  }
}

class PlainTable extends KeptTable implements MaterializedTable {
  readonly isWindowed = false;

  async get(
    key: Row,
    _range: TimeRange,
    options: StoreQueryOptions = {},
  ): Promise<readonly MaterializedRow[]> {
    for (const part of this.partsOf(options, key)) {
      const found = await this.#part(part).get(key);
      if (found !== undefined) return this.#row(key, found.value, found.timestamp);
    }
    return [];
  }

  async *scan(
    keys?: readonly KeyBounds[],
    options: StoreQueryOptions = {},
  ): AsyncIterable<readonly MaterializedRow[]> {
    const { layout } = this.kept;
    const ranges = keys === undefined || layout === undefined ? undefined : keyRanges(layout, keys);
    for (const part of this.partsOf(options)) {
      for (const bytes of ranges ?? [undefined]) {
        for await (const page of this.#part(part).pages(bytes && { bytes })) {
          yield page.flatMap(([key, { value, timestamp }]) => this.#row(key, value, timestamp));
          await this.stores.turn();
        }
      }
    }
  }

  #part(options: StoreQueryOptions): ReadOnlyKeyValueStore<Row, Row> {
    return this.stores.keyValueStore<Row, Row>(this.kept.store, options);
  }

  #row(key: Row | Windowed<Row>, stored: Row, timestamp: number): readonly MaterializedRow[] {
    // A table over a windowed topic keeps windowed keys in a plain store.
    const [inner, window] = key instanceof Windowed ? [key.key as Row, key.window] : [key, undefined];
    const value = this.kept.finish(stored, inner, window);
    if (value === undefined) return [];
    return [{ key: inner, value, timestamp, ...(window === undefined ? {} : { window }) }];
  }
}

class WindowedTable extends KeptTable implements MaterializedTable {
  readonly isWindowed = true;

  async get(
    key: Row,
    range: TimeRange,
    options: StoreQueryOptions = {},
  ): Promise<readonly MaterializedRow[]> {
    const rows: MaterializedRow[] = [];
    for (const part of this.partsOf(options, key)) {
      const entries = await this.#part(part).fetch(key, { fromMs: range.startMin, toMs: range.startMax });
      const within = entries.filter(({ endMs }) => endMs >= range.endMin && endMs <= range.endMax);
      rows.push(...within.flatMap((entry) => this.#row(entry)));
    }
    return rows;
  }

  async *scan(
    _keys?: readonly KeyBounds[],
    options: StoreQueryOptions = {},
  ): AsyncIterable<readonly MaterializedRow[]> {
    for (const part of this.partsOf(options)) {
      for await (const page of this.#part(part).pages()) {
        yield page.flatMap((entry) => this.#row(entry));
        await this.stores.turn();
      }
    }
  }

  #part(options: StoreQueryOptions): ReadOnlyWindowStore<Row, Row> {
    return this.stores.windowStore<Row, Row>(this.kept.store, options);
  }

  #row({ key, startMs, endMs, value, timestamp }: WindowEntry<Row, Row>): readonly MaterializedRow[] {
    const window = { startMs, endMs };
    const row = this.kept.finish(value, key, window);
    return row === undefined ? [] : [{ key, value: row, window, timestamp }];
  }
}
