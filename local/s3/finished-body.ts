/** A complete body in a file of the store that is not yet an object. */
export interface FinishedBody {
  readonly path: string;
  readonly size: number;
  /** Without quotes. */
  readonly etag: string;
}
