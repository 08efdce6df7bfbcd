import { parseScript } from '../../../grammar/parse.ts';
import { DiagnosticError, messageOf } from '../../base/errors.ts';
import { sqlError } from '../analysis/sql-error.ts';
import { type Expected, type ScriptItem, scriptItems } from './answered-script.ts';
import type { CaseResult } from './run-case.ts';
import { answerTo, writeRecord } from './script-answers.ts';
import { type SqlTest, SqlTestEngine, type SqlTestOptions } from './sql-test.ts';

/** Runs one test of a `.sqltest` script, in an engine of its own. Never throws. */
export async function runAnsweredTest(test: SqlTest, options: SqlTestOptions): Promise<CaseResult> {
  const { name, text, flaw } = test;
  const base = { name, expectsError: false, rejected: false, formats: new Set<string>() };
  if (flaw !== undefined) return { ...base, passed: false, problem: flaw };
  const engine = new SqlTestEngine(options);
  let line = test.line;
  let isAtEnd = false;
  try {
    for (const item of scriptItems(text)) {
      line = item.line;
      await runItem(item, engine);
      engine.checks.wroteAt({ start: 0, end: 0, line, column: 1 });
    }
    line = test.line;
    isAtEnd = true;
    engine.checks.finish('-->, no --!, no question and no ASSERT');
    return { ...base, passed: true };
  } catch (error) {
    const { span } = error instanceof DiagnosticError && isAtEnd ? error.diagnostic : {};
    return { ...base, passed: false, line: span?.line ?? line, problem: messageOf(error) };
  } finally {
    await engine.close();
  }
}

async function runItem(item: ScriptItem, engine: SqlTestEngine): Promise<void> {
  if (item.kind === 'record') return writeRecord(item.text, engine.engine);
  const { text, expected } = item;
  const outcome = await outcomeOf(text, engine);
  if (outcome instanceof DiagnosticError) {
    if (expected.refusal.length === 0) throw outcome;
    engine.checks.count();
    return checkRefusal(outcome, item);
  }
  if (outcome.isQuestion) engine.checks.count();
  if (expected.refusal.length > 0) throw sqlError(`expected to be refused: ${expected.refusal.join(' ')}`);
  checkAnswer(expected, outcome);
}

type Answer = Awaited<ReturnType<typeof answerTo>>;

async function outcomeOf(text: string, engine: SqlTestEngine): Promise<Answer | DiagnosticError> {
  try {
    let answer: Answer = { lines: [], inOrder: true, isQuestion: false };
    for (const parsed of parseScript(text, { testStatements: true })) {
      answer = (await engine.executeTestStatement(parsed)) ? answer : await answerTo(parsed, engine.engine);
    }
    return answer;
  } catch (error) {
    if (error instanceof DiagnosticError) return error;
    throw error;
  }
}

function checkRefusal(
  { diagnostic }: DiagnosticError,
  { text, expected }: ScriptItem & { kind: 'statement' },
): void {
  const { message, hint = '', span, suggestion } = diagnostic;
  const said = [message, hint, ...(suggestion === undefined ? [] : [`did you mean ${suggestion}?`])].join(
    '\n',
  );
  const missing = expected.refusal.find((part) => part === '' || !said.includes(part));
  if (missing !== undefined) throw sqlError(`expected the error\n    ${missing}\n  got\n    ${said}`);
  if (expected.place === undefined) return;
  const place = span === undefined ? 'nothing' : text.slice(span.start, span.end);
  if (!place.startsWith(expected.place)) {
    throw sqlError(`expected the error at\n    ${expected.place}\n  got it at\n    ${place}`);
  }
}

function checkAnswer({ answer }: Expected, { schema, lines, inOrder }: Answer): void {
  const isSchema = schema !== undefined && answer[0] !== undefined && !answer[0].startsWith('[');
  if (isSchema && answer[0] !== schema)
    throw sqlError(`expected the schema\n    ${answer[0]}\n  got\n    ${schema}`);
  const order = (each: readonly string[]): string => (inOrder ? each : each.toSorted()).join('\n    ');
  const [wanted, got] = [order(isSchema ? answer.slice(1) : answer), order(lines)];
  if (wanted !== got) throw sqlError(`expected the answer\n    ${wanted}\n  got\n    ${got}`);
}
