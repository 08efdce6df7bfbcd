import { isObject, wrongArgument } from '../../base/argument-checks.ts';
import { DiagnosticError } from '../../base/errors.ts';
import type { Erased } from '../erased.ts';
import { isOperatorSettings } from '../operators/operator-registry.ts';
import { OWN_MODULE } from '../portable.ts';
import type { Serde } from '../serde.ts';
import type { StoreDefinition } from '../state/store-definition.ts';
import type { TimestampExtractor } from '../timestamp-extractor.ts';
import { builtIn, windowsOf } from './built-ins.ts';
import type { TopologyNode } from './nodes.ts';
import { checkTopologyJson } from './topology-json-checks.ts';
import type { Json, TopologyJson, TopologyNodeJson } from './topology-json.ts';
import type { TopologyParts } from './topology.ts';

/** Modules by the names that `portable` was given for them: each with what it exports, as `import * as` has it. */
export type PortableModules = Readonly<Record<string, object>>;

/**
 * Reads the parts of a topology from its JSON form.
 * @throws {ArgumentError} for what is no form of a topology, with the place; {DiagnosticError} for a form of another version,
 *   for what has no export, and where a module lacks one
 */
export function topologyFromJson(json: TopologyJson, modules: PortableModules): TopologyParts {
  if (!isObject(json)) throw wrongArgument('json', json, 'an object');
  if (json.version !== 1)
    throw new DiagnosticError({ message: `a topology of version ${String(json.version)} cannot be read` });
  checkTopologyJson(json);
  if (json.notPortable.length > 0) throw notPortable(json.notPortable);
  const nodes = json.nodes.map((node) => new Reader(modules, node.name).node(node));
  const stores = Object.entries(json.stores).map(([name, fields]) =>
    new Reader(modules, `store ${name}`).store(name, fields),
  );
  const topics = Object.entries(json.internalTopics).map(([name, { partitions }]) => ({
    name,
    partitions: partitions ?? undefined,
  }));
  return {
    nodes: byName(nodes.map((node) => Object.freeze(node))),
    stores: byName(stores),
    repartitionTopics: byName(topics),
    copartitionGroups: json.copartitioned,
    restoredFromSource: new Map(Object.entries(json.restoredFromSource)),
    optimizations: json.optimizations,
  };
}

/** Refuses a topology with functions or serdes that nobody else could find. */
export function notPortable(places: readonly string[]): DiagnosticError {
  const [first = '', ...others] = places;
  return new DiagnosticError({
    message: `${first} has no export that it could be found by`,
    ...(others.length > 0 && { detail: `so it is with ${others.join('; ')}` }),
    hint: 'export it from a module, and tell of the module by portable()',
  });
}

type Fields = { readonly [field: string]: Json | undefined };

/** Reads what a node or a store was given. */
class Reader {
  readonly #modules: PortableModules;
  /** Whose settings they are. */
  readonly #owner: string;

  constructor(modules: PortableModules, owner: string) {
    this.#modules = modules;
    this.#owner = owner;
  }

