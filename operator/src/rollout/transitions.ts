import type { State } from './memory.ts';

/** One arrow of the machine. */
export type Transition = {
  readonly from: State;
  readonly on: TransitionEvent;
  readonly to: State;
  /** What has happened, for the diagram and for people. */
  readonly when: string;
};

export type TransitionEvent =
  | 'Abort'
  | 'Retry'
  | 'SpecReverted'
  | 'AnalysisFailed'
  | 'DeadlinePassed'
  | 'Superseded'
  | 'NewRevision'
  | 'RoutePinned'
  | 'CapacityReady'
  | 'CapacityLost'
  | 'WeightChanged'
  | 'Carried'
  | 'WeightConfirmed'
  | 'HoldOver'
  | 'Returned'
  | 'KeepOver'
  | 'RouteCleared'
  | 'Rescue'
  | 'Emptied'
  | 'Latched'
  | 'Cleared';

type Rest = readonly [on: TransitionEvent, to: State, when: string];

const from = (state: State, ...rows: readonly Rest[]): Transition[] =>
  rows.map(([on, to, when]) => ({ from: state, on, to, when }));

/** What ends an attempt from each of its states, before anything else is looked at. */
const endings: readonly Rest[] = [
  ['Abort', 'Reverting', 'somebody aborts'],
  ['SpecReverted', 'Reverting', 'the stable revision is wanted again'],
  ['AnalysisFailed', 'Reverting', 'more measurements failed than failureLimit allows'],
  ['DeadlinePassed', 'Reverting', 'pods or proxies took longer than progressDeadline'],
  ['Superseded', 'Reverting', 'a third revision is wanted'],
];

/** THE rollout machine. Rows of one state are tried in this order, so what stands first wins. */
export const transitions: readonly Transition[] = [
  ...from('Stable', ['NewRevision', 'Pinning', 'another revision is wanted']),
  ...from('Pinning', ...endings, ['RoutePinned', 'Scaling', 'the proxies name the stable subset alone']),
  ...from('Scaling', ...endings, ['CapacityReady', 'Shifting', 'ready pods carry the whole weight']),
  ...from(
    'Shifting',
    ...endings,
    ['CapacityLost', 'Scaling', 'ready pods do not carry the weight any more, or it is another one'],
    ['Carried', 'Keeping', 'the proxies send everything to the canary: it is the stable revision now'],
    ['WeightConfirmed', 'Holding', 'the proxies have the weight'],
  ),
  ...from(
    'Holding',
    ...endings,
    ['CapacityLost', 'Scaling', 'ready pods do not carry the weight any more'],
    ['WeightChanged', 'Scaling', 'canary.weight, an action or an edited step says another weight'],
    ['HoldOver', 'Scaling', 'the hold is over and the measurements are good'],
  ),
  ...from(
    'Keeping',
    ['Returned', 'Scaling', 'the former revision is wanted back'],
    ['KeepOver', 'Draining', 'the time for a fast undo is over'],
  ),
  ...from(
    'Reverting',
    ['Retry', 'Scaling', 'somebody retries'],
    ['Rescue', 'Scaling', 'a third revision is wanted while stable is down'],
    ['RouteCleared', 'Draining', 'the proxies send it nothing'],
  ),
  ...from(
    'Draining',
    ['Retry', 'Scaling', 'somebody retries'],
    ['Returned', 'Scaling', 'the former revision is wanted back'],
    ['Emptied', 'Clearing', 'it has no pod any more'],
  ),
  ...from(
    'Clearing',
    ['Latched', 'Aborted', 'the proxies name no subset, and the aborted revision is still specified'],
    ['Cleared', 'Stable', 'the proxies name no subset'],
  ),
  ...from(
    'Aborted',
    ['Retry', 'Pinning', 'somebody retries'],
    ['SpecReverted', 'Stable', 'the stable revision is wanted again'],
    ['NewRevision', 'Pinning', 'a third revision is wanted'],
  ),
];

/** The first arrow out of `state` whose event happened. */
export function nextTransition(
  state: State,
  happened: (on: TransitionEvent) => boolean,
): Transition | undefined {
  return transitions.find((row) => row.from === state && happened(row.on));
}
