/** What a `LinkedQueue` holds; extend it. A link is in one queue at a time, and its fields are the queue's alone. */
export class QueueLink {
  next: QueueLink | null = null;
  previous: QueueLink | null = null;
  queue: object | null = null;
}

/** First in, first out; leaving from the middle is O(1), and neither costs an allocation. */
export class LinkedQueue<T extends QueueLink> {
  #first: QueueLink | null = null;
  #last: QueueLink | null = null;
  #size = 0;

  /** How many links are in it. */
  get size(): number {
    return this.#size;
  }

  /** The first link, left where it is. */
  get first(): T | null {
    return this.#first as T | null;
  }

  /** All links, first to last; a copy, so that they may leave meanwhile. */
  all(): T[] {
    const links: QueueLink[] = [];
    for (let link = this.#first; link !== null; link = link.next) links.push(link);
    return links as T[];
  }

  /** Adds a link at the tail; it must be in no queue. */
  push(link: T): void {
    link.queue = this;
    link.previous = this.#last;
    if (this.#last === null) this.#first = link;
    else this.#last.next = link;
    this.#last = link;
    this.#size++;
  }

  /** Takes the first link out; null if there is none. */
  shift(): T | null {
    const first = this.#first;
    if (first !== null) this.#unlink(first);
    return first as T | null;
  }

  /** Takes a link out. @returns False if it was not in this queue. */
  remove(link: T): boolean {
    if (link.queue !== this) return false;
    this.#unlink(link);
    return true;
  }

  #unlink(link: QueueLink): void {
    const { next, previous } = link;
    if (previous === null) this.#first = next;
    else previous.next = next;
    if (next === null) this.#last = previous;
    else next.previous = previous;
    link.next = null;
    link.previous = null;
    link.queue = null;
    this.#size--;
  }
}
