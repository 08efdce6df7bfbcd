import {
  arrayOf,
  type FieldChecks,
  nonEmptyText,
  nullable,
  object,
  objectOf,
  optionsOf,
  recordOf,
  text,
  wholeNumber,
} from '../../base/argument-checks.ts';
import { ArgumentError } from '../../base/errors.ts';
import { nearestName } from '../../base/nearest-name.ts';
import { TOPOLOGY_OPTIMIZATIONS } from '../topology-optimization.ts';
import type { TopologyJson, TopologyNodeJson } from './topology-json.ts';

/** What errors call the JSON form. */
const JSON_NAME = 'json';

const node = optionsOf<TopologyNodeJson>({
  name: nonEmptyText,
  type: nonEmptyText,
  subtopology: wholeNumber(-1),
  parents: arrayOf(nonEmptyText),
  stores: arrayOf(nonEmptyText),
  settings: object,
});

const shape = optionsOf<TopologyJson>({
  // Another version is refused before.
  version: wholeNumber(1),
  nodes: arrayOf(node),
  stores: recordOf(object),
  internalTopics: recordOf(objectOf({ partitions: nullable(wholeNumber(1)) })),
  copartitioned: arrayOf(arrayOf(nonEmptyText)),
  restoredFromSource: recordOf(nonEmptyText),
  optimizations: arrayOf(nonEmptyText),
  notPortable: arrayOf(text),
} satisfies FieldChecks<TopologyJson>);

/**
 * Checks that a JSON form has the fields that its type says, and that its names are those of nodes, stores and optimizations
 * that there are.
 * @throws {ArgumentError} where it has not, with the place: `json.nodes[2].parents[0]`
 */
export function checkTopologyJson(json: TopologyJson): void {
  shape(json, JSON_NAME);
  const { nodes, stores, copartitioned, restoredFromSource, optimizations } = json;
  const names = new Map<string, TopologyNodeJson>();
  for (const [index, each] of nodes.entries()) {
    const at = `${JSON_NAME}.nodes[${index}]`;
    if (names.has(each.name)) throw wrong(`${at}.name`, `is that of another node, too: ${each.name}`);
    names.set(each.name, each);
  }
  const storeNames = Object.keys(stores);
  for (const [index, each] of nodes.entries()) {
    const at = `${JSON_NAME}.nodes[${index}]`;
    checkParents(each, at, names);
    for (const [place, store] of each.stores.entries())
      known(store, { at: `${at}.stores[${place}]`, what: 'store', names: storeNames });
  }
  checkAcyclic(nodes);
  for (const [group, members] of copartitioned.entries())
    for (const [place, name] of members.entries())
      known(name, {
        at: `${JSON_NAME}.copartitioned[${group}][${place}]`,
        what: 'node',
        names: names.keys(),
      });
  for (const store of Object.keys(restoredFromSource))
    known(store, { at: `${JSON_NAME}.restoredFromSource`, what: 'store', names: storeNames });
  for (const [index, name] of optimizations.entries()) {
    const at = `${JSON_NAME}.optimizations[${index}]`;
    known(name, { at, what: 'optimization', names: TOPOLOGY_OPTIMIZATIONS });
  }
}

function checkParents(
  { name, type, parents }: TopologyNodeJson,
  at: string,
  nodes: ReadonlyMap<string, TopologyNodeJson>,
): void {
  if (type === 'source' && parents.length > 0)
    throw wrong(`${at}.parents`, `has parents of the source ${name}`);
  if (type !== 'source' && parents.length === 0) throw wrong(`${at}.parents`, `has none of ${name}`);
  for (const [place, parent] of parents.entries()) {
    known(parent, { at: `${at}.parents[${place}]`, what: 'node', names: nodes.keys() });
    if (nodes.get(parent)?.type === 'sink')
      throw wrong(`${at}.parents[${place}]`, `is a sink, which has no children: ${parent}`);
  }
}

/** Takes away nodes whose parents are all gone: what is left then is in a circle, or behind one. */
function checkAcyclic(nodes: readonly TopologyNodeJson[]): void {
  const waits = new Map(nodes.map(({ name, parents }) => [name, new Set(parents).size]));
  const children = new Map<string, string[]>();
  for (const { name, parents } of nodes)
    for (const parent of new Set(parents)) children.set(parent, [...(children.get(parent) ?? []), name]);
  const free = nodes.filter(({ parents }) => parents.length === 0).map(({ name }) => name);
  for (const name of free) {
    waits.delete(name);
    for (const child of children.get(name) ?? []) {
      const left = (waits.get(child) ?? 0) - 1;
      waits.set(child, left);
      if (left === 0) free.push(child);
    }
  }
  const left = [...waits.keys()];
  if (left.length > 0) throw wrong(`${JSON_NAME}.nodes`, `have a cycle among ${left.join(', ')}`);
}

function known(
  name: string,
  { at, what, names }: { readonly at: string; readonly what: string; readonly names: Iterable<string> },
): void {
  const all = [...names];
  if (all.includes(name)) return;
  const suggestion = nearestName(name, all);
  throw new ArgumentError(at, {
    message: `${at} names no ${what}: ${name}`,
    ...(suggestion !== undefined && { suggestion }),
  });
}

function wrong(at: string, what: string): ArgumentError {
  return new ArgumentError(at, { message: `${at} ${what}` });
}
