/** One number, or why there is none and what to do about it. */
export type Reading = { readonly value: number } | { readonly problem: string };

/** How one type of provider is asked, and how its answer is read. */
export type ProviderType = {
  /** The address to get, or undefined for a query that cannot be asked. */
  readonly request: (provider: URL, query: string) => URL | undefined;
  readonly read: (status: number, body: string) => Reading;
};

/** The first words of an answer, for a message. */
export function excerpt(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > 120 ? `${line.slice(0, 119)}…` : line;
}

/** The value of JSON text; undefined where it is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
