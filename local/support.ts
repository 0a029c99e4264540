/** What a service of the twin does and what it refuses. local/README.md lists both; a test holds it to this. */
export interface Support {
  readonly supported: readonly string[];
  readonly refused: readonly string[];
}
