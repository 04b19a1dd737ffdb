/** One thing that was looked at; without a problem it was as it must be. */
export type Finding = { readonly what: string; readonly problem?: string };
