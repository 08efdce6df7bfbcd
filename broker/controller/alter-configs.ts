import { ErrorCode } from '../../src/protocol/error-codes.ts';
import { alterConfigs as legacyApi } from '../../src/protocol/messages/33-alter-configs.ts';
import { incrementalAlterConfigs as api } from '../../src/protocol/messages/44-incremental-alter-configs.ts';
import { checkDynamicConfigs } from '../config/dynamic-configs.ts';
import { ConfigResourceType, configsOf } from '../metadata/metadata-image.ts';
import type { MetadataRecord } from '../metadata/metadata-record.ts';
import { checkTopicConfigs } from '../config/topic-configs.ts';
import { editedConfigs, type Overrides, replacedConfigs, type Target } from './config-edits.ts';
import { type ControllerState, type Failure, failed, operation } from './operation.ts';
import { checkTopicName } from './topic-name.ts';

interface Resource {
  readonly resourceType: number;
  readonly resourceName: string;
  readonly configs: readonly { readonly name: string }[];
}

type Outcome = { readonly records: readonly MetadataRecord[] } | { readonly failure: Failure };

/** IncrementalAlterConfigs (key 44, KIP-339): sets, deletes, or edits lists, config by config. */
export const incrementalAlterConfigs = operation({
  api,
  decide(state, request) {
    return alterAll(state, request, (resource) => {
      return editedConfigs(resource, configsOf(state.image, resource.resourceType, resource.resourceName));
    });
  },
  failure: (request, error) => ({ responses: request.resources.map((resource) => answer(resource, error)) }),
});

/** AlterConfigs (key 33, deprecated): replaces all of a resource's overrides. */
export const alterConfigs = operation({
  api: legacyApi,
  decide(state, request) {
    return alterAll(state, request, replacedConfigs);
  },
  failure: (request, error) => ({ responses: request.resources.map((resource) => answer(resource, error)) }),
});

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
