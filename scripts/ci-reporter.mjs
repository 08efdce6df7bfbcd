// A reporter for vitest that writes down what a closing line does not tell, one JSON object a line, into the file that
// MILLRACE_CI_NOTES names: `{kind, file?, test?, message?}`, where kind is `flaky` (a test that passed only when it was tried
// again), `failed` (a test), `file` (one that did not load, or whose hooks failed), `fell` (a file with its process) or `unhandled`
// (an error outside of all).
import { appendFileSync } from 'node:fs';

const note = (entry) => appendFileSync(process.env.MILLRACE_CI_NOTES, `${JSON.stringify(entry)}\n`);

const messageOf = (errors) => errors[0]?.message?.split('\n').slice(0, 8).join('\n');

export default class CiReporter {
  onTestCaseResult(testCase) {
    const kind =
      testCase.result().state === 'failed' ? 'failed' : testCase.diagnostic()?.flaky ? 'flaky' : '';
    if (kind === '') return;
    const message = messageOf(testCase.result().errors ?? []);
    note({ kind, file: testCase.module.relativeModuleId, test: testCase.fullName, message });
  }

  onTestRunEnd(modules, unhandled) {
    for (const module of modules) {
      const suites = [...module.children.allSuites()];
      const errors = [module, ...suites].flatMap((each) => each.errors());
      if (errors.length > 0)
        note({ kind: 'file', file: module.relativeModuleId, message: messageOf(errors) });
    }
    // A process that falls takes its file with it, whose state says no more than that it has begun.
    const fallen = modules.filter((module) => ['queued', 'pending'].includes(module.state()));
    for (const { relativeModuleId: file } of fallen)
      note({ kind: 'fell', file, message: 'its process fell' });
    for (const error of unhandled) {
      const ofPool = error.message?.startsWith('[vitest-pool]') && fallen.length > 0;
      if (!ofPool) note({ kind: 'unhandled', message: messageOf([error]) });
    }
  }
}
