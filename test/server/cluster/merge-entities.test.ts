import { expect, it } from 'vitest';
import { mergeEntity, withOwnHost } from '../../../src/server/cluster/merge-entities.ts';

const entity = (type: string, fields: object) => ({ '@type': type, statementText: 'S;', ...fields });
const query = (id: string, state: string) => ({ id, state, statusCount: { [state]: 1 } });

it('adds up the states of a query over all servers, and tells the worst', () => {
  const own = entity('queries', { queries: [query('Q1', 'RUNNING'), query('Q2', 'RUNNING')] });
  const other = entity('queries', {
    queries: [query('Q1', 'RUNNING'), query('Q2', 'ERROR'), query('Q3', 'RUNNING')],
  });
  expect(mergeEntity(own, { host: 'b:1', entity: other })).toMatchObject({
    queries: [
      { id: 'Q1', state: 'RUNNING', statusCount: { RUNNING: 2 } },
      { id: 'Q2', state: 'ERROR', statusCount: { RUNNING: 1, ERROR: 1 } },
      { id: 'Q3', state: 'RUNNING', statusCount: { RUNNING: 1 } },
    ],
  });
});

it('tells a server that has not answered as UNRESPONSIVE, of all queries', () => {
  const own = entity('queries', { queries: [query('Q1', 'RUNNING')] });
  expect(mergeEntity(own, { host: 'b:1', entity: undefined })).toMatchObject({
    queries: [{ statusCount: { RUNNING: 1, UNRESPONSIVE: 1 } }],
  });
  const described = entity('query_descriptions', { queryDescriptions: [{ id: 'Q1', state: 'RUNNING' }] });
  const merged = mergeEntity(withOwnHost(described, 'a:1') ?? described, { host: 'b:1', entity: undefined });
  expect(merged).toMatchObject({
    queryDescriptions: [{ ksqlHostQueryStatus: { 'a:1': 'RUNNING', 'b:1': 'UNRESPONSIVE' } }],
  });
});

it('describes a query by its states on all servers, and by the tasks of all', () => {
  const of = (state: string, taskId: string) =>
    entity('queryDescription', { queryDescription: { id: 'Q1', state, tasksMetadata: [{ taskId }] } });
  const own = withOwnHost(of('RUNNING', '0_0'), 'a:1');
  const other = withOwnHost(of('PAUSED', '0_1'), 'b:1');
  expect(own && mergeEntity(own, { host: 'b:1', entity: other })).toMatchObject({
    queryDescription: {
      ksqlHostQueryStatus: { 'a:1': 'RUNNING', 'b:1': 'PAUSED' },
      tasksMetadata: [{ taskId: '0_0' }, { taskId: '0_1' }],
    },
  });
});

it('leaves alone what describes no query that runs', () => {
  const plan = entity('queryDescription', { queryDescription: { id: '', state: '' } });
  expect(withOwnHost(plan, 'a:1')).toBeUndefined();
  expect(withOwnHost(entity('streams', { streams: [] }), 'a:1')).toBeUndefined();
  const plain = entity('sourceDescription', { sourceDescription: { name: 'S', extended: false } });
  expect(withOwnHost(plain, 'a:1')).toBeUndefined();
});

it('has the statistics of a source by server', () => {
  const of = (value: number) =>
    entity('sourceDescription', {
      sourceDescription: {
        ...{ name: 'S', extended: true, clusterErrorStats: [] },
        clusterStatistics: [{ name: 'total-messages', value, timestamp: 1 }],
      },
    });
  const own = withOwnHost(of(1), 'a:1');
  expect(own && mergeEntity(own, { host: 'b:1', entity: withOwnHost(of(2), 'b:1') })).toMatchObject({
    sourceDescription: {
      clusterStatistics: [
        { name: 'total-messages', value: 1, host: 'a:1' },
        { name: 'total-messages', value: 2, host: 'b:1' },
      ],
    },
  });
});
