#!/usr/bin/env node
// The `sluice` command: TypeScript is run as it stands, so there is nothing to build after npm ci.

// The AWS SDK warns at every start that a version of next year will need a newer Node.js. Ours is pinned, and Node 20
// is supported, so whoever runs the command has nothing to do about it.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';

// Lambda runs in UTC, and a worker thread has no time zone of its own.
process.env.TZ = 'UTC';

require('tsx/cjs');
require('./main.ts');
