import type { Contestant, Round } from "./workload.ts";

/** What became of a contestant: what it measured turn by turn, or why it has no more of them. */
export interface Taken {
  readonly rounds: Round[];
  /** The first failure; the contestant is left out of later rounds. */
  error: string | null;
}

/** A contestant that is ready to be measured, again and again. */
export interface Ready {
  measure(): Promise<Round>;
  end(): Promise<void>;
}

/** How often contestants are measured. */
export interface Turns {
  /** In each of them a contestant is made ready anew. */
  readonly rounds: number;
  /** How often it is measured in a round. */
  readonly turns: number;
}

/** Hears of each turn as it ends. */
export type Progress = (done: number, all: number, contestant: Contestant, result: Round | Error) => void;

/**
 * Takes contestants in turn. In a round all those that are compared, of one runtime mostly, are made ready, and then measured A B C A B C: what else the machine does in these seconds is
 * shared by all that are compared.
 */
export async function takeTurns(
  contestants: readonly Contestant[],
  { rounds, turns }: Turns,
  prepare: (contestant: Contestant) => Promise<Ready>,
  progress: Progress,
): Promise<Map<Contestant, Taken>> {
  const taken = new Map<Contestant, Taken>(contestants.map((contestant) => [contestant, { rounds: [], error: null }]));
  const all = rounds * turns * contestants.length;
  let done = 0;
  const fail = (contestant: Contestant, error: unknown) => {
    taken.get(contestant)!.error = (error as Error).message;
    progress(done, all, contestant, error as Error);
  };
  for (let round = 0; round < rounds; round++) {
    for (const group of comparable(contestants)) {
      const ready = new Map<Contestant, Ready>();
      try {
        for (const contestant of group) {
          if (taken.get(contestant)!.error !== null) continue;
          await prepare(contestant).then((so) => ready.set(contestant, so), (error) => fail(contestant, error));
        }
        for (let turn = 0; turn < turns; turn++) {
          for (const contestant of group) {
            done++;
            const so = taken.get(contestant)!;
            if (so.error !== null) continue;
            try {
              const result = await ready.get(contestant)!.measure();
              so.rounds.push(result);
              progress(done, all, contestant, result);
            } catch (error) {
              fail(contestant, error);
            }
          }
        }
      } finally {
        await Promise.all([...ready.values()].map((so) => so.end()));
      }
    }
  }
  return taken;
}

/** Those that are compared. uWSGI and nginx are held against all. */
function comparable(contestants: readonly Contestant[]): readonly (readonly Contestant[])[] {
  const runtimes = [...new Set(contestants.map(({ runtime }) => runtime))];
  if (runtimes.includes("uwsgi") || runtimes.includes("nginx")) return [contestants];
  return runtimes.map((wanted) => contestants.filter(({ runtime }) => runtime === wanted));
}
