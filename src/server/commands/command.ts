import { mustStop } from '../../base/assert.ts';
import { messageOf, OperationalError } from '../../base/errors.ts';
import { readPlan } from '../../sql/statements/plan-versions.ts';
import type { RecordedStatement, StatementPlan } from '../../sql/index.ts';

/** Version 2: a plan that another command got ahead of is not carried out, see CommandOrder. */
const COMMAND_VERSION = 2;

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
  /** Why this release cannot read its plan: the command is whole, and is not carried out. */
  readonly obstacle?: string;
}

export function encodeCommand(command: NewCommand): {
  readonly key: Buffer;
  readonly value: Buffer;
} {
  const { id, ...rest } = command;
  return {
    key: Buffer.from(JSON.stringify(id)),
    value: Buffer.from(JSON.stringify({ version: COMMAND_VERSION, ...rest })),
  };
}

/**
 * Reads a record of the command topic. A plan that cannot be read is an obstacle to this one statement.
 * @throws {OperationalError} `COMMAND_UNREADABLE` where a newer version wrote it, or where it is no command at all:
 *   going on without it would be another service than the one that was recorded.
 */
export function decodeCommand(key: Buffer | null, value: Buffer | null): Omit<RecordedCommand, 'offset'> {
  try {
    const { version, ...rest } = JSON.parse(String(value)) as Omit<Command, 'id'>;
    if (version > COMMAND_VERSION)
      throw unreadable(`it has version ${version}, and this server knows ${COMMAND_VERSION}`);
    if (typeof rest.statementText !== 'string') throw unreadable('it holds no statement');
    const { plan, obstacle } = planOf(rest.plan);
    const command = { ...rest, version, plan, id: String(JSON.parse(String(key))) };
    return { command, ...(obstacle === undefined ? {} : { obstacle }) };
  } catch (error) {
    if (error instanceof OperationalError || mustStop(error)) throw error;
    throw unreadable(messageOf(error));
  }
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
export function recordedStatement({ command }: RecordedCommand): RecordedStatement | undefined {
  const { plan, control, properties } = command;
  if (control !== null) return { kind: 'control', ...control };
  return plan === null ? undefined : { kind: 'plan', plan, session: { properties, variables: new Map() } };
}
