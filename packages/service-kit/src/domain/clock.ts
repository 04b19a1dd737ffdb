/** Source of time. Domain code is given one and never asks the process. */
export type Clock = { readonly now: () => number };
