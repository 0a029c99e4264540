import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { twinDescription, type TwinDescription } from './description';

/** The file in a state directory that announces its running twin. */
const FILE = 'twin.json';

/** The endpoint that a twin on this state directory has announced, whether it still runs or not. */
export function announcedEndpoint(stateDirectory: string): string | undefined {
  try {
    return twinDescription.parse(JSON.parse(readFileSync(join(stateDirectory, FILE), 'utf8'))).endpoint;
  } catch {
    return undefined;
  }
}

/** @returns the twin that runs on this state directory; undefined if none answers. */
export async function findRunningTwin(stateDirectory: string): Promise<TwinDescription | undefined> {
  const endpoint = announcedEndpoint(stateDirectory);
  if (endpoint === undefined) return undefined;
  try {
    const answer = await fetch(`${endpoint}/_sluice/twin`, { signal: AbortSignal.timeout(2_000) });
    const twin = answer.ok ? twinDescription.parse(await answer.json()) : undefined;
    // After a kill, another process may have the port.
    return twin?.state_directory === resolve(stateDirectory) ? twin : undefined;
  } catch {
    // The twin was killed and left the file behind.
    return undefined;
  }
}

export function announceTwin(stateDirectory: string, description: TwinDescription): void {
  writeFileSync(join(stateDirectory, FILE), `${JSON.stringify(description, null, 2)}\n`);
}

export function withdrawTwin(stateDirectory: string): void {
  rmSync(join(stateDirectory, FILE), { force: true });
}
