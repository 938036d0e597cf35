import type { Contestant, Round } from "./workload.ts";

/** What became of a contestant: its rounds, or why it has no more of them. */
export interface Taken {
  readonly rounds: Round[];
  /** The first failure; the contestant is left out of later rounds. */
  error: string | null;
}

/** Hears of each round as it ends. */
export type Progress = (done: number, all: number, contestant: Contestant, result: Round | Error) => void;

/** Takes contestants in turn, A B C A B C: what else the machine does is shared by all of them. */
export async function takeTurns(
  contestants: readonly Contestant[],
  rounds: number,
  measureOne: (contestant: Contestant) => Promise<Round>,
  progress: Progress,
): Promise<Map<Contestant, Taken>> {
  const taken = new Map<Contestant, Taken>(contestants.map((contestant) => [contestant, { rounds: [], error: null }]));
  const all = rounds * contestants.length;
  let done = 0;
  for (let round = 0; round < rounds; round++) {
    for (const [contestant, so] of taken) {
      done++;
      if (so.error !== null) continue;
      try {
        const result = await measureOne(contestant);
        so.rounds.push(result);
        progress(done, all, contestant, result);
      } catch (error) {
        so.error = (error as Error).message;
        progress(done, all, contestant, error as Error);
      }
    }
  }
  return taken;
}
