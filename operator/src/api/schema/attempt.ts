/** Where an attempt to roll a revision out stands; without one a service is Stable. */
export const attemptStates = [
  'Pinning',
  'Scaling',
  'Shifting',
  'Holding',
  'Keeping',
  'Reverting',
  'Draining',
  'Clearing',
  'Aborted',
] as const;

/** How an attempt ended, while what it leaves behind is taken away. */
export const endings = ['Promoted', 'Aborted', 'Superseded', 'Withdrawn'] as const;
