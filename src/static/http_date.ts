/** Dates as HTTP writes them, in whole seconds (RFC 9110 section 5.6.7). */

/** Its three forms begin with a day's name and end with GMT, or are asctime's; anything else is no date, whatever `Date.parse` makes of it. */
const FORMS = [
  /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4} \d\d:\d\d:\d\d GMT$/,
  /^(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day, \d\d-(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)-\d\d \d\d:\d\d:\d\d GMT$/,
  /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) (?:\d\d| \d) \d\d:\d\d:\d\d \d{4}$/,
];

/** What can be written with a year of four digits: file systems have others, and Dates not all of those. */
const [FIRST_MS, LAST_MS] = [-62_135_596_800_000, 253_402_300_799_000];

/** The date of a time, or else the first or last one that has four digits for its year. @param ms Since 1970. */
export function dateOf(ms: number): Date {
  return new Date(Math.min(Math.max(ms, FIRST_MS), LAST_MS));
}

/** @param seconds Since 1970. */
export function formatHttpDate(seconds: number): string {
  return dateOf(seconds * 1000).toUTCString();
}

/** Seconds since 1970; null if it is no date of HTTP's. */
export function parseHttpDate(text: string): number | null {
  const form = FORMS.findIndex((pattern) => pattern.test(text));
  if (form === -1) return null;
  // asctime's has no zone, and is GMT.
  const ms = Date.parse(form === 2 ? `${text} GMT` : text);
  return Number.isNaN(ms) ? null : Math.floor(ms / 1000);
}
