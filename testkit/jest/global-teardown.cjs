const { rmSync } = require('node:fs');
const { require: requireTypeScript } = require('tsx/cjs/api');

/** Ends what this process hosts: all tests run in it where there is one worker only. Other workers have ended. */
module.exports = async function tearDown() {
  try {
    await requireTypeScript('../twin-host.ts', __filename).twinHost.end();
  } finally {
    rmSync(process.env.SLUICE_TEST_DIRECTORY, { recursive: true, force: true, maxRetries: 3 });
  }
};
