/**
 * Instances of programs at once. Each takes up to 8 GB of address space and a few of the process's mappings: past 16,000 of them Node throws, and Deno
 * dies (2.9).
 */
export const MOST_INSTANCES = 10_000;
