// Node's test environment, and in it the twins of the worker process: they are loaded once for all test files of a
// worker and without Jest's module system, and the shared one lives on from file to file.
const { TestEnvironment } = require('jest-environment-node');
const { require: requireTypeScript } = require('tsx/cjs/api');

// A worker has nothing more to do once it exits, and to end the threads of its functions takes longer than Jest waits.
if (process.send !== undefined) process.once('exit', () => process.kill(process.pid, 'SIGKILL'));

module.exports = class extends TestEnvironment {
  constructor(config, context) {
    super(config, context);
    Object.defineProperty(this.global, 'sluiceTwinHost', {
      get: () => requireTypeScript('../twin-host.ts', __filename).twinHost,
    });
  }
};
