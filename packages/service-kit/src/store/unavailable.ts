/** The store did not answer, so nobody knows what became of a write. Asking again later is right; giving up is not. */
export class Unavailable extends Error {
  override readonly name = 'Unavailable';
}
