import type { Json, TopologyJson, TopologyNodeJson } from './topology-json.ts';

/** One difference of two topologies. */
export interface TopologyChange {
  /** In words, for somebody who is about to start the second one in place of the first. */
  readonly text: string;
  /**
   * What is left behind: `state` that begins empty, or is read as something else; `records` that lie in an internal
   * topic which nobody reads any more; `tasks` whose numbers stand for other work, so that instances of both cannot run
   * side by side.
   */
  readonly loses?: 'state' | 'records' | 'tasks';
}

/**
 * Says what is different in a topology that is to run under the application id of another: names of nodes, what they
 * read, their settings, stores and internal topics. Functions are compared by their exports, see {@link portable}; two
 * without an export are taken for equal.
 */
export function diffTopologies(before: TopologyJson, after: TopologyJson): readonly TopologyChange[] {
  return [
    ...topicChanges(before, after),
    ...storeChanges(before, after),
    ...internalTopicChanges(before, after),
    ...nodeChanges(before, after),
    ...taskChanges(before, after),
  ];
}

function* topicChanges(before: TopologyJson, after: TopologyJson): Generator<TopologyChange> {
  const read = [topicsRead(before), topicsRead(after)] as const;
  for (const topic of without(read[1], read[0])) yield { text: `topic ${topic} is read, too` };
  for (const topic of without(read[0], read[1])) yield { text: `topic ${topic} is not read any more` };
}

/** Topics of other applications: those between the topology's own parts are told of as internal topics. */
function topicsRead(topology: TopologyJson): readonly string[] {
  return topology.nodes
    .filter(({ type }) => type === 'source')
    .flatMap(({ settings }) => (Array.isArray(settings['topics']) ? settings['topics'].map(String) : []))
    .filter((topic) => !(topic in topology.internalTopics));
}

function* storeChanges(before: TopologyJson, after: TopologyJson): Generator<TopologyChange> {
  const added = without(Object.keys(after.stores), Object.keys(before.stores));
  for (const name of without(Object.keys(before.stores), Object.keys(after.stores))) {
    const heir = added.find((other) => isRenamed(before, name, after, other));
    if (heir === undefined) yield { text: `store ${name} is gone`, loses: 'state' };
    else {
      added.splice(added.indexOf(heir), 1);
      const text = `store ${name} is called ${heir} now and begins empty: a storeName keeps it where it is`;
      yield { text, loses: 'state' };
    }
  }
  for (const name of added) yield { text: `store ${name} is new` };
  for (const [name, store] of Object.entries(before.stores)) {
    const other = after.stores[name];
    if (!other) continue;
    for (const { field, text } of fieldChanges(store, other)) {
      const isFormat = field === 'kind' || field.endsWith('Serde');
      yield { text: `store ${name}: ${text}`, ...(isFormat && { loses: 'state' }) };
    }
  }
}

/** A generated name has moved where a store of the same kind is used by an operator of the same type. */
function isRenamed(before: TopologyJson, name: string, after: TopologyJson, other: string): boolean {
  const usersOf = (topology: TopologyJson, store: string): string =>
    topology.nodes
      .filter(({ stores }) => stores.includes(store))
      .map(({ type }) => type)
      .join();
  const generated = /^(.*-STATE-STORE-)\d{10}$/;
  return (
    generated.exec(name)?.[1] !== undefined &&
    generated.exec(name)?.[1] === generated.exec(other)?.[1] &&
    before.stores[name]?.['kind'] === after.stores[other]?.['kind'] &&
    usersOf(before, name) === usersOf(after, other)
  );
}

function* internalTopicChanges(before: TopologyJson, after: TopologyJson): Generator<TopologyChange> {
  const names = [Object.keys(before.internalTopics), Object.keys(after.internalTopics)] as const;
  for (const name of without(names[0], names[1]))
    yield { text: `internal topic ${name} is gone, and what lies in it is not read`, loses: 'records' };
  for (const name of without(names[1], names[0])) yield { text: `internal topic ${name} is new` };
  for (const [name, { partitions }] of Object.entries(before.internalTopics)) {
    const other = after.internalTopics[name];
    if (!other || other.partitions === partitions) continue;
    const count = (given: number | null): string => (given === null ? 'those of its input' : String(given));
    const text = `internal topic ${name}: partitions were ${count(partitions)}, are ${count(other.partitions)}`;
    yield { text, loses: 'records' };
  }
}

