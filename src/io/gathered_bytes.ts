/** What has come of something that is read as a whole, in one piece of memory. */
export class GatheredBytes {
  readonly #firstRoom: number;
  /** What has come and room behind it; null as long as nothing was kept. */
  #room: Uint8Array | null = null;
  #length = 0;

  /** @param firstRoom Bytes that most of it have at most. */
  constructor(firstRoom: number) {
    this.#firstRoom = firstRoom;
  }

  /** @returns What was kept, and this piece behind it: where nothing was, the piece itself. */
  with(piece: Uint8Array): Uint8Array {
    return this.#room === null ? piece : this.#append(this.#room, piece);
  }

  /** The last `with` was not all: keeps its piece, which may be lent. */
  keep(piece: Uint8Array): void {
    if (this.#room === null) this.#append(new Uint8Array(this.#firstRoom), piece);
  }

  /** Lets go of what was kept. */
  drop(): void {
    this.#room = null;
  }

  /** Grows to twice as much, so that what comes byte by byte is copied twice at most on average. */
  #append(room: Uint8Array, piece: Uint8Array): Uint8Array {
    const start = this.#length;
    this.#length += piece.length;
    if (this.#length > room.length) {
      const larger = new Uint8Array(Math.max(2 * room.length, this.#length));
      larger.set(room.subarray(0, start));
      room = larger;
    }
    room.set(piece, start);
    this.#room = room;
    return room.subarray(0, this.#length);
  }
}
