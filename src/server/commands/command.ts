import { mustStop } from '../../base/assert.ts';
import { messageOf, OperationalError } from '../../base/errors.ts';
import { readPlan } from '../../sql/statements/plan-versions.ts';
import type { RecordedStatement, StatementPlan } from '../../sql/index.ts';
import type { RecordedText } from '../../sql/engine/replay-commands.ts';
import type { CommandBytes } from './backup-file.ts';
import { foreignCommandOf, isKsqldbCommand, ksqldbCommandOf, ownPartOf } from './ksqldb-command.ts';

/**
 * Version 2: a plan that another command got ahead of is not carried out, see CommandOrder. Version 3 has the fields of ksqlDB's
 * records (docs/decisions/0068-command-topic-of-ksqldb.md).
 */
const COMMAND_VERSION = 3;

/** Of a statement that ksqlDB has recorded: it was planned by who recorded it, and nothing gets ahead of it. */
const FOREIGN_VERSION = 0;

/** ksqlDB's text of the command that ends the service. */
export const TERMINATE_CLUSTER = 'TERMINATE CLUSTER;';

/** What is deleted with the service. */
export interface TerminateCluster {
  /** Names of topics, and patterns of Java's. */
  readonly deleteTopicList: readonly string[];
}

/** A statement that changed what the SQL service is, as it is recorded for ever. */
export interface Command {
  readonly version: number;
  /** What it acts on, ``stream/`X`/create``; the record's key. */
  readonly id: string;
  readonly statementText: string;
  /** Session properties that the statement was given. */
  readonly properties: Readonly<Record<string, string>>;
  /** What it does to the catalog and to queries, where it does; the plan's version is inside. */
  readonly plan: StatementPlan | null;
  /** TERMINATE, PAUSE and RESUME. Without an id they mean all queries. */
  readonly control: { readonly action: 'TERMINATE' | 'PAUSE' | 'RESUME'; readonly queryId?: string } | null;
  /** The end of the service; absent: it goes on. */
  readonly terminateCluster?: TerminateCluster;
  /** The offset in the command topic that follows what the plan was made for. */
  readonly plannedAtOffset: number;
}

/** A command that is about to be recorded, in the version of this release. */
export type NewCommand = Omit<Command, 'version'>;

/** A command and its place in the command topic. */
export interface RecordedCommand {
  readonly command: Command;
  readonly offset: number;
  /** Why this release cannot go on with it: the command is whole, and is not carried out. */
  readonly obstacle?: string;
  /** The record that it was read from, where a backup is kept. */
  readonly bytes?: CommandBytes;
  /** ksqlDB has recorded it: it is still to be planned. */
  readonly foreign?: { readonly queryId?: string };
}

export function encodeCommand(command: NewCommand): {
  readonly key: Buffer;
  readonly value: Buffer;
} {
  const { id, statementText, properties, ...rest } = command;
  const value = ksqldbCommandOf({ statementText, properties }, { version: COMMAND_VERSION, ...rest });
  return { key: Buffer.from(JSON.stringify(id)), value: Buffer.from(JSON.stringify(value)) };
}

/**
 * Reads a record of the command topic. A plan that cannot be read is an obstacle to this one statement.
 * @throws {OperationalError} `COMMAND_UNREADABLE` where a newer version wrote it, or where it is no command at all:
 *   going on without it would be another service than the one that was recorded.
 */
export function decodeCommand(key: Buffer | null, value: Buffer | null): Omit<RecordedCommand, 'offset'> {
  try {
    const id = String(JSON.parse(String(key)));
    const parsed: unknown = JSON.parse(String(value));
    const ksqldb = isKsqldbCommand(parsed) ? parsed : undefined;
    const own = ksqldb === undefined ? parsed : ownPartOf(ksqldb);
    if (ksqldb !== undefined && own === undefined) return foreign(id, foreignCommandOf(ksqldb));
    const written = { statementText: ksqldb?.statement, properties: ksqldb?.streamsProperties };
    const { version, ...rest } = { ...written, ...fieldsOf(own) } as Omit<Command, 'id'>;
    if (version > COMMAND_VERSION)
      throw unreadable(`it has version ${version}, and this server knows ${COMMAND_VERSION}`);
    if (typeof rest.statementText !== 'string') throw unreadable('it holds no statement');
    const { plan, obstacle } = planOf(rest.plan);
    const command = { ...rest, version, plan, id };
    return { command, ...(obstacle === undefined ? {} : { obstacle }) };
  } catch (error) {
    if (error instanceof OperationalError || mustStop(error)) throw error;
    throw unreadable(messageOf(error));
  }
}

function fieldsOf(value: unknown): object {
  return typeof value === 'object' && value !== null ? value : {};
}

function foreign(
  id: string,
  { queryId, ...written }: ReturnType<typeof foreignCommandOf>,
): Omit<RecordedCommand, 'offset'> {
  const command = { ...written, id, version: FOREIGN_VERSION, plan: null, control: null, plannedAtOffset: 0 };
  return { command, foreign: queryId === undefined ? {} : { queryId } };
}

function planOf(plan: StatementPlan | null): {
  readonly plan: StatementPlan | null;
  readonly obstacle?: string;
} {
  if (plan === null) return { plan };
  try {
    return { plan: readPlan(plan) };
  } catch (error) {
    return { plan: null, obstacle: messageOf(error) };
  }
}

function unreadable(why: string): OperationalError {
  return new OperationalError('COMMAND_UNREADABLE', `a command of the command topic cannot be read: ${why}`, {
    retriable: false,
  });
}

/** The command as the SQL engine takes it up when it starts; undefined where it cannot. */
export function recordedStatement({
  command,
  foreign,
  obstacle,
}: RecordedCommand): RecordedStatement | undefined {
  if (obstacle !== undefined) return undefined;
  const { plan, control, properties } = command;
  if (foreign !== undefined) return recordedText({ command, foreign });
  if (control !== null) return { kind: 'control', ...control };
  return plan === null ? undefined : { kind: 'plan', plan, session: { properties, variables: new Map() } };
}

/** A statement that ksqlDB has recorded, for the SQL engine to plan. */
export function recordedText({
  command: { statementText, properties },
  foreign,
}: Pick<RecordedCommand, 'command' | 'foreign'>): RecordedText {
  return { kind: 'text', text: statementText, session: { properties, variables: new Map() }, ...foreign };
}
