/** Source of new ids that rise with time, to the millisecond. */
export type Ids = { readonly next: () => string };
