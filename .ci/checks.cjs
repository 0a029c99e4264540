// Runs ESLint, Prettier and TypeScript at the same time, because each keeps only one core busy.
const { spawn } = require('node:child_process');
const { once } = require('node:events');

const CHECKS = ['lint', 'format', 'types'];

async function passes(check) {
  const child = spawn('npm', ['run', '--silent', check], {
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  const [code] = await once(child, 'exit');
  return code === 0;
}

void Promise.all(CHECKS.map(passes)).then((results) => {
  if (results.includes(false)) process.exitCode = 1;
});
