import type { Timers } from '../../base/environment.ts';
import { ArgumentError, messageOf, OperationalError } from '../../base/errors.ts';
import type { Logger } from '../../base/logger.ts';
import type { Admin, Producer } from '../../client/index.ts';
import { type CommandBytes, readBackup } from './backup-file.ts';
import { decodeCommand } from './command.ts';
import { findCommandTopic } from './find-command-topic.ts';

/** How often it is looked whether the deleted topic is gone. */
const GONE_CHECKS_MAX = 100;
const GONE_CHECK_MS = 100;

const COMMAND_TOPIC = '_command_topic';

/** The command topic of a service. */
export function commandTopicOf(serviceId: string): string {
  return `_confluent-ksql-${serviceId}${COMMAND_TOPIC}`;
}

/** What the names of groups and internal topics begin with, of the service that a command topic is of. */
export function prefixOfService(commandTopic: string): string {
  return commandTopic.slice(0, -COMMAND_TOPIC.length);
}

/** A backup that was read and checked. */
interface CheckedBackup {
  readonly commands: readonly CommandBytes[];
  /** Left out: lines, from 1, with the reason. */
  readonly skipped: readonly { readonly line: number; readonly reason: string }[];
}

interface BackupLimits {
  /** For messages. */
  readonly file: string;
  /** Leaves commands out that this release cannot read. */
  readonly skipIncompatible: boolean;
  /** Leaves the last line out where it is cut off. */
  readonly skipCut: boolean;
}

/**
 * Reads a backup of a command topic, ksqlDB's or one of Millrace, and checks that all of its commands can be read.
 * @throws {ArgumentError} for a file that is no backup, has no command, is cut off, or has a command that this release cannot read.
 */
export function checkedBackup(
  content: Buffer,
  { file, skipIncompatible, skipCut }: BackupLimits,
): CheckedBackup {
  const refuse = (reason: string): never => {
    throw new ArgumentError('file', { message: `${file} cannot be restored: ${reason}` });
  };
  let backup: ReturnType<typeof readBackup>;
  try {
    backup = readBackup(content);
  } catch (error) {
    return refuse(messageOf(error));
  }
  const commands: CommandBytes[] = [];
  const skipped: { line: number; reason: string }[] = [];
  for (const [index, command] of backup.commands.entries()) {
    const line = index + 1;
    try {
      decodeCommand(command.key, command.value);
      commands.push(command);
    } catch (error) {
      if (!(error instanceof OperationalError)) throw error;
      if (!skipIncompatible) refuse(`line ${line}: ${error.message}`);
      skipped.push({ line, reason: error.message });
    }
  }
  if (backup.cut !== undefined) {
    const { line } = backup.cut;
    if (!skipCut) refuse(`line ${line} is cut off`);
    skipped.push({ line, reason: 'it is cut off' });
  }
  if (commands.length === 0) refuse('there is no statement in it');
  return { commands, skipped };
}

/**
 * Deletes the command topic of a service, makes it anew and writes the commands into it. Servers of the service are to be
 * stopped before, and started afterwards.
 * @throws {OperationalError} where the cluster does not do it; what was written by then is in the topic.
 */
export async function restoreCommandTopic(
  commands: readonly CommandBytes[],
  parts: {
    readonly topic: string;
    readonly admin: Pick<Admin, 'listTopics' | 'createTopics' | 'deleteTopics'>;
    readonly producer: Pick<Producer, 'sendAndWait'>;
    readonly timers: Timers;
    readonly logger: Logger;
    readonly signal: AbortSignal;
  },
): Promise<void> {
  const { topic, admin, producer } = parts;
  if (await isThere(parts)) {
    await admin.deleteTopics([topic]);
    await untilGone(parts);
  }
  await findCommandTopic(parts);
  for (const { key, value } of commands) await producer.sendAndWait({ topic, partition: 0, key, value });
}

interface TopicPlace {
  readonly topic: string;
  readonly admin: Pick<Admin, 'listTopics'>;
}

async function isThere({ topic, admin }: TopicPlace): Promise<boolean> {
  return (await admin.listTopics({ includeInternal: true })).some(({ name }) => name === topic);
}

async function untilGone(
  place: TopicPlace & { readonly timers: Timers; readonly signal: AbortSignal },
): Promise<void> {
  for (let checks = 0; await isThere(place); checks++) {
    if (checks === GONE_CHECKS_MAX) {
      throw new OperationalError('TIMED_OUT', `the topic ${place.topic} was deleted, and is still there`, {
        retriable: true,
      });
    }
    await place.timers.sleep(GONE_CHECK_MS, place.signal);
  }
}
