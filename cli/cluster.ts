import path from 'node:path';
import { Command } from 'commander';
import { askCluster, type ControlAction } from './cluster/control.ts';
import { withOptionRules } from './option-rules.ts';
import { printRows } from './output.ts';
import { wholeNumber } from './option-values.ts';

interface ClusterCommandOptions {
  readonly data: string;
  readonly json?: boolean;
}

const ACTIONS: readonly ControlAction[] = ['status', 'stop', 'start', 'restart'];

const DESCRIPTIONS = {
  status: 'how the brokers are',
  stop: 'stop one broker in order; it stays stopped until it is started',
  start: 'start a broker that was stopped',
  restart: 'stop a broker and start it again',
} as const satisfies Record<ControlAction, string>;

/** `millrace cluster`: the brokers that `millrace start --cluster` runs, one by one. */
export function clusterCommand(): Command {
  const command = new Command('cluster').description('brokers of millrace start --cluster, one by one');
  for (const action of ACTIONS) {
    const sub = command
      .command(action === 'status' ? action : `${action} <broker>`)
      .description(DESCRIPTIONS[action]);
    sub.option('-d, --data <folder>', 'data folder of the cluster', 'millrace-data');
    sub.option('--json', 'one JSON object a line');
    withOptionRules(sub, { '--data': {}, '--json': {} });
    if (action === 'status') sub.action((options: ClusterCommandOptions) => ask(action, undefined, options));
    else sub.action((id: string, options: ClusterCommandOptions) => ask(action, wholeNumber(id), options));
  }
  return command;
}

async function ask(
  action: ControlAction,
  broker: number | undefined,
  options: ClusterCommandOptions,
): Promise<void> {
  const request = broker === undefined ? { action } : { action, broker };
  const brokers = await askCluster(path.resolve(options.data), request);
  printRows(
    brokers.map((row) => ({ ...row })),
    {
      header: ['broker', 'state', 'process', 'kafka', 'restarts'],
      ...(options.json === true ? { json: true } : {}),
    },
  );
}