  node({ name, type, parents, stores, settings }: TopologyNodeJson): TopologyNode {
    if (type === 'source') {
      const { topics, offsetReset } = settings;
      return {
        kind: 'source',
        name,
        topics: Array.isArray(topics) ? topics.map(String) : [],
        ...this.#serdes(settings),
        timestampExtractor: this.#expect(settings, 'timestampExtractor', isExtractor),
        offsetReset: offsetReset === 'earliest' || offsetReset === 'latest' ? offsetReset : undefined,
      };
    }
    if (type === 'sink') {
      const topic = this.#expect(settings, 'topic', isTopicOrExtractor);
      const partitioner =
        settings['partitioner'] === undefined ? undefined : this.#expect(settings, 'partitioner', isFunction);
      return { kind: 'sink', name, parents, topic, ...this.#serdes(settings), partitioner };
    }
    const operator: unknown = { type, ...this.#fields(settings) };
    if (!isOperatorSettings(operator)) throw this.#wrong('type', `an operator of type ${type}`);
    return { kind: 'processor', name, parents, stores, operator };
  }

  store(name: string, fields: Fields): StoreDefinition {
    const definition: unknown = { name, ...this.#fields(fields) };
    if (!isStoreDefinition(definition)) throw this.#wrong('kind', 'a store');
    return definition;
  }

  #serdes(settings: Fields): { readonly keySerde: Serde<unknown>; readonly valueSerde: Serde<unknown> } {
    return {
      keySerde: this.#expect(settings, 'keySerde', isSerde),
      valueSerde: this.#expect(settings, 'valueSerde', isSerde),
    };
  }

  #expect<T>(settings: Fields, field: string, holds: (value: unknown) => value is T): T {
    const value = this.#value(settings[field] ?? null);
    if (holds(value)) return value;
    throw this.#wrong(field, 'what it should be');
  }

  #fields(fields: Fields): { readonly [field: string]: unknown } {
    return Object.fromEntries(
      Object.entries(fields).map(([field, value]) => {
        const read = value === undefined ? undefined : this.#value(value);
        // Text counts as a number in most of what is done with it, but not in all.
        if (field.endsWith('Ms') && read != null && typeof read !== 'number')
          throw this.#wrong(field, 'a number');
        return [field, read];
      }),
    );
  }

  #value(json: Json): unknown {
    if (typeof json !== 'object' || json === null) return json;
    if (isList(json)) return json.map((each) => this.#value(each));
    if (typeof json['number'] === 'string') return Number(json['number']);
    if ('code' in json) return this.#code(json['code'] ?? null);
    const { class: name, ...fields } = json;
    const read = this.#fields(fields);
    if (typeof name !== 'string') return read;
    const windows = windowsOf(name, read);
    if (windows) return windows;
    throw this.#wrong('class', `a ${name}`);
  }

  #code(code: Json): unknown {
    if (typeof code !== 'object' || code === null || isList(code)) throw notPortable([this.#owner]);
    const { module, export: name, arguments: given } = code;
    if (typeof module !== 'string' || typeof name !== 'string') throw notPortable([this.#owner]);
    const found = this.#exported(module, name);
    if (given === undefined || given === null || !isList(given)) return found;
    if (typeof found !== 'function') throw this.#wrong(name, 'a function');
    const made: unknown = Reflect.apply(
      found,
      undefined,
      given.map((each) => this.#value(each)),
    );
    return made;
  }

  #exported(module: string, name: string): unknown {
    const own = module === OWN_MODULE ? builtIn(name) : undefined;
    if (own !== undefined) return own;
    const exports = Object.hasOwn(this.#modules, module) ? this.#modules[module] : undefined;
    const entry = exports && Object.entries(exports).find(([each]) => each === name);
    if (entry) return entry[1];
    throw new DiagnosticError({
      message: `${this.#owner} needs ${name} of ${module}, which is not there`,
      hint: exports
        ? 'the topology is of another version of the module'
        : `give it: fromJSON(json, { modules: { '${module}': await import('${module}') } })`,
    });
  }

  #wrong(field: string, expected: string): DiagnosticError {
    return new DiagnosticError({ message: `${this.#owner}: ${field} is not ${expected}` });
  }
}

function byName<T extends { readonly name: string }>(each: readonly T[]): ReadonlyMap<string, T> {
  return new Map(each.map((one) => [one.name, one]));
}

const isList = (json: Json): json is readonly Json[] => Array.isArray(json);

function isFunction(value: unknown): value is (...given: readonly unknown[]) => never {
  return typeof value === 'function';
}

const isExtractor = (value: unknown): value is Erased<TimestampExtractor> => typeof value === 'function';

function isTopicOrExtractor(value: unknown): value is string | ((...given: readonly unknown[]) => never) {
  return typeof value === 'string' || typeof value === 'function';
}

function isSerde(value: unknown): value is Serde<unknown> {
  return typeof value === 'object' && value !== null && 'serialize' in value && 'deserialize' in value;
}

function isStoreDefinition(value: unknown): value is StoreDefinition {
  return typeof value === 'object' && value !== null && 'kind' in value && 'storeType' in value;
}
