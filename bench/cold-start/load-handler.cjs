// Loads a handler as Lambda's runtime does, in a process that has loaded nothing else, and answers with the milliseconds.
const file = JSON.parse(process.argv[2]);
const { performance } = require('node:perf_hooks');
const started = performance.now();
require(file);
process.send(performance.now() - started, () => process.disconnect());
