/**
 * What a service does with an input. The tables in this folder say it for every type pair, value and limit that Sluice can
 * meet. Tests walk them on the twin, and hold the loader to them: nothing that a service refuses or changes reaches it.
 */
export type Outcome =
  | { readonly does: 'accepts' }
  /** `text`: a phrase of the error. */
  | { readonly does: 'refuses'; readonly text: string }
  /** `into`: what becomes of the value. */
  | { readonly does: 'changes'; readonly into: string };

/** Where an outcome is known from. */
export interface Known {
  readonly source: string;
  /** Whether somebody saw the service do it, or AWS documents it. The twin does what costs least if it is wrong. */
  readonly proven: boolean;
}

export const accepts: Outcome = { does: 'accepts' };
export const refuses = (text: string): Outcome => ({ does: 'refuses', text });
export const changes = (into: string): Outcome => ({ does: 'changes', into });

export const proven = (source: string): Known => ({ source, proven: true });
export const unproven = (source: string): Known => ({ source, proven: false });
