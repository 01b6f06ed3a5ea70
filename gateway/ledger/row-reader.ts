/** Rows of a store in key order, as they were when it was made; read many at a time, taken one by one without waiting. */
type Row = [key: string, text: string];

export interface RowSource {
  nextv(size: number): Promise<Row[]>;
  close(): Promise<void>;
}

const AT_ONCE = 2_000;

export class RowReader {
  #rows: Row[] = [];
  #at = 0;
  #ended = false;

  constructor(private readonly source: RowSource) {}

  /** Whether the next row is at hand; else it must be filled first. */
  get isReady(): boolean {
    return this.#ended || this.#at < this.#rows.length;
  }

  /** The next row; undefined at the end. */
  get head(): Row | undefined {
    return this.#rows[this.#at];
  }

  async fill(): Promise<void> {
    if (this.isReady) return;
    this.#rows = await this.source.nextv(AT_ONCE);
    this.#at = 0;
    this.#ended = this.#rows.length === 0;
  }

  step(): void {
    this.#at++;
  }

  async next(): Promise<Row | undefined> {
    if (!this.isReady) await this.fill();
    const row = this.head;
    this.#at++;
    return row;
  }

  async close(): Promise<void> {
    await this.source.close();
  }
}
