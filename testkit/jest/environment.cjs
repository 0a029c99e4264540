// Node's test environment, with the twins of the worker process. The twins are loaded once for all test files of a
// worker, without Jest's module system, and the shared twin lives on from file to file.
const { TestEnvironment } = require('jest-environment-node');
const { require: requireTypeScript } = require('tsx/cjs/api');

/** Jest's message to a worker that has no work left: CHILD_MESSAGE_END of jest-worker 30. */
const END = 2;

// The shared twin keeps its worker running, and ending the threads of its functions takes longer than Jest waits. Nothing
// is lost: the global tear-down removes the twin's folder. Without workers, Jest itself ends.
process.on('message', ([type]) => {
  if (type === END) process.kill(process.pid, 'SIGKILL');
});

module.exports = class extends TestEnvironment {
  constructor(config, context) {
    super(config, context);
    Object.defineProperty(this.global, 'sluiceTwinHost', {
      get: () => requireTypeScript('../twin-host.ts', __filename).twinHost,
    });
  }
};
