/** Milliseconds since some moment, with fractions; never goes back. For how long something took, never for when it was. */
export interface Stopwatch {
  elapsedMs(): number;
}
