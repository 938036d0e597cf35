import { NodeClock } from "./clock_node.ts";

/** Placeholder until measured. */
export class DenoClock extends NodeClock {
}
