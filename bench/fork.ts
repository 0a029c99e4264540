import { fork, type ChildProcess, type ForkOptions } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/** Starts a process of a bench with one argument. @param script its path from bench/. */
export function startProcess(script: string, order: unknown, options: ForkOptions = {}): ChildProcess {
  return fork(join(__dirname, script), [JSON.stringify(order)], {
    execArgv: ['--require', 'tsx/cjs'],
    ...options,
    env: {
      ...process.env,
      ...{ TZ: 'UTC', AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' },
      ...options.env,
    },
  });
}

/** The next message of a process. @throws Error if it ends before. */
export async function nextMessage<Message>(child: ChildProcess): Promise<Message> {
  const stop = new AbortController();
  const { signal } = stop;
  try {
    const ended = once(child, 'exit', { signal }).then(() => {
      throw new Error(`${child.spawnargs.slice(-2).join(' ')} ended before it answered`);
    });
    const [message] = (await Promise.race([once(child, 'message', { signal }), ended])) as [Message];
    return message;
  } finally {
    stop.abort();
  }
}

/** Runs a process that answers once, and waits for its end. */
export async function answerOf<Answer>(
  script: string,
  order: unknown,
  options?: ForkOptions,
): Promise<Answer> {
  const child = startProcess(script, order, options);
  const answer = await nextMessage<Answer>(child);
  if (child.exitCode === null) await once(child, 'exit');
  return answer;
}
