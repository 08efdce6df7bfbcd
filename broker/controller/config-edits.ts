import { unreachable } from '../../src/base/assert.ts';
import { ErrorCode } from '../../src/protocol/error-codes.ts';
import { listDefault } from '../config/dynamic-configs.ts';
import { topicConfigs } from '../config/topic-configs.ts';
import { ConfigResourceType } from '../metadata/metadata-image.ts';
import { type Failure, failed } from './operation.ts';

/** `AlterConfigOp.OpType`. */
const SET = 0;
const DELETE = 1;
const APPEND = 2;
const SUBTRACT = 3;

/** What is set for a resource, by name. */
export type Overrides = ReadonlyMap<string, string>;
export type Target = { readonly target: Overrides } | { readonly failure: Failure };

interface EditedResource {
  readonly resourceType: number;
  readonly configs: readonly {
    readonly name: string;
    readonly configOperation: number;
    readonly value: string | null;
  }[];
}

/** What AlterConfigs makes of a resource's overrides, whatever they were. */
export function replacedConfigs({
  configs,
}: {
  readonly configs: readonly { readonly name: string; readonly value: string | null }[];
}): Target {
  const missing = configs.find((config) => config.value === null);
  if (missing !== undefined) {
    return { failure: failed(ErrorCode.INVALID_REQUEST, `Null value not supported for : ${missing.name}`) };
  }
  return { target: new Map(configs.map(({ name, value }) => [name, value ?? ''])) };
}

/** What IncrementalAlterConfigs (KIP-339) makes of a resource's overrides: sets, deletes, or edits lists, config by config. */
export function editedConfigs(resource: EditedResource, current: Overrides): Target {
  const { configs } = resource;
  const target = new Map(current);
  const refuse = (message: string): Target => ({ failure: failed(ErrorCode.INVALID_REQUEST, message) });
  const names = configs.map((config) => config.name);
  if (new Set(names).size !== names.length) return refuse('Error due to duplicate config keys');
  for (const { name, configOperation, value } of configs) {
    if (configOperation !== DELETE && value === null) return refuse(`Null value not supported for : ${name}`);
    if (configOperation === SET) target.set(name, value ?? '');
    else if (configOperation === DELETE) target.delete(name);
    else if (configOperation === APPEND || configOperation === SUBTRACT) {
      const base = listBase(resource, name, configOperation);
      if (typeof base !== 'string') return base;
      const current = listOf(target.get(name) ?? base);
      target.set(name, editList(current, listOf(value ?? ''), configOperation).join(','));
    } else return refuse(`Unknown config operation ${configOperation}`);
  }
  return { target };
}

/** The list that an edit starts from where nothing is set, or why there is none. */
function listBase(
  { resourceType }: EditedResource,
  name: string,
  how: typeof APPEND | typeof SUBTRACT,
): string | { readonly failure: Failure } {
  const refuse = (message: string) => ({ failure: failed(ErrorCode.INVALID_CONFIG, message) });
  if (resourceType === ConfigResourceType.BROKER) {
    const base = listDefault(name);
    if (base === null) return refuse(`Unknown config name: ${name}`);
    const verb = how === APPEND ? 'append' : 'subtract';
    return base ?? refuse(`Config value ${verb} is not allowed for config key: ${name}`);
  }
  const definition = Object.hasOwn(topicConfigs, name) ? topicConfigs[name] : undefined;
  if (definition?.type === 'list') return definition.default ?? '';
  const verb = how === APPEND ? 'APPEND' : 'SUBTRACT';
  return refuse(`Can't ${verb} to key ${name} because its type is not LIST.`);
}

function listOf(text: string): string[] {
  return text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}

function editList(
  current: readonly string[],
  items: readonly string[],
  how: typeof APPEND | typeof SUBTRACT,
): string[] {
  switch (how) {
    case APPEND:
      return [...current, ...items.filter((item) => !current.includes(item))];
    case SUBTRACT:
      return current.filter((item) => !items.includes(item));
    default:
      return unreachable(how);
  }
}
