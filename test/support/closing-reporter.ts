import type { Reporter, TestCase, TestModule } from 'vitest/node';

/**
 * Says why each skipped test was skipped and which passed only at the second try, and closes with one plain line of
 * counts. In CI (`CI=true`) a skipped test
 * is a failure: CI's machine has what the tests need, so a skip there is a hole nobody would see.
 */
export default class ClosingReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    let passed = 0;
    let failed = errors.length;
    const skipped: TestCase[] = [];
    const stumbled: TestCase[] = [];
    for (const module of modules) {
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        if (test.diagnostic()?.flaky) stumbled.push(test);
        if (state === 'passed') passed += 1;
        else if (state === 'skipped') skipped.push(test);
        else failed += 1;
      }
      // A file that does not load and a hook that throws are no test's failure: their tests count as skipped.
      for (const group of [module, ...module.children.allSuites()])
        if (group.errors().length > 0) failed += 1;
    }
    for (const test of stumbled) {
      const first = test.result().errors?.[0]?.message.split('\n')[0] ?? 'no reason given';
      console.log(`second try: ${test.module.relativeModuleId} > ${test.fullName}: at first: ${first}`);
    }
    for (const test of skipped) {
      const result = test.result();
      const why = result.state === 'skipped' && result.note ? result.note : 'no reason given';
      console.log(`skipped: ${test.module.relativeModuleId} > ${test.fullName}: ${why}`);
    }
    if (skipped.length > 0 && process.env['CI']) {
      console.log(`In CI no test may be skipped, and ${skipped.length} were.`);
      process.exitCode = 1;
    }
    if (failed > 0) process.exitCode = 1;
    console.log(`\n${passed} passed, ${failed} failed, ${skipped.length} skipped`);
  }
}
