import { readFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { keyValueStore, Serdes } from '../../../src/streams/index.ts';
import { TopologyDraft } from '../../../src/streams/topology/topology-draft.ts';

type RecordedNode =
  | { readonly source: string; readonly topic: string }
  | { readonly sink: string; readonly topic: string; readonly parents: readonly string[] }
  | { readonly processor: string; readonly parents: readonly string[]; readonly stores: readonly string[] };

interface RecordedGraph {
  readonly nodes: readonly RecordedNode[];
  readonly describe: string;
}

/** 400 random graphs with Kafka Streams 4.3.1's text of each: see ../DescribeGraphs.java. */
const file = path.join(import.meta.dirname, '../recordings/describe-4.3.1.jsonl.gz');
const graphs = gunzipSync(readFileSync(file))
  .toString()
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as RecordedGraph);

const serdes = { keySerde: Serdes.string, valueSerde: Serdes.string };

function describeGraph({ nodes }: RecordedGraph): string {
  const draft = new TopologyDraft();
  const stores = new Set(nodes.flatMap((node) => ('processor' in node ? node.stores : [])));
  for (const name of stores) draft.addStore(keyValueStore({ name, ...serdes }));
  for (const node of nodes) {
    if ('source' in node) draft.addSource({ name: node.source, topics: [node.topic], ...serdes });
    else if ('sink' in node) draft.addSink({ name: node.sink, ...node, ...serdes });
    else draft.addProcessor({ name: node.processor, ...node, operator: { type: 'pass-through' } });
  }
  return draft.build().describe();
}

it('prints random graphs as Kafka Streams does', () => {
  expect(graphs.length).toBe(400);
  for (const graph of graphs) expect(describeGraph(graph)).toBe(graph.describe);
});
