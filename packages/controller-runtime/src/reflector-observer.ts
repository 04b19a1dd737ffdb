import { attempt } from './errors.ts';

/** `absent`: the Kind is not served (404). `forbidden`: we may not read it (403). `waiting`: between two attempts. */
export type ReflectorState =
  | 'starting'
  | 'listing'
  | 'watching'
  | 'waiting'
  | 'absent'
  | 'forbidden'
  | 'stopped';

/** What a reflector reports, for metrics and logs. */
export interface ReflectorObserver {
  onState?(state: ReflectorState, error: unknown): void;
  /** A stream ended; `reason` is one of few fixed words. */
  onRestart?(reason: string): void;
  onList?(): void;
  /** Called once per batch of lines that arrived together. */
  onEvents?(count: number): void;
  /** A watch is open again after the API server had not answered, or broke it. */
  onReturn?(): void;
}

/** An observer whose exceptions end nothing: a reflector must outlive its metrics and logs. */
export function guarded(observer: ReflectorObserver): ReflectorObserver {
  return {
    onState: (state, error) => attempt(() => observer.onState?.(state, error)),
    onRestart: (reason) => attempt(() => observer.onRestart?.(reason)),
    onList: () => attempt(() => observer.onList?.()),
    onEvents: (count) => attempt(() => observer.onEvents?.(count)),
    onReturn: () => attempt(() => observer.onReturn?.()),
  };
}
