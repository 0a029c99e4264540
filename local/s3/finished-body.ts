/** A whole body in a file of the store's own, not yet an object. */
export interface FinishedBody {
  readonly path: string;
  readonly size: number;
  /** Without quotes. */
  readonly etag: string;
}
