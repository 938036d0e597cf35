/** The 50 fields that `load/fields.lua` sends: `x-field-1` to `x-field-50`. */
export function fieldNames(): string[] {
  return Array.from({ length: 50 }, (_, index) => `x-field-${index + 1}`);
}

/** What the app sets: ten fields as an API sends them. */
export const SET_FIELDS: ReadonlyArray<readonly [string, string]> = [
  ["content-type", "text/plain;charset=UTF-8"],
  ["cache-control", "private, max-age=60"],
  ["content-language", "en"],
  ["etag", '"33a64df551425fcc55e4d42a148795d9f25f89d4"'],
  ["last-modified", "Tue, 24 Nov 2026 12:00:00 GMT"],
  ["strict-transport-security", "max-age=31536000"],
  ["vary", "accept-encoding"],
  ["x-content-type-options", "nosniff"],
  ["x-frame-options", "DENY"],
  ["x-request-id", "0123456789abcdef"],
];
