import type { Json, JsonObject } from '../json';

/**
 * Variables of one scope: the state machine, a branch or an iteration. An inner scope reads the variables of outer
 * scopes. Its own variables end with it.
 * https://docs.aws.amazon.com/step-functions/latest/dg/workflow-variables.html#variable-scope
 */
export class Variables {
  private readonly values = new Map<string, Json>();

  constructor(private readonly outer?: Variables) {}

  get(name: string): Json | undefined {
    return this.values.has(name) ? this.values.get(name) : this.outer?.get(name);
  }

  /** Assigns all values at once: they were evaluated before any of them changes. */
  assign(values: JsonObject): void {
    for (const [name, value] of Object.entries(values)) this.values.set(name, value);
  }
}
