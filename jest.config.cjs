// cli/sluice.cjs explains why.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';
process.env.TZ = 'UTC';
// The logs and metrics of handlers that run in a test do not belong in its output.
process.env.POWERTOOLS_LOG_LEVEL = 'SILENT';
process.env.POWERTOOLS_METRICS_DISABLED = 'true';

/** @type {import('jest').Config} */
module.exports = {
  testEnvironment: '<rootDir>/testkit/jest/environment.cjs',
  globalSetup: '<rootDir>/testkit/jest/global-setup.ts',
  globalTeardown: '<rootDir>/testkit/jest/global-teardown.cjs',
  // No test depends on the machine's speed: this limit only ends tests that hang.
  testTimeout: 600_000,
  // A test mostly waits for the twin, so no core needs to stay free for it.
  maxWorkers: '100%',
  testMatch: ['<rootDir>/tests/**/*.test.ts'],
  modulePathIgnorePatterns: ['<rootDir>/\\.sluice', '<rootDir>/\\.serverless'],
  transform: {
    '^.+\\.[cm]?[jt]sx?$': [
      '@swc/jest',
      { jsc: { target: 'es2022', parser: { syntax: 'typescript' } }, module: { type: 'commonjs' } },
    ],
  },
  // These packages ship only ES modules, which Jest's CommonJS runtime must transform.
  transformIgnorePatterns: [
    '/node_modules/(?!(hyparquet|ora|chalk|cli-cursor|cli-spinners|is-interactive|is-unicode-supported|log-symbols|stdin-discarder|string-width|strip-ansi|ansi-regex|restore-cursor|onetime|mimic-function|emoji-regex|get-east-asian-width)/)',
  ],
};
