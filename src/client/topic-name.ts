import { isTopicName, NAME_LENGTH_MAX } from '../base/argument-checks.ts';
import { OperationalError } from '../base/errors.ts';
import { ErrorCode, errorOf } from '../protocol/error-codes.ts';

/** What every broker would answer to a name that no topic can have, told early and with the rule; undefined for a good name. */
export function topicNameError(name: string): OperationalError | undefined {
  if (isTopicName(name)) return undefined;
  const shown = name.length > NAME_LENGTH_MAX ? `${name.slice(0, 40)}...` : name;
  return new OperationalError(
    errorOf(ErrorCode.INVALID_TOPIC_EXCEPTION).name,
    `invalid topic name ${JSON.stringify(shown)}: it needs 1 to ${NAME_LENGTH_MAX} of the characters a-z, A-Z, 0-9, ".", "_" and "-"`,
    { retriable: false },
  );
}
