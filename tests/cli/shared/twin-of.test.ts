import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { TwinNotAnswering, twinOf } from '../../../cli/shared/twin-of';
import { startOfProcess } from '../../../local/process-start';
import { announceTwin } from '../../../local/running-twin';
import { CapturedOutput } from '../../../testkit/captured-output';
import { temporaryFolder } from '../../../testkit/temporary-folder';

let directory: string;
let holder: ChildProcess;
let silent: Server;
const sockets: Socket[] = [];
beforeEach(async () => {
  directory = temporaryFolder('sluice-twin-of-');
  holder = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
  writeFileSync(join(directory, 'lock'), `${holder.pid} ${startOfProcess(holder.pid ?? 0)}\n`);
  // It accepts connections and answers nothing, as a process does that was stopped.
  silent = createServer((socket) => sockets.push(socket)).listen(0, '127.0.0.1');
  await once(silent, 'listening');
});
afterEach(() => {
  holder.kill();
  for (const socket of sockets.splice(0)) socket.destroy();
  silent.close();
  rmSync(directory, { recursive: true, force: true });
});

test('a sluice local that was stopped is waited for and named, and nobody is told to delete a lock', async () => {
  const { port } = silent.address() as AddressInfo;
  const endpoint = `http://127.0.0.1:${port}`;
  announceTwin(directory, {
    ...{
      endpoint,
      state_directory: directory,
      stage: 'local',
      region: 'us-east-1',
      bucket: 'b',
      stream: 's',
    },
    ...{ streams: {}, state_machine_arn: 'a', topic_arn: 't', statements_role_arn: 'r' },
    ...{ workgroup: 'w', database: 'd' },
    env: {
      ...{ AWS_ENDPOINT_URL: endpoint, AWS_REGION: 'us-east-1', AWS_DEFAULT_REGION: 'us-east-1' },
      ...{ AWS_ACCESS_KEY_ID: 'k', AWS_SECRET_ACCESS_KEY: 's' },
    },
  });
  const captured = new CapturedOutput(false);
  const found = twinOf(directory, captured.output, 1);
  await expect(found).rejects.toThrow(TwinNotAnswering);
  await expect(found).rejects.toThrow(`(process ${holder.pid}, ${endpoint}) has not answered for 1 second.`);
  await expect(found).rejects.toThrow(`kill -CONT ${holder.pid}`);
  expect(captured.stderr).toBe(
    `Waiting for the sluice local on ${directory} (process ${holder.pid}) to answer\n`,
  );
});
