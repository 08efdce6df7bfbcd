import { Map as ImmutableMap } from 'immutable';
import { ErrorCode } from '../../src/protocol/error-codes.ts';
import { checkCleanerChange } from '../config/cleaner-settings.ts';
import { checkDynamicConfigs } from '../config/dynamic-configs.ts';
import type { Overrides, Target } from '../controller/config-edits.ts';
import { type Failure, failed } from '../controller/operation.ts';
import { configKey, ConfigResourceType, configsOf, type MetadataImage } from '../metadata/metadata-image.ts';
import type { BrokerServices } from './broker-services.ts';

interface Resource {
  readonly resourceType: number;
  readonly resourceName: string;
}

interface Answer extends Resource {
  readonly errorCode: number;
  readonly errorMessage: string | null;
}

/**
 * Takes the settings of brokers out of a request that this broker refuses, as Kafka does before it passes the rest on: those of
 * another broker, whose static configuration only that one knows, and what the parts of this one would not run with.
 * @param targetOf what a resource would have set.
 * @returns what is left for the controller, and how its answers become those of the whole request.
 */
export function refuseConfigs<R extends Resource, Q extends { readonly resources: readonly R[] }>(
  services: Pick<BrokerServices, 'image' | 'config' | 'nodeId'>,
  request: Q & { readonly resources: readonly R[] },
  targetOf: (resource: R, current: Overrides) => Target,
): {
  readonly passed: Q & { readonly resources: R[] };
  readonly completed: <S extends { readonly responses: readonly Answer[] }>(
    response: S,
  ) => Omit<S, 'responses'> & { readonly responses: Answer[] };
} {
  const { resources } = request;
  const counts = new Map<string, number>();
  const keyOf = ({ resourceType, resourceName }: Resource): string => configKey(resourceType, resourceName);
  for (const resource of resources) counts.set(keyOf(resource), (counts.get(keyOf(resource)) ?? 0) + 1);
  const failures = resources.map((resource) =>
    // What is named twice the controller refuses.
    counts.get(keyOf(resource)) === 1 ? whyRefused(services, resource, targetOf) : undefined,
  );
  return {
    passed: { ...request, resources: resources.filter((_, index) => failures[index] === undefined) },
    completed: (response) => {
      const rest = response.responses.values();
      const responses = resources.flatMap(({ resourceType, resourceName }, index): readonly Answer[] => {
        const failure = failures[index];
        if (failure !== undefined) return [{ ...failure, resourceType, resourceName }];
        const next = rest.next();
        return next.done === true ? [] : [next.value];
      });
      return { ...response, responses };
    },
  };
}

function whyRefused<R extends Resource>(
  { image, config, nodeId }: Pick<BrokerServices, 'image' | 'config' | 'nodeId'>,
  resource: R,
  targetOf: (resource: R, current: Overrides) => Target,
): Failure | undefined {
  const { resourceType, resourceName } = resource;
  if (resourceType !== ConfigResourceType.BROKER || !/^\d*$/.test(resourceName)) return undefined;
  if (resourceName !== '' && Number(resourceName) !== nodeId) {
    return failed(
      ErrorCode.INVALID_REQUEST,
      `Unexpected broker id, expected ${nodeId}, but received ${resourceName}`,
    );
  }
  const current = configsOf(image, resourceType, resourceName);
  const outcome = targetOf(resource, current);
  // What is wrong with a value alone, or with the edit, the controller says.
  if ('failure' in outcome || checkDynamicConfigs(outcome.target) !== undefined) return undefined;
  const problem = checkCleanerChange(
    { image, config, nodeId },
    { image: withConfigs(image, resource, outcome.target), config, nodeId },
  );
  return problem === undefined ? undefined : failed(ErrorCode.INVALID_REQUEST, problem);
}

function withConfigs(
  image: MetadataImage,
  { resourceType, resourceName }: Resource,
  target: Overrides,
): MetadataImage {
  const key = configKey(resourceType, resourceName);
  return { ...image, configs: image.configs.set(key, ImmutableMap(target)) };
}
