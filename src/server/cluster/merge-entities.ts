import type { StatementEntity } from '../../sql/index.ts';
import { type Fields, fieldsOf } from '../rest/json-fields.ts';

/** What another server has answered to the same statement; undefined where it did not, or has refused it. */
interface HostEntity {
  readonly host: string;
  readonly entity: StatementEntity | undefined;
}

const UNRESPONSIVE = 'UNRESPONSIVE';

/** Says in an entity which server its states and statistics are of; undefined where it has none of either. */
export function withOwnHost(entity: StatementEntity, host: string): StatementEntity | undefined {
  switch (entity['@type']) {
    case 'queries':
      return entity;
    case 'query_descriptions':
      return {
        ...entity,
        queryDescriptions: listOf(entity['queryDescriptions']).map((each) => ofHost(each, host)),
      };
    case 'queryDescription': {
      const query = fieldsOf(entity['queryDescription']);
      // A statement that does not run has no id, and runs nowhere.
      return query['id'] === '' ? undefined : { ...entity, queryDescription: ofHost(query, host) };
    }
    case 'sourceDescription': {
      const source = fieldsOf(entity['sourceDescription']);
      return source['extended'] === true
        ? { ...entity, sourceDescription: statsOf(source, host) }
        : undefined;
    }
    case 'source_descriptions':
      return {
        ...entity,
        sourceDescriptions: listOf(entity['sourceDescriptions']).map((each) => statsOf(each, host)),
      };
    default:
      return undefined;
  }
}

/** Adds what another server says of the same queries. */
export function mergeEntity(own: StatementEntity, { host, entity }: HostEntity): StatementEntity {
  const theirs = entity?.['@type'] === own['@type'] ? entity : undefined;
  switch (own['@type']) {
    case 'queries':
      return { ...own, queries: mergedQueries(listOf(own['queries']), theirs) };
    case 'query_descriptions': {
      const found = byId(listOf(theirs?.['queryDescriptions']));
      return {
        ...own,
        queryDescriptions: listOf(own['queryDescriptions']).map((each) =>
          mergedDescription(each, {
            host,
            theirs: theirs === undefined ? undefined : found.get(each['id']),
            isSilent: theirs === undefined,
          }),
        ),
      };
    }
    case 'queryDescription': {
      const described = theirs === undefined ? undefined : fieldsOf(theirs['queryDescription']);
      return {
        ...own,
        queryDescription: mergedDescription(fieldsOf(own['queryDescription']), {
          ...{ host, theirs: described, isSilent: theirs === undefined },
        }),
      };
    }
    case 'sourceDescription':
      return {
        ...own,
        sourceDescription: mergedSource(
          fieldsOf(own['sourceDescription']),
          fieldsOf(theirs?.['sourceDescription']),
        ),
      };
    case 'source_descriptions': {
      const found = new Map(listOf(theirs?.['sourceDescriptions']).map((each) => [each['name'], each]));
      return {
        ...own,
        sourceDescriptions: listOf(own['sourceDescriptions']).map((each) =>
          mergedSource(each, found.get(each['name']) ?? {}),
        ),
      };
    }
    default:
      return own;
  }
}

/** Counts of states are added up; of a query that only the other server has, its own are taken. */
function mergedQueries(own: readonly Fields[], theirs: StatementEntity | undefined): readonly Fields[] {
  if (theirs === undefined) {
    return own.map((query) => counted(query, { [UNRESPONSIVE]: 1 }));
  }
  const found = byId(listOf(theirs['queries']));
  const known = new Set(own.map(({ id }) => id));
  return [
    ...own.map((query) => {
      const other = found.get(query['id']);
      return other === undefined ? query : counted(query, fieldsOf(other['statusCount']));
    }),
    ...[...found.values()].filter(({ id }) => !known.has(id)),
  ];
}

function counted(query: Fields, counts: Fields): Fields {
  const statusCount: Record<string, unknown> = { ...fieldsOf(query['statusCount']) };
  for (const [state, count] of Object.entries(counts)) {
    statusCount[state] = Number(statusCount[state] ?? 0) + Number(count);
  }
  return { ...query, state: worst(statusCount) ?? query['state'], statusCount };
}

/** One state for all servers: what is bad anywhere. */
function worst(statusCount: Fields): string | undefined {
  return ['ERROR', UNRESPONSIVE].find((state) => Number(statusCount[state] ?? 0) > 0);
}

function mergedDescription(
  own: Fields,
  of: { readonly host: string; readonly theirs: Fields | undefined; readonly isSilent: boolean },
): Fields {
  const states = of.isSilent ? { [of.host]: UNRESPONSIVE } : fieldsOf(of.theirs?.['ksqlHostQueryStatus']);
  return {
    ...own,
    ksqlHostQueryStatus: { ...fieldsOf(own['ksqlHostQueryStatus']), ...states },
    tasksMetadata: mergedTasks(listOf(own['tasksMetadata']), listOf(of.theirs?.['tasksMetadata'])),
  };
}

/** Each server knows all tasks by what was committed; whoever runs one knows it best, and comes first. */
function mergedTasks(own: readonly Fields[], theirs: readonly Fields[]): readonly Fields[] {
  const known = new Set(own.map(({ taskId }) => taskId));
  return [...own, ...theirs.filter(({ taskId }) => !known.has(taskId))];
}

function mergedSource(own: Fields, theirs: Fields): Fields {
  const both = (name: string): readonly unknown[] => [...listOf(own[name]), ...listOf(theirs[name])];
  return {
    ...own,
    clusterStatistics: both('clusterStatistics'),
    clusterErrorStats: both('clusterErrorStats'),
  };
}

const ofHost = (query: Fields, host: string): Fields => ({
  ...query,
  ksqlHostQueryStatus: { [host]: query['state'] },
});

function statsOf(source: Fields, host: string): Fields {
  const stats = (name: string): readonly Fields[] => listOf(source[name]).map((each) => ({ ...each, host }));
  return {
    ...source,
    clusterStatistics: stats('clusterStatistics'),
    clusterErrorStats: stats('clusterErrorStats'),
  };
}

const byId = (queries: readonly Fields[]): ReadonlyMap<unknown, Fields> =>
  new Map(queries.map((query) => [query['id'], query]));

function listOf(value: unknown): readonly Fields[] {
  return Array.isArray(value) ? value.map(fieldsOf) : [];
}
