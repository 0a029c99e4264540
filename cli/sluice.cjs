#!/usr/bin/env node
// The `sluice` command. tsx runs the TypeScript sources, so npm ci needs no build step.

// At every start the AWS SDK warns that a later version needs a newer Node.js. Our version is pinned and supports Node 20,
// so the user of the command has nothing to do.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';

// Lambda runs in UTC, and the twin's worker threads take the time zone of this process.
process.env.TZ = 'UTC';

require('tsx/cjs');
require('./main.ts');
