import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { readIfPresent, writeWhole } from '../files';

/** The ARNs of all topics, kept in `topics.json` across restarts. */
export class Topics {
  private readonly path: string;
  private readonly arns: Set<string>;

  constructor(directory: string) {
    mkdirSync(directory, { recursive: true });
    this.path = join(directory, 'topics.json');
    this.arns = new Set(JSON.parse(readIfPresent(this.path) ?? '[]') as string[]);
  }

  has(arn: string): boolean {
    return this.arns.has(arn);
  }

  /** In order of creation. */
  list(): readonly string[] {
    return [...this.arns];
  }

  /** Adds a topic. An existing one stays unchanged. */
  add(arn: string): void {
    if (this.arns.has(arn)) return;
    writeWhole(this.path, `${JSON.stringify([...this.arns, arn], undefined, 2)}\n`);
    this.arns.add(arn);
  }
}
