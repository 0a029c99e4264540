// Node's test environment, with the twins of the worker process. The twins are loaded once for all test files of a
// worker, without Jest's module system, and the shared twin lives on from file to file.
const { TestEnvironment } = require('jest-environment-node');
const { require: requireTypeScript } = require('tsx/cjs/api');

// A worker that exits has no work left, and ending the threads of its functions takes longer than Jest waits.
// Jest itself may run in this process too, then it must end by itself.
if (/jest-worker.*processChild\.js$/.test(process.argv[1] ?? ''))
  process.once('exit', () => process.kill(process.pid, 'SIGKILL'));

module.exports = class extends TestEnvironment {
  constructor(config, context) {
    super(config, context);
    Object.defineProperty(this.global, 'sluiceTwinHost', {
      get: () => requireTypeScript('../twin-host.ts', __filename).twinHost,
    });
  }
};
