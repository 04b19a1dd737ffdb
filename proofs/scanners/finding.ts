/** Something that a scanner would have otherwise: which rule, about which object. */
export type Finding = {
  readonly scanner: string;
  readonly check: string;
  readonly object: string;
  readonly what: string;
};

/** A rule that is not followed, where, and why. */
export type Argument = {
  readonly scanner: string;
  readonly check: string;
  /** Objects it is about, as a pattern over `Kind name`; without it all of them. */
  readonly objects?: string;
  readonly reason: string;
};

/** The findings that no argument covers. */
export function unargued(findings: readonly Finding[], argued: readonly Argument[]): Finding[] {
  return findings.filter((finding) => !argued.some((argument) => covers(argument, finding)));
}

/** The arguments that cover nothing any more: what they excuse is mended. */
export function idle(findings: readonly Finding[], argued: readonly Argument[]): Argument[] {
  return argued.filter((argument) => !findings.some((finding) => covers(argument, finding)));
}

function covers({ scanner, check, objects }: Argument, finding: Finding): boolean {
  const about = objects === undefined || new RegExp(`^(${objects})$`).test(finding.object);
  return scanner === finding.scanner && check === finding.check && about;
}

/** One line for a person. */
export function describeFinding({ scanner, check, object, what }: Finding): string {
  return `${scanner} ${check} on ${object}: ${what}`;
}
