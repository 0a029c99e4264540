// Calls a bundle's handler once, as Lambda's runtime does, and answers with what it returned and the memory of the process.
const { readFileSync } = require('node:fs');
const { performance } = require('node:perf_hooks');
const { file, event } = JSON.parse(process.argv[2]);

/** In bytes. Only Linux has /proc. */
function peakBytes() {
  try {
    return Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync('/proc/self/status', 'utf8'))[1]) * 1_024;
  } catch {
    return process.resourceUsage().maxRSS * 1_024;
  }
}

async function call() {
  const { handler } = require(file);
  const started = performance.now();
  const result = await handler(event);
  const seconds = (performance.now() - started) / 1_000;
  process.send({ result, seconds, peakBytes: peakBytes() }, () => process.disconnect());
}

void call();
