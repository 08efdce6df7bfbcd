import { Command } from 'commander';
import { DiagnosticError } from '../src/base/errors.ts';
import type { Admin, TopicPartition } from '../src/client/index.ts';
import { type ConnectionOptions, withConnection } from './connection.ts';
import { withOptionRules } from './option-rules.ts';
import { wholeNumber } from './option-values.ts';
import { writeOut } from './standard-streams.ts';
import { withAdmin } from './with-admin.ts';

interface ElectOptions extends ConnectionOptions {
  readonly partition?: number;
  readonly unclean?: boolean;
  readonly force?: boolean;
}

/** `millrace topic elect`: who leads the partitions of a topic. */
export function topicElectCommand(): Command {
  const elect = withConnection(new Command('elect').argument('<name>'))
    .description('let the first replica of each partition lead, or any replica where nobody leads')
    .option('-p, --partition <n>', 'this partition only', wholeNumber)
    .option(
      '--unclean',
      'where no replica that leads or is in sync is left: any that lives, with what it has',
    )
    .option('--force', 'with --unclean: also though records may be lost')
    .action((name: string, options: ElectOptions) =>
      withAdmin(options, (admin) => electLeaders(admin, name, options), [name]),
    );
  return withOptionRules(elect, {
    '--partition': {},
    '--unclean': {},
    '--force': {
      needs: { oneOf: ['--unclean'], hint: 'an election among replicas that are in sync loses nothing' },
    },
  });
}

async function electLeaders(admin: Admin, name: string, options: ElectOptions): Promise<void> {
  const { partition, unclean = false, force = false } = options;
  const described = (await admin.describeTopics([name])).flatMap((topic) => topic.partitions);
  const wanted: readonly TopicPartition[] =
    partition === undefined
      ? described.map((each) => ({ topic: name, partition: each.partition }))
      : [{ topic: name, partition }];
  if (unclean && !force) {
    const isWanted = new Set(wanted.map((each) => each.partition));
    const leaderless = described.filter((each) => each.leader < 0 && isWanted.has(each.partition));
    if (leaderless.length > 0) throw priceOfUncleanElection(leaderless);
  }
  const elected = await admin.electLeaders(unclean ? 'unclean' : 'preferred', wanted);
  for (const each of elected) writeOut(`${name}-${each.partition} has another leader\n`);
  if (elected.length === 0) writeOut(`no partition of ${name} needs an election\n`);
}

function priceOfUncleanElection(leaderless: readonly TopicPartition[]): DiagnosticError {
  return new DiagnosticError({
    message: `nobody leads ${leaderless.map((each) => `${each.topic}-${each.partition}`).join(', ')}, and no replica that is here is known to have all records`,
    detail: "what the new leader does not have is lost; the controller's log names the brokers that have all",
    hint: 'start or mend one of those; where none comes back, say it with --force',
  });
}
