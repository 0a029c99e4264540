// See cli/sluice.cjs.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';
process.env.TZ = 'UTC';
// What handlers that run in a test log and measure belongs in no test's output.
process.env.POWERTOOLS_LOG_LEVEL = 'SILENT';
process.env.POWERTOOLS_METRICS_DISABLED = 'true';

/** @type {import('jest').Config} */
module.exports = {
  testEnvironment: '<rootDir>/testkit/jest/environment.cjs',
  globalSetup: '<rootDir>/testkit/jest/global-setup.ts',
  globalTeardown: '<rootDir>/testkit/jest/global-teardown.cjs',
  // No test depends on how fast the machine is: this only ends what hangs.
  testTimeout: 600_000,
  // Much of a test is waiting for the twin, so no core has to be left free for it.
  maxWorkers: '100%',
  testMatch: ['<rootDir>/tests/**/*.test.ts'],
  modulePathIgnorePatterns: ['<rootDir>/\\.sluice', '<rootDir>/\\.serverless'],
  transform: {
    '^.+\\.[cm]?[jt]sx?$': [
      '@swc/jest',
      { jsc: { target: 'es2022', parser: { syntax: 'typescript' } }, module: { type: 'commonjs' } },
    ],
  },
  // These packages ship ES modules only, which Jest's CommonJS runtime has to transform.
  transformIgnorePatterns: [
    '/node_modules/(?!(hyparquet|ora|chalk|cli-cursor|cli-spinners|is-interactive|is-unicode-supported|log-symbols|stdin-discarder|string-width|strip-ansi|ansi-regex|restore-cursor|onetime|mimic-function|emoji-regex|get-east-asian-width)/)',
  ],
};
