import { sluice } from './commands';
import type { Connection } from './connection';
import type { Interruption } from './interruption';

/** What Ctrl-C does to work that goes on where it runs: it says how to follow and how to end it. @param where `in stage dev` */
export function goingOn(connection: Connection, where: string): Interruption {
  return {
    get message() {
      const executions = [...connection.followed].map(
        (name) =>
          `Execution ${name} continues ${where}.\n  ${sluice(connection, `watch ${name}`)}\n  ${sluice(connection, `stop ${name}`)}`,
      );
      return executions.length === 0
        ? `Interrupted. Work that was started ${where} continues there.`
        : `Interrupted. ${executions.join('\n')}`;
    },
    stop: () => Promise.resolve(),
  };
}
