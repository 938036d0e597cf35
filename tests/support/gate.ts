/** What a handler waits for until the test has seen what it wanted to see: a signal in place of a pause, on machines of any speed. */
export class Gate {
  /** Fulfils once the gate is open. */
  readonly opened: Promise<void>;
  readonly #resolve: () => void;

  constructor() {
    let resolve = () => {};
    this.opened = new Promise((fulfil) => resolve = fulfil);
    this.#resolve = resolve;
  }

  /** Lets everyone through, from now on. */
  open(): void {
    this.#resolve();
  }
}
