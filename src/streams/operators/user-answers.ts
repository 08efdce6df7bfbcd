/**
 * What functions of an application answer: records run one at a time and to the end, so a promise is nothing that an
 * operator could wait for. It would be taken for the value itself, and written as one. The checks cost some 10 ns a call
 * (docs/decisions/0004-record-executor.md).
 */
import { DiagnosticError } from '../../base/errors.ts';
import { isObject } from '../../base/argument-checks.ts';
import { showValue } from '../../base/show-value.ts';
import { isEventTime, wrongEventTime } from '../event-time.ts';

/** Where an application can wait instead, by where the function that did not is called. */
const WAYS_OUT = {
  record: 'wait in a processor: its `process` may be async, see KStream.process and processValues',
  arrival:
    'read the time from the record, or look it up in a processor, whose `process` may be async, and forward ' +
    '`record.withTimestamp(time)`',
  output:
    'look it up in a processor before `to`: its `process` may be async, and forward what it has found in the ' +
    'value or the headers, where this function finds it',
  serde: 'load what the serde needs before the application starts: each record is read and written at once',
  lifeCycle:
    'open what the processor needs before the application starts, and close it after the `close()` of the ' +
    'application; or open it on the first record: `process` may be async',
  handler:
    'a handler decides at once; what takes its time, such as keeping the record elsewhere, it may begin',
} as const;

type WayOut = keyof typeof WAYS_OUT;

/** Returns what a function has answered. `giver` names the function. @throws {DiagnosticError} for a promise. */
export function settled<T>(answer: T, giver: string, wayOut: WayOut = 'record'): T {
  if (typeof answer === 'object' && answer !== null && isThenable(answer))
    throw promiseError(answer, giver, wayOut);
  return answer;
}

/** Returns the promise that a function has answered where it may be waited for; whatever else it answers is nothing. */
export function promiseIn(answer: unknown): Promise<void> | undefined {
  if (typeof answer !== 'object' || answer === null || !isThenable(answer)) return undefined;
  return answer instanceof Promise ? answer : Promise.resolve(answer).then(() => undefined);
}

/**
 * Refuses a function that is async, before it is called for the first time.
 * @throws {DiagnosticError}
 */
export function requireSynchronous(given: unknown, giver: string, wayOut: WayOut): void {
  if (Object.prototype.toString.call(given) !== '[object AsyncFunction]') return;
  throw new DiagnosticError({
    message: `${giver} is async: its promise would not be waited for`,
    hint: WAYS_OUT[wayOut],
  });
}

/**
 * Returns what a predicate has answered.
 * @throws {DiagnosticError} unless it is true or false: every object would be true, a promise of false too.
 */
export function decided(answer: boolean, giver = 'the predicate'): boolean {
  if (typeof answer === 'boolean') return answer;
  throw wrongAnswer(settled<unknown>(answer, giver), giver, 'true or false');
}

/** Returns the values or pairs that a function has answered. @throws {DiagnosticError} where they cannot be gone through. */
export function listed<T extends Iterable<unknown>>(answer: T, giver: string): T {
  const given: unknown = answer;
  if (typeof given === 'string') return answer;
  if (typeof given === 'object' && given !== null && Symbol.iterator in given) return answer;
  throw wrongAnswer(settled(given, giver), giver, 'an array or another iterable');
}

/** Returns the topic that an extractor has answered. @throws {DiagnosticError} where it is no name. */
export function topicOf(answer: unknown): string {
  if (typeof answer === 'string' && answer !== '') return answer;
  const giver = 'the extractor of the topic';
  throw wrongAnswer(settled(answer, giver, 'output'), giver, "a topic's name");
}

/** Returns the partition that a partitioner has answered. @throws {DiagnosticError} where the topic has none of that number. */
export function partitionOf(answer: unknown, count: number): number | undefined {
  if (answer === undefined) return undefined;
  if (typeof answer === 'number' && Number.isInteger(answer) && answer >= 0 && answer < count) return answer;
  const giver = 'the partitioner';
  throw wrongAnswer(
    settled(answer, giver, 'output'),
    giver,
    `a partition from 0 to ${count - 1}, or undefined`,
  );
}

/** Returns the key and the value that a function has answered. @throws {DiagnosticError} where it is no pair. */
export function paired<T extends readonly [unknown, unknown]>(answer: T, giver: string): T {
  const given: unknown = answer;
  if (!Array.isArray(given) || given.length !== 2)
    throw wrongAnswer(settled(given, giver), giver, 'an array of a key and a value', pairHint(given));
  settled(answer[0], giver);
  settled(answer[1], giver);
  return answer;
}

function pairHint(given: unknown): string | undefined {
  return isObject(given) && 'key' in given && 'value' in given ? 'return [key, value]' : undefined;
}

/**
 * Checks what a processor forwards or an RxJS operator emits: a record, of a time that records can have.
 * @throws {DiagnosticError}
 */
export function checkForwarded(record: unknown, giver: string): void {
  if (!isObject(record) || !('timestamp' in record) || !('headers' in record))
    throw wrongAnswer(settled(record, giver), giver, 'a StreamRecord');
  if (!isEventTime(record.timestamp) || record.timestamp < 0) throw wrongEventTime(giver, record.timestamp);
  if ('value' in record) settled(record.value, giver);
}

export function wrongAnswer(
  answer: unknown,
  giver: string,
  expected: string,
  hint?: string,
): DiagnosticError {
  const message = `${giver} gave ${showValue(answer)}: expected ${expected}`;
  return new DiagnosticError({ message, ...(hint === undefined ? {} : { hint }) });
}

/** Rows and bytes are looked at no further: a look for a property in objects of many shapes costs 100 ns. */
function isThenable(answer: object): answer is PromiseLike<unknown> {
  if (Array.isArray(answer) || ArrayBuffer.isView(answer)) return false;
  return 'then' in answer && typeof answer.then === 'function';
}

function promiseError(answer: PromiseLike<unknown>, giver: string, wayOut: WayOut): DiagnosticError {
  // Nobody will wait for it: should it fail, too, that must not end the process.
  answer.then(undefined, () => undefined);
  return new DiagnosticError({
    message: `${giver} gave a promise, which is not waited for`,
    hint: WAYS_OUT[wayOut],
  });
}
