/** The path of a path and its query, as it stands: up to the first "?". */
export function withoutQuery(path: string): string {
  const question = path.indexOf("?");
  return question < 0 ? path : path.slice(0, question);
}
