/** Lets time go by, on the world's clock; ends early, without an error, when the signal is aborted. */
export type Pause = (milliseconds: number, signal?: AbortSignal) => Promise<void>;
