import { unreachable } from '../../src/base/assert.ts';
import { ErrorCode } from '../../src/protocol/error-codes.ts';
import { alterConfigs as legacyApi } from '../../src/protocol/messages/33-alter-configs.ts';
import { incrementalAlterConfigs as api } from '../../src/protocol/messages/44-incremental-alter-configs.ts';
import { checkDynamicConfigs, listDefault } from '../config/dynamic-configs.ts';
import { ConfigResourceType, configsOf } from '../metadata/metadata-image.ts';
import type { MetadataRecord } from '../metadata/metadata-record.ts';
import { checkTopicConfigs, topicConfigs } from '../config/topic-configs.ts';
import { type ControllerState, type Failure, failed, operation } from './operation.ts';
import { checkTopicName } from './topic-name.ts';

/** `AlterConfigOp.OpType`. */
const SET = 0;
const DELETE = 1;
const APPEND = 2;
const SUBTRACT = 3;

interface Resource {
  readonly resourceType: number;
  readonly resourceName: string;
  readonly configs: readonly { readonly name: string }[];
}

type Overrides = ReadonlyMap<string, string>;
type Outcome = { readonly records: readonly MetadataRecord[] } | { readonly failure: Failure };

/** IncrementalAlterConfigs (key 44, KIP-339): sets, deletes, or edits lists, config by config. */
export const incrementalAlterConfigs = operation({
  api,
  decide(state, request) {
    return alterAll(state, request, (resource) => {
      const current = configsOf(state.image, resource.resourceType, resource.resourceName);
      return edit(resource, new Map(current), resource.configs);
    });
  },
  failure: (request, error) => ({ responses: request.resources.map((resource) => answer(resource, error)) }),
});

/** AlterConfigs (key 33, deprecated): replaces all of a resource's overrides. */
export const alterConfigs = operation({
  api: legacyApi,
  decide(state, request) {
    return alterAll(state, request, (resource) => {
      const missing = resource.configs.find((config) => config.value === null);
      if (missing !== undefined) {
        return {
          failure: failed(ErrorCode.INVALID_REQUEST, `Null value not supported for : ${missing.name}`),
        };
      }
      return { target: new Map(resource.configs.map(({ name, value }) => [name, value ?? ''])) };
    });
  },
  failure: (request, error) => ({ responses: request.resources.map((resource) => answer(resource, error)) }),
});

type Target = { readonly target: Overrides } | { readonly failure: Failure };

function alterAll<R extends Resource>(
  state: ControllerState,
  request: { readonly resources: readonly R[]; readonly validateOnly: boolean },
  targetOf: (resource: R) => Target,
) {
  const records: MetadataRecord[] = [];
  const keys = request.resources.map((r) => `${r.resourceType}:${r.resourceName}`);
  const responses = request.resources.map((resource, index) => {
    const isDuplicate = keys.indexOf(keys[index] ?? '') !== keys.lastIndexOf(keys[index] ?? '');
    const outcome = isDuplicate
      ? { failure: failed(ErrorCode.INVALID_REQUEST, 'Each resource must appear at most once.') }
      : alterOne(state, resource, () => targetOf(resource));
    if ('failure' in outcome) return answer(resource, outcome.failure);
    if (!request.validateOnly) records.push(...outcome.records);
    return answer(resource, { errorCode: ErrorCode.NONE, errorMessage: null });
  });
  return { records, response: { responses } };
}

function alterOne(state: ControllerState, resource: Resource, targetOf: () => Target): Outcome {
  const outcome = targetOf();
  if ('failure' in outcome) return outcome;
  // As in Kafka: what a setting is does not depend on whether there is such a topic or broker.
  const problem =
    checkName(resource) ?? checkTarget(state, resource, outcome.target) ?? checkExists(state, resource);
  if (problem !== undefined) return { failure: problem };
  return { records: difference(state, resource, outcome.target) };
}

