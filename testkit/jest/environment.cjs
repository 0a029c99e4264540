// Node's test environment, with the twins of the worker process. The twins are loaded once for all test files of a
// worker, without Jest's module system, and the shared twin lives on from file to file.
const { TestEnvironment } = require('jest-environment-node');
const { require: requireTypeScript } = require('tsx/cjs/api');

/** Jest's message to a worker that has no work left: CHILD_MESSAGE_END of jest-worker 30. */
const END = 2;

// Jest waits half a second for a worker to end, and the threads of functions take longer. Nothing is lost: the global
// tear-down removes the twin's folder. Without workers there is no such message, and the process ends by itself.
process.on('message', (message) => {
  if (Array.isArray(message) && message[0] === END) process.kill(process.pid, 'SIGKILL');
});

module.exports = class extends TestEnvironment {
  constructor(config, context) {
    super(config, context);
    Object.defineProperty(this.global, 'sluiceTwinHost', {
      get: () => requireTypeScript('../twin-host.ts', __filename).twinHost,
    });
  }
};
