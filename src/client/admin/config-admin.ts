import { describeConfigs } from '../../protocol/messages/32-describe-configs.ts';
import { incrementalAlterConfigs } from '../../protocol/messages/44-incremental-alter-configs.ts';
import type { Call } from '../connection/broker-channel.ts';
import type { Cluster } from '../cluster/cluster.ts';
import type {
  ConfigAlteration,
  ConfigDescription,
  ConfigEntry,
  ConfigResource,
  ConfigResourceType,
} from '../types.ts';
import { checkOutcomes } from './admin-error.ts';

/** ConfigResource.Type of the Java client. */
const RESOURCE_TYPES = {
  topic: 2,
  broker: 4,
  'broker-logger': 8,
  'client-metrics': 16,
  group: 32,
} satisfies Record<ConfigResourceType, number>;

/** AlterConfigOp.OpType. */
const OPERATIONS = { set: 0, delete: 1, append: 2, subtract: 3 } satisfies Record<
  ConfigAlteration['op'],
  number
>;

/** DescribeConfigs tells what settings mean from here on (KIP-569). */
const DOCUMENTATION_FROM = 3;

/** DescribeConfigs' source of a value that nobody has set. */
const DEFAULT_SOURCE = 5;

export async function describeConfigsOn(
  cluster: Cluster,
  resources: readonly ConfigResource[],
  options: { readonly timeoutMs: number; readonly includeDocumentation: boolean },
): Promise<readonly ConfigDescription[]> {
  const { timeoutMs, includeDocumentation } = options;
  const answers = await Promise.all(
    Array.from(byNode(resources), ([nodeId, items]) =>
      cluster.retry('describing configs', timeoutMs, async () => {
        const response = await sendTo(cluster, nodeId, {
          api: describeConfigs,
          body: (version) => ({
            resources: items.map(({ type, name }) => ({
              resourceType: RESOURCE_TYPES[type],
              resourceName: name,
              configurationKeys: null,
            })),
            ...(version >= DOCUMENTATION_FROM ? { includeDocumentation } : {}),
          }),
        });
        checkOutcomes(
          response.results.map(({ resourceType, resourceName, errorCode, errorMessage }) => ({
            subject: `${typeName(resourceType)} ${resourceName}`,
            errorCode,
            errorMessage,
          })),
        );
        return response.results;
      }),
    ),
  );
  return answers.flat().map(
    ({ resourceType, resourceName, configs }): ConfigDescription => ({
      type: typeName(resourceType),
      name: resourceName,
      entries: configs.map(
        (entry): ConfigEntry => ({
          name: entry.name,
          value: entry.value,
          readOnly: entry.readOnly,
          sensitive: entry.isSensitive,
          source: entry.configSource,
          isDefault: entry.configSource === DEFAULT_SOURCE,
          documentation: entry.documentation,
        }),
      ),
    }),
  );
}

export async function incrementalAlterConfigsOn(
  cluster: Cluster,
  changes: readonly (ConfigResource & { readonly alterations: readonly ConfigAlteration[] })[],
  options: { readonly validateOnly: boolean; readonly timeoutMs: number },
): Promise<void> {
  await Promise.all(
    Array.from(byNode(changes), ([nodeId, items]) =>
      cluster.retry('altering configs', options.timeoutMs, async (_remainingMs, signal) => {
        const response = await sendTo(
          cluster,
          nodeId,
          {
            api: incrementalAlterConfigs,
            body: {
              resources: items.map(({ type, name, alterations }) => ({
                resourceType: RESOURCE_TYPES[type],
                resourceName: name,
                configs: alterations.map(({ name: key, op, value }) => ({
                  name: key,
                  configOperation: OPERATIONS[op],
                  value: value ?? null,
                })),
              })),
              validateOnly: options.validateOnly,
            },
          },
          signal,
        );
        checkOutcomes(
          response.responses.map(({ resourceType, resourceName, errorCode, errorMessage }) => ({
            subject: `${typeName(resourceType)} ${resourceName}`,
            errorCode,
            errorMessage,
          })),
        );
      }),
    ),
  );
}

/** A broker's own configs are asked for at that broker (null: any broker will do). */
function byNode<R extends ConfigResource>(resources: readonly R[]): ReadonlyMap<number | null, readonly R[]> {
  const groups = new Map<number | null, R[]>();
  for (const resource of resources) {
    const ofBroker =
      (resource.type === 'broker' || resource.type === 'broker-logger') && resource.name !== '';
    const nodeId = ofBroker ? Number(resource.name) : null;
    const group = groups.get(nodeId);
    if (group === undefined) groups.set(nodeId, [resource]);
    else group.push(resource);
  }
  return groups;
}

async function sendTo<In, Out>(
  cluster: Cluster,
  nodeId: number | null,
  call: Call<In, Out>,
  signal?: AbortSignal,
): Promise<Out> {
  if (nodeId === null) return cluster.sendToAny(call, signal);
  if (cluster.metadata.node(nodeId) === undefined) await cluster.refresh();
  signal?.throwIfAborted();
  return cluster.send(nodeId, 'admin', call);
}

function typeName(resourceType: number): ConfigResourceType {
  for (const [name, code] of Object.entries(RESOURCE_TYPES)) {
    if (code === resourceType) return name as ConfigResourceType;
  }
  return 'topic';
}