function* nodeChanges(before: TopologyJson, after: TopologyJson): Generator<TopologyChange> {
  const nodes = [byName(before), byName(after)] as const;
  for (const [name, { type }] of nodes[0]) if (!nodes[1].has(name)) yield { text: `${type} ${name} is gone` };
  for (const [name, { type }] of nodes[1]) if (!nodes[0].has(name)) yield { text: `${type} ${name} is new` };
  for (const [name, node] of nodes[0]) {
    const other = nodes[1].get(name);
    if (!other) continue;
    if (node.type !== other.type)
      yield { text: `${name} was of type ${node.type} and is of type ${other.type}` };
    else
      for (const { text } of fieldChanges(node.settings, other.settings)) yield { text: `${name}: ${text}` };
    if (!sameJson(node.parents, other.parents))
      yield { text: `${name} reads ${list(other.parents)}, not ${list(node.parents)}` };
    if (!sameJson(node.stores, other.stores))
      yield { text: `${name} uses the stores ${list(other.stores)}, not ${list(node.stores)}` };
  }
}

/** Tasks are numbered by sub-topologies. One is the same while it reads the same topics. */
function* taskChanges(before: TopologyJson, after: TopologyJson): Generator<TopologyChange> {
  const numbers = [taskNumbers(before), taskNumbers(after)] as const;
  for (const [topic, number] of numbers[0]) {
    const other = numbers[1].get(topic);
    if (other === undefined || other === number) continue;
    yield { text: `tasks of ${topic} were ${number}_*, are ${other}_*`, loses: 'tasks' };
  }
}

function taskNumbers(topology: TopologyJson): ReadonlyMap<string, number> {
  const numbers = new Map<string, number>();
  for (const { type, settings, subtopology } of topology.nodes) {
    const topics = settings['topics'];
    if (type === 'source' && Array.isArray(topics))
      for (const topic of topics) numbers.set(String(topic), subtopology);
  }
  return numbers;
}

type Fields = { readonly [field: string]: Json | undefined };

function* fieldChanges(
  before: Fields,
  after: Fields,
): Generator<{ readonly field: string; readonly text: string }> {
  for (const field of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const [one, two] = [before[field], after[field]];
    if (!sameJson(one, two)) yield { field, text: `${field} was ${show(one)}, is ${show(two)}` };
  }
}

/** What has no export cannot be told from another that has none. */
function sameJson(one: Json | undefined, two: Json | undefined): boolean {
  if (one === two) return true;
  if (typeof one !== 'object' || typeof two !== 'object' || one === null || two === null) return false;
  if (isNameless(one) && isNameless(two)) return true;
  const entries = Object.entries(one);
  const others = new Map(Object.entries(two));
  return (
    Array.isArray(one) === Array.isArray(two) &&
    entries.length === others.size &&
    entries.every(([field, value]) => sameJson(value, others.get(field)))
  );
}

function isNameless(value: object): boolean {
  return 'portable' in value && value.portable === false;
}

function show(value: Json | undefined): string {
  if (value === undefined) return 'not given';
  if (typeof value !== 'object' || value === null) return String(value);
  if (isNameless(value)) return 'something without an export';
  const code = 'code' in value ? value.code : undefined;
  if (typeof code === 'object' && code !== null && 'export' in code && 'module' in code) {
    const [name, module] = [code.export, code.module];
    if (typeof name === 'string' && typeof module === 'string') return `${name} of ${module}`;
  }
  return JSON.stringify(value);
}

const byName = ({ nodes }: TopologyJson): ReadonlyMap<string, TopologyNodeJson> =>
  new Map(nodes.map((node) => [node.name, node]));

const without = (names: readonly string[], others: readonly string[]): string[] =>
  names.filter((name) => !others.includes(name));

const list = (names: readonly string[]): string => (names.length === 0 ? 'none' : names.join(', '));
