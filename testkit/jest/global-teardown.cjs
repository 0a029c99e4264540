const { rmSync } = require('node:fs');
const { require: requireTypeScript } = require('tsx/cjs/api');

/** Ends the twins of this process: with a single worker, all tests run here. Other workers have already ended. */
module.exports = async function tearDown() {
  try {
    await requireTypeScript('../twin-host.ts', __filename).twinHost.end();
  } finally {
    rmSync(process.env.SLUICE_TEST_DIRECTORY, { recursive: true, force: true, maxRetries: 3 });
  }
};
