import { Command } from 'commander';
import { OperationalError } from '../src/base/errors.ts';
import type { Admin, GroupDescription, TopicPartition } from '../src/client/index.ts';
import { type ConnectionOptions, withConnection } from './connection.ts';
import { withOptionRules } from './option-rules.ts';
import { printObject, printRows } from './output.ts';
import { offsetsAt, startPlace } from './start-place.ts';
import { shownInteger } from './wide-integer.ts';
import { withAdmin } from './with-admin.ts';
import { writeError, writeOut } from './standard-streams.ts';

interface OutputOptions extends ConnectionOptions {
  readonly json?: boolean;
}

interface ResetOptions extends ConnectionOptions {
  readonly topic: string;
  readonly to: string;
}

/** `millrace group`: list, describe, reset and delete consumer groups. */
export function groupCommand(): Command {
  const group = new Command('group').description('list, describe, reset and delete consumer groups');

  const list = withConnection(group.command('list'))
    .description('list the consumer groups')
    .option('--json', 'one JSON object a line')
    .action(async (options: OutputOptions) =>
      withAdmin(options, async (admin) => {
        const groups = await admin.listGroups();
        const rows = groups.map(({ groupId, state, protocolType }) => ({ groupId, state, protocolType }));
        printRows(rows, { header: ['Group', 'State', 'Protocol'], json: options.json === true });
      }),
    );

  withOptionRules(list, { '--json': {} });

  const description = withConnection(group.command('describe <group>'))
    .description('show state, members and total lag, and offsets and lag of each partition')
    .option('--json', 'one JSON object')
    .action(async (groupId: string, options: OutputOptions) =>
      withAdmin(options, async (admin) => {
        const { group: description, rows } = await describe(admin, groupId);
        const members = memberRows(description);
        if (options.json === true) {
          printObject({ ...groupRow(description, rows), members, partitions: rows });
          return;
        }
        printRows([groupRow(description, rows)], {
          header: ['Group', 'State', 'Assignor', 'Members', 'Total lag', 'Coordinator'],
        });
        if (members.length > 0)
          printRows(members, { header: ['Member', 'Instance', 'Client', 'Host', 'Partitions'] });
        if (rows.length > 0) {
          printRows(rows, {
            header: ['Topic', 'Partition', 'Committed', 'End', 'Lag', 'Member', 'Client'],
          });
        }
      }),
    );

  withOptionRules(description, { '--json': {} });

  const reset = withConnection(group.command('reset <group>'))
    .description("move a group's committed offsets; the group must have no active members")
    .requiredOption('-t, --topic <name>', 'topic')
    .requiredOption('--to <place>', 'earliest, latest, an offset, or a time such as 2026-01-31T00:00:00Z')
    .action(async (groupId: string, options: ResetOptions) =>
      withAdmin(options, async (admin) => {
        const [topic] = await admin.describeTopics([options.topic]);
        const place = startPlace(options.to);
        const offsets = await withinLog(admin, await offsetsAt(admin, topic?.partitions ?? [], place));
        await admin.alterConsumerGroupOffsets(groupId, offsets);
        for (const { topic: name, partition, offset } of offsets)
          writeOut(`${name}-${partition} ${offset}\n`);
      }),
    );

  withOptionRules(reset, { '--topic': {}, '--to': {} });

  withConnection(group.command('delete <group...>'))
    .description('delete groups and their committed offsets')
    .action(async (groups: readonly string[], options: ConnectionOptions) =>
      withAdmin(options, async (admin) => {
        await admin.deleteGroups(groups);
        for (const name of groups) writeOut(`deleted group ${name}\n`);
      }),
    );
  return group;
}

type PlacedOffset = TopicPartition & { readonly offset: number };

/** Offsets that a consumer can begin at, as Kafka's tool resets them: one beyond an end is that end, and it is said. */
async function withinLog(admin: Admin, wanted: readonly PlacedOffset[]): Promise<readonly PlacedOffset[]> {
  const list = (spec: 'earliest' | 'latest') =>
    admin.listOffsets(wanted.map(({ topic, partition }) => ({ topic, partition, spec })));
  const [starts, ends] = await Promise.all([list('earliest'), list('latest')]);
  return wanted.map(({ topic, partition, offset }, i) => {
    const within = Math.min(Math.max(offset, starts[i]?.offset ?? 0), ends[i]?.offset ?? offset);
    if (within !== offset) {
      const end = within < offset ? 'ends' : 'begins';
      writeError(`${topic}-${partition} ${end} at ${within}: there is no offset ${offset}\n`);
    }
    return { topic, partition, offset: within };
  });
}

async function describe(admin: Admin, groupId: string) {
  const [described] = await admin.describeGroups([groupId]);
  const committed = await admin.listConsumerGroupOffsets(groupId);
  // Brokers describe a group that they do not know as dead.
  if (described === undefined || (described.state === 'Dead' && committed.length === 0))
    throw new OperationalError('GROUP_ID_NOT_FOUND', `there is no group ${groupId}`, { retriable: false });
  const { members } = described;
  const owned = members.flatMap((m) => m.assignment.map((p) => ({ ...p, member: m })));
  const isSame = (a: TopicPartition, b: TopicPartition): boolean =>
    a.topic === b.topic && a.partition === b.partition;
  const partitions = [...committed, ...owned.filter((p) => !committed.some((c) => isSame(c, p)))];
  const ends = await admin.listOffsets(partitions.map((p) => ({ ...p, spec: 'latest' as const })));
  const rows = partitions
    .map((p, i) => {
      const offset = committed.find((c) => isSame(c, p))?.offset ?? null;
      const end = ends[i]?.offset ?? -1;
      const member = owned.find((o) => isSame(o, p))?.member;
      return {
        topic: p.topic,
        partition: p.partition,
        committed: offset === null ? null : shownInteger(offset),
        end,
        // An offset that no log reaches is behind nothing.
        lag: offset === null || !Number.isSafeInteger(offset) ? null : end - offset,
        member: member?.memberId ?? null,
        client: member?.clientId ?? null,
      };
    })
    .toSorted((a, b) => (a.topic === b.topic ? a.partition - b.partition : a.topic < b.topic ? -1 : 1));
  return { group: described, rows };
}

/** The group as a whole. */
function groupRow(group: GroupDescription, rows: readonly { readonly lag: number | null }[]) {
  const { groupId, state, protocol, members, coordinator } = group;
  const totalLag = rows.reduce((sum, row) => sum + (row.lag ?? 0), 0);
  const assignor = protocol || null;
  return { groupId, state, assignor, members: members.length, totalLag, coordinator: coordinator.id };
}

const memberRows = ({ members }: GroupDescription) =>
  members.map(({ memberId, groupInstanceId, clientId, clientHost, assignment }) => ({
    memberId,
    groupInstanceId,
    clientId,
    clientHost,
    partitions: assignment.length,
  }));