function checkName({ resourceType, resourceName }: Resource): Failure | undefined {
  switch (resourceType) {
    case ConfigResourceType.TOPIC: {
      if (resourceName === '') {
        return failed(ErrorCode.INVALID_REQUEST, 'Default topic resources are not allowed.');
      }
      const problem = checkTopicName(resourceName);
      return problem === undefined ? undefined : failed(ErrorCode.INVALID_TOPIC_EXCEPTION, problem);
    }
    case ConfigResourceType.BROKER:
      return /^\d*$/.test(resourceName)
        ? undefined
        : failed(ErrorCode.INVALID_REQUEST, `Node id must be an integer, but it is: ${resourceName}`);
    default:
      return failed(ErrorCode.INVALID_REQUEST, `Unknown resource type ${resourceType}`);
  }
}

function checkExists(
  { image }: ControllerState,
  { resourceType, resourceName }: Resource,
): Failure | undefined {
  if (resourceType === ConfigResourceType.TOPIC) {
    return image.topicsByName.has(resourceName)
      ? undefined
      : failed(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, `The topic '${resourceName}' does not exist.`);
  }
  if (resourceName === '' || image.brokers.has(Number(resourceName))) return undefined;
  return failed(ErrorCode.BROKER_ID_NOT_REGISTERED, `No node with id ${resourceName} found.`);
}

function checkTarget(state: ControllerState, resource: Resource, target: Overrides): Failure | undefined {
  const { resourceType, resourceName } = resource;
  if (resourceType === ConfigResourceType.TOPIC) {
    const problem = checkTopicConfigs(target);
    return problem === undefined ? undefined : failed(ErrorCode.INVALID_CONFIG, problem);
  }
  const current = configsOf(state.image, resourceType, resourceName);
  const changed = new Map([...target].filter(([name, value]) => current.get(name) !== value));
  const problem = checkDynamicConfigs(changed);
  // Kafka's answer, too (KAFKA-13609): INVALID_CONFIG would say it better.
  if (problem !== undefined) return failed(ErrorCode.INVALID_REQUEST, problem);
  return state.settings.eligibleLeaderReplicas ? checkMinIsr(resource, current, target) : undefined;
}

/**
 * Who is an eligible leader follows from one `min.insync.replicas` for all brokers (KIP-966). As in Kafka what is asked for counts,
 * also where it would change nothing.
 */
function checkMinIsr(
  { resourceName, configs }: Resource,
  current: Overrides,
  target: Overrides,
): Failure | undefined {
  const name = 'min.insync.replicas';
  const isNamed = configs.some((config) => config.name === name);
  if (!isNamed && current.get(name) === target.get(name)) return undefined;
  if (resourceName !== '') {
    const message = 'Broker-level min.insync.replicas cannot be altered while ELR is enabled.';
    return failed(ErrorCode.INVALID_CONFIG, message);
  }
  if (target.has(name)) return undefined;
  const message = 'Cluster-level min.insync.replicas cannot be removed while ELR is enabled.';
  return failed(ErrorCode.INVALID_CONFIG, message);
}

function edit(
  resource: Resource,
  target: Map<string, string>,
  configs: readonly {
    readonly name: string;
    readonly configOperation: number;
    readonly value: string | null;
  }[],
): Target {
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
  { resourceType }: Resource,
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

/**
 * The records from the present overrides to the target. With another min.insync.replicas the high watermark has moved
 * by another rule: eligible replicas are not known to have all, and are forgotten (KIP-966).
 */
function difference(state: ControllerState, resource: Resource, target: Overrides): MetadataRecord[] {
  const { resourceType, resourceName } = resource;
  const current = configsOf(state.image, resourceType, resourceName);
  const records: MetadataRecord[] = [];
  const change = (name: string, value: string | null): void => {
    records.push({ type: 'ConfigRecord', data: { resourceType, resourceName, name, value } });
    if (name === 'min.insync.replicas' && state.settings.eligibleLeaderReplicas) {
      const topicName = resourceType === ConfigResourceType.TOPIC ? resourceName : '';
      records.push({ type: 'ClearElrRecord', data: { topicName } });
    }
  };
  for (const name of current.keys()) if (!target.has(name)) change(name, null);
  for (const [name, value] of target) if (current.get(name) !== value) change(name, value);
  return records;
}

function answer(
  { resourceType, resourceName }: Omit<Resource, 'configs'>,
  { errorCode, errorMessage }: Failure,
) {
  return { errorCode, errorMessage, resourceType, resourceName };
}
