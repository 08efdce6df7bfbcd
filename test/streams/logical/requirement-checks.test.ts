import { describe, expect, it } from 'vitest';
import { Serdes } from '../../../src/streams/index.ts';
import { selectKey } from '../../../src/streams/logical/nodes/select-key.ts';
import { source } from '../../../src/streams/logical/nodes/source.ts';
import { tableSource } from '../../../src/streams/logical/nodes/table-source.ts';
import { toTable } from '../../../src/streams/logical/nodes/to-table.ts';
import { checkNamesOf, checkStoreOf } from '../../../src/streams/logical/passes/requirement-checks.ts';

const strings = { keySerde: Serdes.string, valueSerde: Serdes.string };
const fields = { topics: ['in'], timestampExtractor: undefined, offsetReset: undefined, ...strings };
const read = source({ name: undefined, ...fields });
const rekeyed = selectKey(read, (key) => key, strings);
const requiring = {
  requires: () => [{ when: 'key-changed' as const, ...strings }],
};

describe('a kind of nodes that keeps something', () => {
  it('of a stream, but does not say what it requires, is refused', () => {
    const node = toTable(rekeyed, {});
    expect(() => checkStoreOf(node, {})).toThrow('a to-table has a store, and no `requires`');
    expect(() => checkStoreOf(node, requiring)).not.toThrow();
    expect(() => checkStoreOf(node, { requires: () => [] })).not.toThrow();
  });

  it('of a table has its rows where they are', () => {
    const table = tableSource({ name: undefined, source: fields, options: {} });
    expect(() => checkStoreOf({ kind: 'suppress', inputs: [table] }, {})).not.toThrow();
  });

  it('takes the names of the topic that it may need, also where it does not', () => {
    for (const input of [read, rekeyed]) {
      const node = toTable(input, {});
      expect(() => checkNamesOf(node, { kind: requiring, named: new Set() })).toThrow(
        'a to-table requires something of input 0, and takes no names: `take.repartition(0, ...)`',
      );
      expect(() => checkNamesOf(node, { kind: requiring, named: new Set([0]) })).not.toThrow();
    }
  });
});
