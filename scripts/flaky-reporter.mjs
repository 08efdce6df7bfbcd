// A reporter for vitest that writes down which tests passed only when they were tried again, one name a line, into the file
// that MILLRACE_FLAKY_TESTS names.
import { appendFileSync } from 'node:fs';

export default class FlakyReporter {
  onTestCaseResult(testCase) {
    if (testCase.diagnostic()?.flaky !== true) return;
    appendFileSync(
      process.env.MILLRACE_FLAKY_TESTS,
      `${testCase.module.relativeModuleId}: ${testCase.fullName}\n`,
    );
  }
}
