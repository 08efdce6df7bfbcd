import path from 'node:path';
import { Command } from 'commander';
import { askCluster, type ControlAction } from './cluster/control.ts';
import { replicationOf, replicationText } from './cluster/in-sync.ts';
import { withOptionRules } from './option-rules.ts';
import { printRows } from './output.ts';
import { wholeNumber } from './option-values.ts';
import { writeError, writeOut } from './standard-streams.ts';

interface ClusterCommandOptions {
  readonly data: string;
  readonly json?: boolean;
  readonly force?: boolean;
}

/** What follows the name of each, and what it does. */
const ACTIONS = {
  status: { operand: '', description: 'how the brokers are, and whether all replicas are in sync' },
  stop: {
    operand: ' <broker>',
    description: 'stop one broker in order; it stays stopped until it is started',
  },
  start: {
    operand: ' [broker]',
    description:
      'start a broker that was stopped, or all that were; status 3 where it waits for a majority of the quorum',
  },
  restart: {
    operand: ' <broker>',
    description: 'stop a broker and start it again; status 3 as with start',
  },
} as const satisfies Record<ControlAction, { readonly operand: string; readonly description: string }>;

const TAKES_DOWN: readonly ControlAction[] = ['stop', 'restart'];
const STARTS: readonly ControlAction[] = ['start', 'restart'];
/** What was asked for was done, and nothing is served yet: a script is to tell that from success and from an error. */
const NO_MAJORITY_STATUS = 3;

/** `millrace cluster`: the brokers that `millrace start --cluster` runs, one by one. */
export function clusterCommand(): Command {
  const command = new Command('cluster').description('brokers of millrace start --cluster, one by one');
  addAction(command, 'status').action((options: ClusterCommandOptions) => ask('status', undefined, options));
  for (const action of ['stop', 'start', 'restart'] as const) {
    addAction(command, action).action((id: string | undefined, options: ClusterCommandOptions) =>
      ask(action, id === undefined ? undefined : wholeNumber(id), options),
    );
  }
  return command;
}

function addAction(command: Command, action: ControlAction): Command {
  const { operand, description } = ACTIONS[action];
  const sub = command.command(`${action}${operand}`).description(description);
  sub.option('-d, --data <folder>', 'data folder of the cluster', 'millrace-data');
  sub.option('--json', 'one JSON object a line');
  withOptionRules(sub, { '--data': {}, '--json': {} });
  if (!TAKES_DOWN.includes(action)) return sub;
  sub.option('--force', 'also where it takes the majority of the quorum down');
  return withOptionRules(sub, { '--force': {} });
}

async function ask(
  action: ControlAction,
  broker: number | undefined,
  options: ClusterCommandOptions,
): Promise<void> {
  const { json = false, force = false } = options;
  const { brokers, notes } = await askCluster(path.resolve(options.data), {
    action,
    ...(broker === undefined ? {} : { broker }),
    ...(force ? { force } : {}),
  });
  // Without a majority no broker knows.
  const replication = notes.length > 0 || action !== 'status' ? undefined : await replicationOf(brokers);
  printRows(
    brokers.map((row) => ({
      ...row,
      ...(action === 'status' ? { outOfSync: replication?.byBroker.get(row.broker) ?? null } : {}),
    })),
    {
      header: [
        'broker',
        'state',
        'process',
        'kafka',
        'restarts',
        ...(action === 'status' ? ['out of sync'] : []),
      ],
      json,
    },
  );
  if (action === 'status' && !json) writeOut(`${replicationText(replication)}\n`);
  for (const note of notes) writeError(`${note}\n`);
  if (notes.length > 0 && STARTS.includes(action)) process.exitCode = NO_MAJORITY_STATUS;
}
